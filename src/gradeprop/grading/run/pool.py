"""Grade a class in worker processes: the same results with one as with many, in another order.

Each worker has a sandbox of its own and judges batches. A worker that dies takes nobody's result
along: what it had finished is already here, and the rest of its batch is graded again. Where a
check of a grader's own does not come to an end or brings its process down, the submission is asked
again alone; where it does so again, the check is the grader's fault there, and all others are
graded."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait

from gradeprop.errors import GradepropError, GraderFault
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.facilities import Facilities, open_sandboxes
from gradeprop.grading.run.fallen import fault_result
from gradeprop.grading.run.interface import Graders, Load, OnResult, OnShown
from gradeprop.grading.run.interrupts import interrupt
from gradeprop.grading.run.loading import loaded
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.turns import Turns
from gradeprop.grading.run.watched import POLL_S, Fallen, Watched, can_fork
from gradeprop.grading.run.worker import READY, Batch, Shown, work
from gradeprop.session.grader.warm_process import START_S
from gradeprop.session.interface import Sandbox
from gradeprop.session.isolation.survey import chosen_level

BATCH = 128
"""Submissions in one pytest session: enough to share its cost, few enough that memory stays
flat."""

BATCH_BYTES = 64 * 2**20
"""Once notebooks of this size are together, a batch is full, too: each may be large, but never all
of them in memory at once."""

SMALL_CLASS = 8
"""Up to so many submissions, starting a second worker costs more than it saves."""


def workers_for(submissions: int, wanted: int | None = None) -> int:
    """How many workers to grade so many submissions with: ``wanted``, or what suits the machine."""
    if wanted is None:
        wanted = 1 if submissions <= SMALL_CLASS else os.cpu_count() or 1
    return max(1, min(wanted, submissions))


@contextmanager
def graders(facilities: Facilities, workers: int) -> Iterator[Graders]:
    """Start ``workers`` processes that grade; they warm up at once, while the caller has other
    things to do. A single one begins as a copy of this process when there is work, and what warms
    up until then is its sandbox. Nothing here imports torch, so that it can be called first.

    Raises:
        MissingFacility: the machine cannot isolate as asked, or has no such device.
    """
    forks = workers <= 1 and can_fork(facilities.devices)
    with closing(_Pool(facilities, workers, forks=forks)) as pool:
        yield pool


def grade_class(
    plan: Plan, submissions: Sequence[Load], on_result: OnResult, *, workers: int = 1
) -> None:
    """Grade all submissions with at most so many workers; see `Graders.grade`."""
    with graders(plan.facilities, min(workers, len(submissions))) as opened:
        opened.grade(plan, submissions, on_result)


@dataclass
class _Worker:
    watched: Watched
    left: dict[str, int] = field(default_factory=dict)
    """Of its batch, the students who have no result yet, and the places of their submissions."""
    order: list[str] = field(default_factory=list)
    """The students of its batch."""
    ready: bool = False


class _Pool:
    """Grades in worker processes, which start when it is made, or as copies when there is work."""

    def __init__(self, facilities: Facilities, workers: int, *, forks: bool) -> None:
        self._facilities = facilities
        self._forks = forks
        self._plan: Plan | None = None
        self._submissions: Sequence[Load] = ()
        self._on_result: OnResult = lambda _: None
        self._on_shown: OnShown | None = None
        self._turns = Turns({})
        self._false_starts = 0
        self._workers: list[_Worker] = []
        self._sandboxes = ExitStack()
        self._copied: Mapping[str, Sandbox] | None = None
        try:
            if forks:
                self._open_sandboxes()
            else:
                for _ in range(workers):
                    self._start()
        except BaseException:
            self.close()
            raise

    def grade(
        self,
        plan: Plan,
        submissions: Sequence[Load],
        on_result: OnResult,
        on_shown: OnShown | None = None,
    ) -> Mapping[tuple[str, str], str]:
        self._plan, self._submissions = plan, submissions
        self._on_result, self._on_shown = on_result, on_shown
        self._turns = Turns(dict(plan.faults), proven=plan.proven)
        if not submissions:
            return plan.faults
        if self._forks and not self._workers:
            self._start()
        share = -(-len(submissions) // (4 * len(self._workers)))
        self._turns.add(len(submissions), BATCH if self._forks else max(1, min(BATCH, share)))
        for worker in self._workers:
            if worker.ready:
                self._hand_over(worker)
        with interrupt() as interrupted:
            while self._is_busy():
                self._attend(interrupted)
        return dict(self._turns.of_all)

    def _is_busy(self) -> bool:
        return bool(self._turns) or self._anybody_works()

    def _anybody_works(self) -> bool:
        return any(worker.left for worker in self._workers)

    def _attend(self, interrupted: Connection) -> None:
        """Hear one word of each worker that has something to say, and look after the others."""
        busy = {
            worker.watched.pipe: worker
            for worker in self._workers
            if worker.left or not worker.ready
        }
        for said in wait([*busy, interrupted], POLL_S):
            if said is interrupted:
                raise KeyboardInterrupt
            self._hear(busy[said])  # type: ignore[index]
        for worker in list(self._workers):
            watched = worker.watched
            if watched.gone:
                self._bury(worker, watched.fall(hangs=False))
                continue
            hangs = watched.late or (bool(worker.left) and watched.overdue)
            if hangs and not watched.pipe.poll():
                self._bury(worker, watched.fall(hangs=True))

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.watched.stop(patient=worker.ready and not worker.left)
        self._workers.clear()
        self._sandboxes.close()

    # Starting.

    def _open_sandboxes(self) -> None:
        """For a copy of this process, which then has them for itself."""
        opened = open_sandboxes(self._facilities, wait=False)
        self._copied = self._sandboxes.enter_context(opened)

    def _start(self) -> None:
        if self._forks:
            if self._copied is None:
                self._open_sandboxes()
            watched = Watched(
                work, self._facilities, self._copied, method="fork", besides_s=START_S
            )
        else:
            watched = Watched(work, self._facilities, method="spawn", besides_s=START_S)
        self._workers.append(_Worker(watched))

    # Work.

    def _feed_all(self) -> None:
        for worker in self._workers:
            if worker.ready and not worker.left:
                self._feed(worker)

    def _feed(self, worker: _Worker) -> None:
        indices = self._turns.next(nobody_works=not self._anybody_works())
        if indices is None:
            return
        read, rest = loaded(self._submissions, indices, BATCH_BYTES)
        self._turns.put_back(rest)
        worker.left = {submission.student: index for index, submission in read}
        worker.order = list(worker.left)
        submissions = tuple(submission for _, submission in read)
        known = self._turns.of_one.items()
        of_one = {key: why for key, why in known if key[0] in worker.left}
        shown = self._on_shown is not None
        try:
            worker.watched.pipe.send(Batch(submissions, dict(self._turns.of_all), of_one, shown))
        except OSError:
            self._hear(worker)  # it has gone, and may have said why

    def _hear(self, worker: _Worker) -> None:
        try:
            message = worker.watched.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker, worker.watched.fall(hangs=False))
            return
        if isinstance(message, GradepropError):
            raise message
        if message == READY:
            worker.ready = True
            self._hand_over(worker)
        elif isinstance(message, Shown):
            assert self._on_shown is not None
            self._on_shown(message)
        else:
            self._take(worker, message)

    def _hand_over(self, worker: _Worker) -> None:
        """Tell it what to grade."""
        with suppress(OSError):  # if it has gone again, the next word from it says so
            worker.watched.pipe.send(self._plan)
        self._feed(worker)

    def _take(self, worker: _Worker, result: SubmissionResult) -> None:
        index = worker.left.pop(result.student)
        if result.contended and not self._turns.is_alone:
            self._turns.disturbed(index)
        else:
            self._on_result(result)
        if not worker.left:
            self._turns.is_alone = False
            self._feed_all()

    def _bury(self, worker: _Worker, fallen: Fallen) -> None:
        """A worker is gone: another one takes its place and grades what it had not finished."""
        left, worker.left = worker.left, {}
        self._workers.remove(worker)
        if self._forks:
            self._sandboxes.close()  # their other user has left them in the middle of something
            self._copied = None
        if not worker.ready:
            self._false_starts += 1
            if fallen.late and not self._forks:
                raise GraderFault(f"a process that grades does not come to begin: {fallen.how}")
            if self._false_starts > len(self._workers) + 1:
                raise GraderFault(f"the processes that grade end before they begin: {fallen.how}")
            if fallen.late:
                self._forks = False  # a new process copies no lock
        assert self._plan is not None
        plan = self._plan
        doomed = self._turns.fell(fallen, plan.course, plan.loaded, worker.order, left)
        for index in doomed.values():
            reason = f"the grading process died twice on this submission: {fallen.how}"
            level = chosen_level(plan.isolation)
            self._on_result(fault_result(plan, self._submissions[index](), reason, level))
        self._start()
        self._feed_all()
