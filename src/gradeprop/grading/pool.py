"""Grade a class with several worker processes: the same results as one, in another order.

Each worker has a sandbox of its own and judges batches. A worker that dies takes nobody's result along:
what it had finished is already here, and the rest of its batch is graded again, one submission at a time.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import GradepropError
from gradeprop.grading import score
from gradeprop.grading.batch import Setting, Submission, grade_batch, versions
from gradeprop.grading.seeds import student_seed
from gradeprop.grading.verdict import SubmissionResult
from gradeprop.notebook.release import ReleaseModel
from gradeprop.session.interface import Sandbox
from gradeprop.session.process import Isolation, open_sandbox

PRELOADED = ("gradeprop.grading.in_notebook",)
"""Imported once in each sandbox besides torch and what course.yaml declares: every notebook's set-up cell
uses it, and importing it in every child took 30 ms."""

BATCH = 128
"""Submissions in one pytest session: enough to share its cost, few enough that memory stays flat."""

Load = Callable[[], Submission]


@dataclass(frozen=True)
class Plan:
    """All that a worker needs to make its own `Setting`; can be sent to another process."""

    course: Course
    assignment: str
    release: ReleaseModel
    course_key: bytes
    devices: tuple[str, ...]
    isolation: Isolation


@contextmanager
def open_sandboxes(
    isolation: Isolation, course: Course, devices: Sequence[str]
) -> Iterator[dict[str, Sandbox]]:
    """A sandbox for each device; closed again at the end.

    Raises:
        MissingFacility: the machine cannot isolate as asked, or has no such device.
    """
    packages = (*course.spec.packages, *PRELOADED)
    with ExitStack() as stack:
        yield {
            device: stack.enter_context(open_sandbox(isolation, packages=packages, device=device))
            for device in devices
        }


@contextmanager
def setting_for(plan: Plan) -> Iterator[Setting]:
    """The plan with its sandboxes open.

    Raises:
        MissingFacility: as `open_sandboxes`.
    """
    with open_sandboxes(plan.isolation, plan.course, plan.devices) as sandboxes:
        assignment = _assignment(plan)
        yield Setting(plan.course, assignment, plan.release, plan.course_key, plan.devices, sandboxes)


def _assignment(plan: Plan) -> LoadedAssignment:
    return next(item for item in plan.course.assignments if item.id == plan.assignment)


def grade_class(
    plan: Plan,
    submissions: Sequence[Load],
    on_result: Callable[[SubmissionResult], None],
    *,
    workers: int = 1,
) -> None:
    """Grade all submissions.

    Args:
        submissions: functions that read a submission, called as late as possible so that the class's
            notebooks are never all in memory.
        on_result: called in this process, as each result becomes final.
        workers: processes to grade with; 1 grades in this one.
    """
    workers = max(1, min(workers, len(submissions)))
    if workers > 1:
        _Pool(plan, submissions, on_result, workers).run()
        return
    with setting_for(plan) as setting:
        for start in range(0, len(submissions), BATCH):
            grade_batch(setting, [load() for load in submissions[start : start + BATCH]], on_result)


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    left: dict[str, int]
    """Of its batch, the students who have no result yet, and the places of their submissions."""


class _Pool:
    def __init__(
        self,
        plan: Plan,
        submissions: Sequence[Load],
        on_result: Callable[[SubmissionResult], None],
        workers: int,
    ) -> None:
        self._plan, self._submissions, self._on_result = plan, submissions, on_result
        self._context = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
        size = max(1, min(BATCH, -(-len(submissions) // (4 * workers))))
        indices = range(len(submissions))
        self._batches = deque(list(indices[start : start + size]) for start in indices[::size])
        self._workers = [self._start() for _ in range(workers)]
        self._deaths: dict[int, int] = {}

    def run(self) -> None:
        try:
            for worker in self._workers:
                self._feed(worker)
            while any(worker.left for worker in self._workers):
                busy = {worker.pipe: worker for worker in self._workers if worker.left}
                for pipe in wait(list(busy)):
                    self._hear(busy[pipe])  # type: ignore[index]
        finally:
            for worker in self._workers:
                self._stop(worker)

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(theirs, self._plan), daemon=False)
        process.start()
        theirs.close()
        return _Worker(process, ours, {})

    def _feed(self, worker: _Worker) -> None:
        if not self._batches:
            return
        loaded = [(index, self._submissions[index]()) for index in self._batches.popleft()]
        worker.left = {submission.student: index for index, submission in loaded}
        batch = [submission for _, submission in loaded]
        try:
            worker.pipe.send(batch)
        except OSError:
            self._bury(worker)

    def _hear(self, worker: _Worker) -> None:
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if isinstance(message, GradepropError):
            raise message
        del worker.left[message.student]
        self._on_result(message)
        if not worker.left:
            self._feed(worker)

    def _bury(self, worker: _Worker) -> None:
        """A worker died: nobody's submission is to blame for that unless it does so alone, twice."""
        worker.process.join()
        suspects, worker.left = worker.left, {}
        for student, index in suspects.items():
            if len(suspects) == 1:
                self._deaths[index] = self._deaths.get(index, 0) + 1
            if self._deaths.get(index, 0) < 2:
                self._batches.append([index])
                continue
            reason = (
                f"the grading process died twice on this submission (exit code {worker.process.exitcode})"
            )
            self._on_result(fault_result(self._plan, student, reason))
        position = self._workers.index(worker)
        self._workers[position] = self._start()
        self._feed(self._workers[position])

    def _stop(self, worker: _Worker) -> None:
        worker.pipe.close()  # an idle worker reads the end and leaves
        worker.process.join(5 if not worker.left else 0)
        if worker.process.is_alive():
            worker.process.terminate()
            worker.process.join(5)
        if worker.process.is_alive():
            worker.process.kill()


def _work(pipe: Connection, plan: Plan) -> None:
    """A worker process: batches in, results out, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, _leave)
    try:
        with setting_for(plan) as setting:
            while True:
                try:
                    batch: list[Submission] = pipe.recv()
                except (EOFError, OSError):
                    return
                grade_batch(setting, batch, pipe.send)
    except BrokenPipeError:
        return  # the parent has gone, and with it everyone who wanted the results
    except GradepropError as error:
        with suppress(OSError):
            pipe.send(error)


def fault_result(plan: Plan, student: str, reason: str) -> SubmissionResult:
    """A submission that the grader itself failed on: no score at all, and the reason for a person."""
    assignment = _assignment(plan)
    exercises = score.all_parts(assignment, "error", None)
    return SubmissionResult(
        student=student,
        assignment=plan.assignment,
        status="error",
        message=reason,
        score=None,
        max_score=assignment.points,
        auto_score=0.0,
        exercises=exercises,
        isolation=plan.isolation,
        device=plan.devices[-1],
        seed=student_seed(plan.course_key, student).hex(),
        versions=versions(plan.course),
    )


def _leave(signum: int, _frame: object) -> None:
    raise SystemExit(128 + signum)
