"""Grade a class with several worker processes: the same results as one, in another order.

Each worker has a sandbox of its own and judges batches. A worker that dies takes nobody's result
along: what it had finished is already here, and the rest of its batch is graded again, one
submission at a time."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Protocol, TypeAlias

from gradeprop.errors import GradepropError, GraderFault
from gradeprop.grading.result import score
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.conditions import versions
from gradeprop.grading.run.facilities import Facilities, open_sandboxes
from gradeprop.grading.run.interrupts import ctrl_c_held, interrupt
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.worker import READY, work
from gradeprop.session.interface import Sandbox

if TYPE_CHECKING:
    from gradeprop.grading.run.paper import Submission

BATCH = 128
"""Submissions in one pytest session: enough to share its cost, few enough that memory stays
flat."""

BATCH_BYTES = 64 * 2**20
"""Once notebooks of this size are together, a batch is full, too: each may be large, but never all
of them in memory at once."""

SMALL_CLASS = 8
"""Up to so many submissions, starting a second worker costs more than it saves."""

Load: TypeAlias = Callable[[], "Submission"]
OnResult: TypeAlias = Callable[[SubmissionResult], None]


def workers_for(submissions: int, wanted: int | None = None) -> int:
    """How many workers to grade so many submissions with: ``wanted``, or what suits the machine."""
    if wanted is None:
        wanted = 1 if submissions <= SMALL_CLASS else os.cpu_count() or 1
    return max(1, min(wanted, submissions))


class Graders(Protocol):
    """What `graders` gives."""

    def grade(self, plan: Plan, submissions: Sequence[Load], on_result: OnResult) -> None:
        """Grade all submissions; once.

        Args:
            plan: for the facilities that these graders were started with.
            submissions: functions that read a submission, called as late as possible so that the
                class's notebooks are never all in memory.
            on_result: called in this process, as each result becomes final.

        Raises:
            KeyboardInterrupt: Ctrl-C; never while ``on_result`` runs, where there are several
                workers.
            GraderFault, MissingFacility: a sandbox cannot be started.
        """
        ...


@contextmanager
def graders(facilities: Facilities, workers: int) -> Iterator[Graders]:
    """Start ``workers`` processes that grade (1 grades in this one); they warm up at once, while
    the caller has other things to do. Nothing here imports torch, so that it can be called first;
    only a GPU that this process is to grade on is woken, and that takes torch.

    Raises:
        MissingFacility: the machine cannot isolate as asked, or has no such device.
    """
    if workers > 1:
        with closing(_Pool(facilities, workers)) as pool:
            yield pool
    else:
        with open_sandboxes(facilities, wait=False) as sandboxes:
            yield _Here(sandboxes)


def grade_class(
    plan: Plan, submissions: Sequence[Load], on_result: OnResult, *, workers: int = 1
) -> None:
    """Grade all submissions with at most so many workers; see `Graders.grade`."""
    with graders(plan.facilities, min(workers, len(submissions))) as opened:
        opened.grade(plan, submissions, on_result)


def _loaded(
    submissions: Sequence[Load], indices: list[int]
) -> tuple[list[tuple[int, Submission]], list[int]]:
    """Submissions with their places, up to `BATCH_BYTES` and at least one; and the places left."""
    loaded: list[tuple[int, Submission]] = []
    size = 0
    for index in indices:
        if size >= BATCH_BYTES:
            break
        submission = submissions[index]()
        size += len(submission.notebook)
        loaded.append((index, submission))
    return loaded, indices[len(loaded) :]


@dataclass(frozen=True)
class _Here:
    """Grades in this process."""

    sandboxes: Mapping[str, Sandbox]

    def grade(self, plan: Plan, submissions: Sequence[Load], on_result: OnResult) -> None:
        from gradeprop.grading.run.batch import grade_batch

        setting = plan.setting(self.sandboxes)
        for sandbox in self.sandboxes.values():
            sandbox.ready()
        left = list(range(len(submissions)))
        while left:
            loaded, rest = _loaded(submissions, left[:BATCH])
            left = rest + left[BATCH:]
            grade_batch(setting, [submission for _, submission in loaded], on_result)


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    left: dict[str, int]
    """Of its batch, the students who have no result yet, and the places of their submissions."""
    ready: bool = False


class _Pool:
    """Grades in worker processes, which start when it is made."""

    def __init__(self, facilities: Facilities, workers: int) -> None:
        self._facilities = facilities
        self._plan: Plan | None = None
        self._submissions: Sequence[Load] = ()
        self._on_result: OnResult = lambda _: None
        self._batches: deque[list[int]] = deque()
        # torch's threads do not survive a fork
        self._context = multiprocessing.get_context("spawn")
        self._deaths: dict[int, int] = {}
        self._false_starts = 0
        self._workers: list[_Worker] = []
        try:
            for _ in range(workers):
                self._start()
        except BaseException:
            self.close()
            raise

    def grade(self, plan: Plan, submissions: Sequence[Load], on_result: OnResult) -> None:
        self._plan, self._submissions, self._on_result = plan, submissions, on_result
        size = max(1, min(BATCH, -(-len(submissions) // (4 * len(self._workers)))))
        indices = range(len(submissions))
        self._batches.extend(list(indices[start : start + size]) for start in indices[::size])
        with interrupt() as interrupted:
            while self._batches or any(worker.left for worker in self._workers):
                busy = {
                    worker.pipe: worker
                    for worker in self._workers
                    if worker.left or not worker.ready
                }
                for ready in wait([*busy, interrupted]):
                    if ready is interrupted:
                        raise KeyboardInterrupt
                    self._hear(busy[ready])  # type: ignore[index]

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            self._stop(worker)

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        # No more than this now: what does not fit into a pipe's buffer would wait for the child's
        # imports, and the next worker with it.
        process = self._context.Process(target=work, args=(theirs, self._facilities), daemon=False)
        worker = _Worker(process, ours, {})
        with ctrl_c_held():
            process.start()
            self._workers.append(worker)
        theirs.close()
        return worker

    def _feed(self, worker: _Worker) -> None:
        if not self._batches:
            return
        loaded, rest = _loaded(self._submissions, self._batches.popleft())
        if rest:
            self._batches.appendleft(rest)
        worker.left = {submission.student: index for index, submission in loaded}
        batch = [submission for _, submission in loaded]
        try:
            worker.pipe.send(batch)
        except OSError:
            self._hear(worker)  # it has gone, and may have said why

    def _hear(self, worker: _Worker) -> None:
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if isinstance(message, GradepropError):
            raise message
        if message == READY:
            worker.ready = True
            with suppress(OSError):  # if it has gone again, the next word from it says so
                worker.pipe.send(self._plan)
            self._feed(worker)
            return
        del worker.left[message.student]
        self._on_result(message)
        if not worker.left:
            self._feed(worker)

    def _bury(self, worker: _Worker) -> None:
        """A worker died: nobody's submission is to blame for that unless it does so alone,
        twice."""
        worker.process.join()
        if not worker.ready:
            self._false_starts += 1
            if self._false_starts > len(self._workers):
                code = worker.process.exitcode
                raise GraderFault(
                    f"the processes that grade end before they begin (exit code {code})"
                )
        suspects, worker.left = worker.left, {}
        for student, index in suspects.items():
            if len(suspects) == 1:
                self._deaths[index] = self._deaths.get(index, 0) + 1
            if self._deaths.get(index, 0) < 2:
                self._batches.append([index])
                continue
            reason = (
                f"the grading process died twice on this submission (exit code "
                f"{worker.process.exitcode})"
            )
            assert self._plan is not None
            self._on_result(fault_result(self._plan, student, reason))
        self._workers.remove(worker)
        self._start()
        for idle in self._workers:
            if idle.ready and not idle.left:
                self._feed(idle)

    def _stop(self, worker: _Worker) -> None:
        # an idle worker reads the end and leaves; one that still warms up does not
        worker.pipe.close()
        worker.process.join(5 if worker.ready and not worker.left else 0)
        if worker.process.is_alive():
            worker.process.terminate()
            worker.process.join(5)
        if worker.process.is_alive():
            worker.process.kill()


def fault_result(plan: Plan, student: str, reason: str) -> SubmissionResult:
    """A submission that the grader itself failed on: no score at all, and the reason for a
    person."""
    from gradeprop.grading.checks.seeds import student_seed

    assignment = plan.loaded
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
