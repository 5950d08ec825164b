"""Whether a result that was graded elsewhere can count here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from gradeprop.grading.checks.seeds import group_seed, student_seed
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.plan import Plan
from gradeprop.own_code import code_digest
from gradeprop.records.files.handed_time import says_time_note, time_note
from gradeprop.records.files.submissions import Handed
from gradeprop.records.shards.notes import Note, release_digest
from gradeprop.version import __version__

__all__ = ["Fit", "Place"]

_AGAIN: Final = "grade its shard again"


@dataclass(frozen=True)
class Place:
    """Where a result was found.

    Attributes:
        is_here: whether that is the course folder in which results are merged.
        is_noted: whether a shard there has noted anything of its student.
    """

    is_here: bool
    is_noted: bool

    def copied(self, what: str) -> str:
        """The remedy for something that was other when it was graded: to copy it, where there is a
        copy, and to grade again."""
        if self.is_here:
            return _AGAIN
        return f"copy {what} from here to there, then {_AGAIN}"


class Fit:
    """Compares results with the course, the key and the hand-ins of here, and with the isolation
    that the plan asks for."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._release = release_digest(plan.release)

    def problem(
        self,
        item: Handed,
        result: SubmissionResult,
        note: Note | None,
        place: Place,
        *,
        known: bool,
    ) -> str | None:
        """Why a result cannot count for what is handed in here, and what to do, as a sentence
        without a full stop; None if it can.

        Args:
            note: what its shard has noted, if it was graded by one and its files are still those.
            place: where it was found.
            known: whether the gradebook has it with all that belongs to it.
        """
        if (result.student, result.assignment) != (item.student, self._plan.assignment):
            return f"it is a result of “{result.student}” for {result.assignment}; remove the file"
        if other := self._graded_otherwise(result, place):
            return other
        if note is None and not known:
            why = "its notebook in autograded/ is missing or of another run"
            if not place.is_noted:
                why = "no shard has noted that it graded it, in results/*/.shards"
            whole = "copy autograded/ and results/ as a whole, with results/*/.shards, or "
            return f"{why}; {'' if place.is_here else whole}{_AGAIN}"
        if note is not None and note.code != code_digest():
            return (
                f"it was graded by another gradeprop {__version__} than the one here: their files "
                f"differ; install the same one everywhere, then {_AGAIN}"
            )
        if note is not None and note.release != self._release:
            return f"it was graded against another release; {place.copied('release/')}"
        if not known and result.isolation == "none" != self._plan.isolation:
            return (
                "it was graded with `--isolation none`, where student code could write a result of "
                "its own; grade its shard again without it, or if you trust all of that code, say "
                "`--isolation none` here, too"
            )
        return self._outdated(item, result, place)

    def _graded_otherwise(self, result: SubmissionResult, place: Place) -> str | None:
        theirs = result.versions
        if theirs.get("gradeprop") != __version__:
            return (
                f"it was graded by gradeprop {theirs.get('gradeprop')}, and here is {__version__}; "
                f"install the same one everywhere, then {_AGAIN}"
            )
        if theirs.get("course") != self._plan.course.digest:
            files = "course.yaml, voided.yaml, exercises/, graders/ and solutions/"
            return f"it was graded with other course files than are here; {place.copied(files)}"
        if result.seed != self._seed(result).hex():
            key = place.copied(".gradeprop/course.key")
            return f"it was graded with another course key; {key}"
        return None

    def _seed(self, result: SubmissionResult) -> bytes:
        key = self._plan.course_key
        if result.group is None:
            return student_seed(key, result.student)
        return group_seed(key, result.group)

    def _outdated(self, item: Handed, result: SubmissionResult, place: Place) -> str | None:
        handed_in = hashlib.sha256(item.read()[0]).hexdigest()
        # Where the grader itself failed, the result does not say for which notebook.
        if result.versions.get("submission", handed_in) != handed_in:
            return "another notebook is handed in here than was graded; grade its shard again"
        if result.group != item.group:
            return f"groups.csv says another group here; {place.copied('it')}"
        if not says_time_note(result.message, time_note(item.path.parent)):
            return "the time of handing in is another one here; grade its shard again"
        return None
