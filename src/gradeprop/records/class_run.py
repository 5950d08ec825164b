"""Grade a class and keep everything that comes of it, submission by submission, as soon as it is
final."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from gradeprop.errors import StorageError
from gradeprop.grading.result.regraded import Regraded
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.interface import Graders, Start
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import graders, workers_for
from gradeprop.records.files.handed_time import says_time_note, time_note, with_time_note
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.results import read_result, write_result
from gradeprop.records.files.submissions import TIMESTAMP, Handed
from gradeprop.records.gradebook.lateness import Facts, Lateness, facts_of, says, with_lateness
from gradeprop.records.hand_ins import sharing
from gradeprop.records.handed_late import lateness_of, times_in_files
from gradeprop.records.keeper import Keeper, Keeping, in_gradebook
from gradeprop.records.loading import load
from gradeprop.records.marks import named


class ClassRun:
    """One run over the hand-ins of an assignment; use as a context manager.

    Args:
        plan: what to grade and how.
        handed: the hand-ins.
        force: grade again what is unchanged, too.
        workers: processes to grade with; None decides by the size of the class.
        warm: graders with the plan's facilities that have been started already.
        start: starts graders where there are none; on this machine, if not given.
        everybody: the ids of all who have a folder, whether or not they are to be graded now.
        keeping: where the results go; files and the gradebook if not given.

    A class may be large, and a result takes kilobytes: none is kept in memory.

    Attributes:
        kept: the students whose results of earlier runs grading again could not change.
        due: hand-ins that are to be graded.
        notes: sentences for the instructor.
        regraded: what has become of earlier results so far.
        refused: groups of students whom the gradebook takes for one; those of them who are among
            ``handed`` are not graded.
    """

    def __init__(
        self,
        plan: Plan,
        handed: Sequence[Handed],
        *,
        force: bool,
        workers: int | None = None,
        warm: Graders | None = None,
        start: Start = graders,
        everybody: Sequence[str] = (),
        keeping: Keeping | None = None,
    ) -> None:
        self._plan, self._handed, self._force, self._wanted = plan, handed, force, workers
        self._root = Path(plan.course.root)
        self._graders = warm
        self._keeping = in_gradebook(plan) if keeping is None else keeping
        self._keeper: Keeper | None = None
        self._start_graders = start
        self._opened = ExitStack()
        self._times: dict[str, str] = {}
        self._late: dict[str, Lateness] = {}
        self.kept: tuple[str, ...] = ()
        self.due: tuple[Handed, ...] = ()
        self.notes: tuple[str, ...] = ()
        self.refused: tuple[tuple[str, ...], ...] = ()
        self._everybody = everybody
        self.regraded = Regraded()

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Open what keeps the results and find out what is due.

        Raises:
            MissingFacility, StorageError: the gradebook cannot be used, or the machine cannot
                isolate."""
        with self._opened:
            said = {} if self._force else self._unchanged()
            changed = len(self._handed) - len(said)
            if changed and self._graders is None:
                self._start(changed)  # before the gradebook: nbgrader takes two seconds to import
            kept = set(said)
            self._keeper = self._opened.enter_context(self._keeping)
            if self._keeper is None:
                self.notes = ("nbgrader is not installed: nothing is recorded in its gradebook",)
                recorded: Collection[str] = kept
                times = times_in_files(self._root, self._plan.loaded)
            else:
                self._refuse(self._keeper)
                recorded = self._keeper.recorded(kept)
                self.notes = self._keeper.notes
                times = self._keeper.times()
            self._times = _time_notes(self._handed)
            self._late = lateness_of(self._root, self._plan.assignment, self._handed, times)
            self.notes += _about_times(self._times)
            kept = {
                item.student
                for item in self._handed
                if item.student in recorded
                and says_time_note(said[item.student][0], self._times.get(item.student))
                and says(said[item.student][1], self._late[item.student])
            }
            self.kept = tuple(item.student for item in self._handed if item.student in kept)
            self.due = tuple(item for item in self._handed if item.student not in kept)
            yield

    def grade(self, on_result: Callable[[SubmissionResult], None]) -> None:
        """Grade what is due. Each result is in its file before ``on_result`` hears, and all of them
        are in the gradebook at the end, whatever ends it.

        Raises:
            StorageError: a result cannot be kept; all earlier ones are.
            GraderFault, MissingFacility: a sandbox cannot be started.
        """
        shared = sharing(self.due)

        def keep(result: SubmissionResult) -> None:
            for item in shared[result.student]:
                keep_one(replace(result, student=item.student, group=item.group), item)

        def keep_one(result: SubmissionResult, item: Handed) -> None:
            result = with_time_note(result, self._times.get(item.student))
            result = with_lateness(result, self._late[item.student])
            before = self._kept(item)
            try:
                if self._keeper is None:
                    write_result(self._root, result)
                else:
                    self._keeper.keep(result, item.path.parent)
            except StorageError:
                # The gradebook may fail after the file is written. The next run will find this one
                # unchanged and have nothing to say of it.
                if before is not None and self._kept(item) != before:
                    self.regraded.add(before, result)
                raise
            if before is not None:
                self.regraded.add(before, result)
            on_result(result)

        if self.due:
            # the databases' and torch's modules stay; no need to look through them every time
            gc.freeze()
            running = self._graders or self._start(len(self.due))
            try:
                loads = [partial(load, self._plan, items[0]) for items in shared.values()]
                running.grade(self._plan, loads, keep)
            finally:
                if self._keeper is not None:
                    self._keeper.flush()

    def _refuse(self, keeper: Keeper) -> None:
        """Leave out whom the gradebook cannot tell apart."""
        handed = {item.student for item in self._handed}
        groups = keeper.twins((*handed, *self._everybody))
        self.refused = tuple(group for group in groups if handed & {*group})
        alike = {student for group in self.refused for student in group}
        self._handed = [item for item in self._handed if item.student not in alike]

    def _start(self, submissions: int) -> Graders:
        """Have the processes that grade warm up."""
        workers = workers_for(submissions, self._wanted)
        self._graders = self._opened.enter_context(
            self._start_graders(self._plan.facilities, workers)
        )
        return self._graders

    def _unchanged(self) -> dict[str, tuple[str | None, Facts]]:
        """By student, what the kept results that grading again could not change say of the time of
        handing in: their messages, and how late it was."""
        found = {}
        for item in self._handed:
            result = self._kept(item)
            if result is not None and self._is_unchanged(item, result):
                found[item.student] = (result.message, facts_of(result))
        return found

    def _kept(self, handed: Handed) -> SubmissionResult | None:
        return read_result(self._root, self._plan.assignment, handed.student)

    def _is_unchanged(self, handed: Handed, result: SubmissionResult) -> bool:
        if result.status == "error":
            return False
        if (result.isolation == "none") != (self._plan.isolation == "none"):
            return False
        return result.versions.get("input") == load(self._plan, handed).fingerprint


def _time_notes(handed: Sequence[Handed]) -> dict[str, str]:
    """By student, the notes on times of handing in that are not known."""
    found = {}
    for item in handed:
        note = time_note(item.path.parent)
        if note is not None:
            found[item.student] = note
    return found


def _about_times(times: Mapping[str, str]) -> tuple[str, ...]:
    if not times:
        return ()
    unknown = named([shown_id(student) for student in times])
    return (f"The time of handing in is not known ({TIMESTAMP} cannot be used): {unknown}",)
