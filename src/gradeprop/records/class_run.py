"""Grade a class and keep everything that comes of it, submission by submission, as soon as it is
final."""

from __future__ import annotations

import gc
import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.interface import Graders, Start
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import graders, workers_for
from gradeprop.grading.run.unchanged import fingerprint
from gradeprop.records.files.handed_time import says_time_note, time_note, with_time_note
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.results import read_result, write_result
from gradeprop.records.files.submissions import TIMESTAMP, Handed
from gradeprop.records.marks import named

if TYPE_CHECKING:
    from gradeprop.records.gradebook.writer import GradebookWriter
    from gradeprop.records.recorder import Recorder


def load(plan: Plan, handed: Handed) -> Submission:
    """Read a hand-in and mark it with its fingerprint."""
    notebook, problem = handed.read()
    submission = Submission(handed.student, notebook, problem)
    return replace(submission, fingerprint=fingerprint(plan, submission))


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

    Attributes:
        kept: results of earlier runs that grading again could not change.
        due: hand-ins that are to be graded.
        notes: sentences for the instructor.
        earlier: by student, the results of those who are due but have been graded before.
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
    ) -> None:
        self._plan, self._handed, self._force, self._wanted = plan, handed, force, workers
        self._root = Path(plan.course.root)
        self._graders = warm
        self._start_graders = start
        self._recorder: Recorder | None = None
        self._opened = ExitStack()
        self._times: dict[str, str | None] = {}
        self.kept: tuple[SubmissionResult, ...] = ()
        self.due: tuple[Handed, ...] = ()
        self.notes: tuple[str, ...] = ()
        self.refused: tuple[tuple[str, ...], ...] = ()
        self._everybody = everybody
        self.earlier: dict[str, SubmissionResult] = {}

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Open the gradebook and find out what is due.

        Raises:
            MissingFacility, StorageError: the gradebook cannot be used, or the machine cannot
                isolate."""
        with self._opened:
            kept = (
                {}
                if self._force
                else {item.student: self._unchanged(item) for item in self._handed}
            )
            changed = sum(kept.get(item.student) is None for item in self._handed)
            if changed and self._graders is None:
                self._start(changed)  # before the gradebook: nbgrader takes two seconds to import
            gradebook = self._opened.enter_context(_gradebook(self._plan))
            if gradebook is None:
                self.notes = ("nbgrader is not installed: nothing is recorded in its gradebook",)
            else:
                from gradeprop.records.recorder import Recorder

                self.notes = gradebook.notes
                self._recorder = Recorder(self._root, self._plan.assignment, gradebook)
                self._refuse(gradebook)
                recorded = gradebook.recorded(kept)
                self._times = {item.student: time_note(item.path.parent) for item in self._handed}
                self.notes += _about_times(self._times)
                kept = {
                    student: result
                    for student, result in kept.items()
                    if result is not None
                    and student in recorded
                    and student in self._times
                    and says_time_note(result, self._times[student])
                }
            self.kept = tuple(result for result in kept.values() if result is not None)
            self.due = tuple(item for item in self._handed if kept.get(item.student) is None)
            before = (
                read_result(self._root, self._plan.assignment, item.student) for item in self.due
            )
            self.earlier = {result.student: result for result in before if result is not None}
            yield

    def grade(self, on_result: Callable[[SubmissionResult], None]) -> None:
        """Grade what is due. Each result is in its file before ``on_result`` hears, and all of them
        are in the gradebook at the end, whatever ends it.

        Raises:
            StorageError: a result cannot be kept; all earlier ones are.
            GraderFault, MissingFacility: a sandbox cannot be started.
        """
        folders = {item.student: item.path.parent for item in self.due}

        def keep(result: SubmissionResult) -> None:
            if self._recorder is None:
                write_result(self._root, result)
            else:
                result = with_time_note(result, self._times[result.student])
                self._recorder.keep(result, folders[result.student])
            on_result(result)

        if self.due:
            # the databases' and torch's modules stay; no need to look through them every time
            gc.freeze()
            running = self._graders or self._start(len(self.due))
            try:
                running.grade(
                    self._plan, [partial(load, self._plan, item) for item in self.due], keep
                )
            finally:
                if self._recorder is not None:
                    self._recorder.flush()

    def _refuse(self, gradebook: GradebookWriter) -> None:
        """Leave out whom the gradebook cannot tell apart."""
        handed = {item.student for item in self._handed}
        groups = gradebook.twins((*handed, *self._everybody))
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

    def _unchanged(self, handed: Handed) -> SubmissionResult | None:
        """The kept result, if grading again could not change it."""
        result = read_result(self._root, self._plan.assignment, handed.student)
        if result is None or result.status == "error":
            return None
        if (result.isolation == "none") != (self._plan.isolation == "none"):
            return None
        return (
            result if result.versions.get("input") == load(self._plan, handed).fingerprint else None
        )


def _about_times(times: Mapping[str, str | None]) -> tuple[str, ...]:
    unknown = [shown_id(student) for student, note in times.items() if note is not None]
    if not unknown:
        return ()
    return (f"The time of handing in is not known ({TIMESTAMP} cannot be used): {named(unknown)}",)


@contextmanager
def _gradebook(plan: Plan) -> Iterator[GradebookWriter | None]:
    """nbgrader's gradebook, where nbgrader is installed."""
    if importlib.util.find_spec("nbgrader") is None:
        yield None
        return
    from gradeprop.records.gradebook.writer import GradebookWriter

    with GradebookWriter(plan.course, plan.release, plan.course.spec.gradebook) as writer:
        yield writer
