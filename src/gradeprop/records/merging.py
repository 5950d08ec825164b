"""Put together what the shards of a class have graded: in this course folder, where they shared a
file system, and in copies of it, where they did not.

What is taken goes the same way as a result that was graded here, so that files and gradebook are
those of one run. How late a hand-in was, it says by the times and extensions of here, whatever its
shard knew of them. Who cannot be taken is told by name, with what to do; all others are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from gradeprop.errors import UsageError
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.plan import Plan
from gradeprop.records.files.door import Refused
from gradeprop.records.files.executed import executed_bytes, executed_notebook
from gradeprop.records.files.handed_time import handed_time
from gradeprop.records.files.results import result_data, result_from, result_path
from gradeprop.records.files.submissions import Handed
from gradeprop.records.gradebook.entry import Entry, digest
from gradeprop.records.gradebook.lateness import Lateness, facts_of, says, with_lateness
from gradeprop.records.handed_late import lateness_of
from gradeprop.records.loading import load
from gradeprop.records.recorder import Recorder
from gradeprop.records.shards.fit import Fit, Place
from gradeprop.records.shards.notes import Note, Notes
from gradeprop.records.shards.shard import Shard

__all__ = ["Merge", "NotMerged", "result_folder"]

_BEING_GRADED: Final = (
    "it was graded again while it was read; merge once more when its shard has ended"
)


@dataclass(frozen=True)
class NotMerged:
    """A result that was not taken, where it stands, and why, as the end of a sentence."""

    student: str
    folder: str
    why: str


@dataclass(frozen=True)
class _Sound:
    """A student's result in one of the folders, which can be taken.

    Attributes:
        note: what its shard has noted of it; None for one that was graded here by no shard.
    """

    folder: Path
    data: bytes
    result: SubmissionResult
    note: Note | None

    @property
    def marks(self) -> list[Any]:
        """What two results of one hand-in are to agree in."""
        return [(key, part.score, part.status) for key, part in self.result.parts()]


def result_folder(folder: Path, assignment: str) -> Path:
    """The folder, if it is a course's with results of the assignment.

    Raises:
        UsageError: it is not.
    """
    if not (folder / "results" / assignment).is_dir():
        raise UsageError(
            f"there are no results of {assignment} in this folder",
            where=str(folder),
            remedy="name the copy of the course in which a shard was graded: the folder that holds "
            "results/ and autograded/",
        )
    return folder


@dataclass
class Merge:
    """One merge; go through its `results` once.

    Args:
        plan: what was graded, as it is here.
        handed: the hand-ins, as they are here.
        folders: other course folders to take results from.
        recorder: keeps what is taken.

    Attributes:
        merged: how many results were taken.
        known: how many were in the gradebook before.
        missing: the students of whom there is no result.
        not_merged: what was not taken.
        unprotected: the students whose results were graded with ``--isolation none``.
        elsewhere: those whose results are of other devices than the course names.
        counts: into how many parts the class was divided, as far as that is known.
    """

    plan: Plan
    handed: Sequence[Handed]
    folders: Sequence[Path]
    recorder: Recorder
    merged: int = 0
    known: int = 0
    missing: list[str] = field(default_factory=list)
    not_merged: list[NotMerged] = field(default_factory=list)
    unprotected: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    counts: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._root = Path(self.plan.course.root)
        self._fit = Fit(self.plan)
        self._notes = {
            folder: Notes(folder, self.plan.assignment) for folder in (self._root, *self.folders)
        }
        for notes in self._notes.values():
            self.counts |= notes.counts

    def results(self) -> Iterator[SubmissionResult]:
        """Take what can be taken: each result that now is in its file, in the order of the
        hand-ins. At the end they all are in the gradebook.

        Raises:
            StorageError: something cannot be written; what was taken before is kept.
            UsageError: extensions.csv cannot be read.
        """
        students = {item.student for item in self.handed}
        recorded = self.recorder.recorded(students)
        lateness = lateness_of(self._root, self.plan.assignment, self.handed, self.recorder.times())
        try:
            for item in self.handed:
                late = lateness[item.student]
                found = self._chosen(item, recorded, late)
                if found is not None:
                    found = _with_lateness(found, late)
                    if self._take(item, found, recorded):
                        self._note_where(found.result)
                        yield found.result
        finally:
            self.recorder.flush()
        for folder in self.folders:
            for student in sorted(self._notes[folder].students - students):
                self.leave(student, folder, "there is no hand-in of this student here")

    def leave(self, student: str, folder: Path, why: str) -> None:
        """Note that a result is not taken."""
        self.not_merged.append(NotMerged(student, str(folder), why))

    def shards_of(self, students: Sequence[str]) -> dict[Shard, list[str]]:
        """In which shards these students are; empty where that is not known."""
        if len(self.counts) != 1:
            return {}
        (count,) = self.counts
        found: dict[Shard, list[str]] = {}
        for student in students:
            found.setdefault(Shard.of_student(student, count), []).append(student)
        return dict(sorted(found.items()))

    def _chosen(self, item: Handed, recorded: set[str], late: Lateness) -> _Sound | None:
        """The result to take; None if there is none, which is told."""
        sound, problems = [], []
        for folder in self._notes:
            found = self._found(folder, item, recorded, late)
            if isinstance(found, _Sound):
                sound.append(found)
            elif found is not None:
                problems.append((folder, found))
        if not sound:
            for folder, problem in problems:
                self.leave(item.student, folder, problem)
            if not problems:
                self.missing.append(item.student)
            return None
        sound = [one for one in sound if one.result.status != "error"] or sound
        if _agree(sound):
            return sound[0]
        now = load(self.plan, item).fingerprint
        current = [one for one in sound if one.result.versions.get("input") == now]
        if current and _agree(current):
            return current[0]
        folders = " and ".join(str(one.folder) for one in sound)
        self.leave(
            item.student,
            sound[0].folder,
            f"there are results with different marks for this hand-in, in {folders}; remove the "
            "file that is not to count",
        )
        return None

    def _found(
        self, folder: Path, item: Handed, recorded: set[str], late: Lateness
    ) -> _Sound | str | None:
        """A folder's result, or why it cannot be taken; None if there is none."""
        try:
            data = result_path(folder, self.plan.assignment, item.student).read_bytes()
        except OSError:
            return None
        try:
            result = result_from(data)
        except ValueError:
            return "it cannot be read; grade its shard again"
        note = self._notes[folder].of(item.student, data)
        known = folder == self._root and item.student in recorded
        place = Place(
            is_here=folder == self._root,
            is_noted=self._notes[folder].has(item.student),
        )
        problem = self._fit.problem(item, result, note, place, known=known)
        if problem is None and note is None and not says(facts_of(result), late):
            return (
                "its due date, an extension or the time of handing in is another one now; name the "
                "copy that it was taken from, too, or have `gradeprop grade` grade it again"
            )
        return problem or _Sound(folder, data, result, note)

    def _take(self, item: Handed, found: _Sound, recorded: set[str]) -> bool:
        """Keep a result here as one that was graded here; False if it cannot be."""
        as_it_is = self._is_here(item.student, found.data)
        if item.student in recorded and as_it_is:
            self.known += 1
            return True
        if found.note is None:  # it was known a moment ago
            self.leave(item.student, found.folder, _BEING_GRADED)
            return False
        submitted = item.path.parent
        time = handed_time(submitted).time
        entry = Entry(found.result, time, found.note.notebook, found.note.answers)
        if found.folder == self._root and as_it_is:
            self.recorder.tell(entry, found.data)
        else:
            place = executed_notebook(found.folder, item.student, self.plan.assignment)
            try:
                notebook = executed_bytes(place)
            except Refused as refused:  # it was there a moment ago
                self.leave(item.student, found.folder, f"its notebook in autograded/ {refused}")
                return False
            if digest(notebook) != found.note.notebook:
                self.leave(item.student, found.folder, _BEING_GRADED)
                return False
            self.recorder.take(entry, notebook, found.data, submitted)
        self.merged += 1
        return True

    def _note_where(self, result: SubmissionResult) -> None:
        """Note what is to be told of how a result came about. Devices are compared with those of
        the course: who merges may have none of them."""
        if result.isolation == "none":
            self.unprotected.append(result.student)
        wanted = "cuda" if "cuda" in self.plan.course.spec.devices else "cpu"
        if result.status != "error" and result.device != wanted:
            self.elsewhere.append(result.student)

    def _is_here(self, student: str, data: bytes) -> bool:
        """Whether the result file of here holds this."""
        try:
            return result_path(self._root, self.plan.assignment, student).read_bytes() == data
        except OSError:
            return False


def _with_lateness(found: _Sound, late: Lateness) -> _Sound:
    """The same, saying of its lateness what there is to say here."""
    if says(facts_of(found.result), late):
        return found
    result = with_lateness(found.result, late)
    return replace(found, result=result, data=result_data(result))


def _agree(found: Sequence[_Sound]) -> bool:
    return all(one.marks == found[0].marks for one in found)
