"""Hand out a class to the workers of a Dask scheduler; see `gradeprop.grading.run.pool` for what
becomes of a submission on which a grader falls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Final

from gradeprop.errors import GraderFault, MissingFacility
from gradeprop.grading.run.cluster import on_worker
from gradeprop.grading.run.cluster.address import Address, scheduler_address
from gradeprop.grading.run.cluster.crew import Crew, Tell
from gradeprop.grading.run.cluster.link import Answer, Link, connected
from gradeprop.grading.run.cluster.reaching import check_reachable, security_for
from gradeprop.grading.run.cluster.travelling import Done, Order, pack, unpack
from gradeprop.grading.run.cluster.waiting import Waiting, patience_s
from gradeprop.grading.run.fallen import fault_result
from gradeprop.grading.run.interface import Graders, Load, OnResult, OnShown
from gradeprop.grading.run.interrupts import interrupt
from gradeprop.grading.run.loading import loaded
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.turns import Turns
from gradeprop.grading.run.watched import Fallen
from gradeprop.grading.run.worker import Batch

if TYPE_CHECKING:
    from gradeprop.grading.run.paper import Submission

__all__ = ["ORDER", "ORDER_BYTES", "checked", "cluster_graders"]

ORDER = 16
"""Submissions in one task: enough to share the cost of a pytest session, few enough that little is
graded again when a machine is lost."""

ORDER_BYTES = 4 * 2**20
"""Of this size together, notebooks fill a task, too: the scheduler has them all in memory."""

_AHEAD: Final = 2
"""Tasks for each place on a worker, so that none waits for the next."""

_AT_ONCE: Final = 8
"""Tasks sent before it is looked what has come, Ctrl-C among it: reading notebooks takes time."""

_STEP_S: Final = 0.02

_FAILURES: Final = 3
"""So often a task may fail in Dask itself, which does not say at which worker, until it is taken
for a fault of ours."""


def checked(scheduler: str) -> Address:
    """The scheduler's address, once all that can be wrong here is known to be right.

    Raises:
        UsageError: it is no address, or would need TLS, or Dask's configuration says nonsense.
        MissingFacility: there are no certificates for it.
    """
    address = scheduler_address(scheduler)
    security_for(address)
    patience_s()
    return address


@contextmanager
def cluster_graders(scheduler: str, tell: Tell) -> Iterator[Graders]:
    """Graders at the scheduler's workers. Connects when there is work; until then this process has
    no threads and can be copied.

    Args:
        tell: hears, in sentences for a person, of workers that are not used, and of waiting.

    Raises:
        UsageError, MissingFacility: as `checked`; or nobody answers there.
    """
    address = checked(scheduler)
    check_reachable(address)
    yield _ClusterGraders(address, tell)


class _ClusterGraders:
    def __init__(self, address: Address, tell: Tell) -> None:
        self._address, self._tell = address, tell

    def grade(
        self,
        plan: Plan,
        submissions: Sequence[Load],
        on_result: OnResult,
        on_shown: OnShown | None = None,
    ) -> Mapping[tuple[str, str], str]:
        if not submissions:
            return plan.faults
        with connected(self._address) as link:
            crew = Crew(link, plan, self._tell)
            run = _Run(link, crew, plan, submissions, on_result, on_shown, self._tell)
            return run.carry_out()


@dataclass(frozen=True)
class _Sent:
    """A task that is out."""

    left: dict[str, int]
    """Students, and the places of their submissions."""
    alone: bool
    workers: frozenset[str]
    """Those that may take it."""


class _Run:
    """One run over a class."""

    def __init__(
        self,
        link: Link,
        crew: Crew,
        plan: Plan,
        submissions: Sequence[Load],
        on_result: OnResult,
        on_shown: OnShown | None,
        tell: Tell,
    ) -> None:
        self._link, self._crew, self._plan = link, crew, plan
        self._submissions, self._on_result, self._on_shown = submissions, on_result, on_shown
        self._turns = Turns(dict(plan.faults), proven=plan.proven)
        self._out: dict[str, _Sent] = {}
        self._failures: Counter[int] = Counter()
        self._waiting = Waiting(link, crew, tell)
        self._is_shared_out = self._has_graded = self._has_more = False

    def carry_out(self) -> Mapping[tuple[str, str], str]:
        try:
            with interrupt() as interrupted:
                while not self._is_shared_out or self._turns or self._out:
                    self._step(interrupted)
        finally:
            self._link.cancel(self._out)
            self._crew.dismiss()
        return dict(self._turns.of_all)

    def _step(self, interrupted: Connection) -> None:
        if interrupted.poll(0 if self._has_more or self._link.has_answers else _STEP_S):
            raise KeyboardInterrupt
        if self._link.is_lost:
            raise MissingFacility(
                f"the Dask scheduler at {self._link.address} was lost; what was graded is kept",
                remedy="start it again and repeat the command, which goes on where it was",
            )
        if self._crew.look():
            self._take_back()
        self._has_more = self._hand_out()
        for answer in self._link.answers():
            if not self._crew.heard(answer):
                self._take(answer)
            if interrupted.poll(0):
                raise KeyboardInterrupt
        self._waiting.check(has_graded=self._has_graded)

    # Out.

    def _hand_out(self) -> bool:
        """Whether there is more to send at once."""
        ready = self._crew.ready
        if not ready or self._crew.is_unsettled:
            return False
        places = sum(ready.values())
        if not self._is_shared_out:
            share = -(-len(self._submissions) // (4 * places))
            self._turns.add(len(self._submissions), max(1, min(ORDER, share)))
            self._is_shared_out = True
        workers = frozenset(ready)
        for _ in range(_AT_ONCE):
            turn = self._turns.next_somewhere() if len(self._out) < _AHEAD * places else None
            if turn is None:
                return False
            indices, alone = turn
            read, rest = loaded(self._submissions, indices, ORDER_BYTES)
            self._turns.put_back(rest)
            self._send(read, alone, workers)
        return True

    def _send(
        self, read: list[tuple[int, Submission]], alone: bool, workers: frozenset[str]
    ) -> None:
        left = {submission.student: index for index, submission in read}
        submissions = tuple(
            replace(submission, seed=submission.seed_by(self._plan.course_key))
            for _, submission in read
        )
        of_one = {key: why for key, why in self._turns.of_one.items() if key[0] in left}
        shown = self._on_shown is not None
        batch = Batch(submissions, dict(self._turns.of_all), of_one, shown)
        digest = self._crew.digest
        key = self._link.send(
            on_worker.grade,
            digest,
            pack(Order(digest, batch, alone)),
            workers=workers,
            resources=self._crew.resources,
        )
        self._out[key] = _Sent(left, alone, workers)

    def _take_back(self) -> None:
        """What no worker that is left may take is given to others; Dask itself sees to the rest of
        what was on a worker that is lost."""
        ready = self._crew.ready
        stranded = [key for key, sent in self._out.items() if sent.workers.isdisjoint(ready)]
        self._link.cancel(stranded)
        for key in stranded:
            self._again(self._out.pop(key))

    # In.

    def _take(self, answer: Answer) -> None:
        sent = self._out.pop(answer.key, None)
        if sent is None:
            return
        if answer.worn_out:
            self._fell(sent, dict(sent.left), Fallen(None, "the workers that had it were lost", ""))
        elif answer.failure is not None:
            self._failed(sent, answer.failure)
        elif answer.value is None:
            self._again(sent)
        else:
            self._note(sent, unpack(answer.value))

    def _note(self, sent: _Sent, done: Done) -> None:
        if done.unknown:
            self._crew.forget(done.worker)
        if done.unfit is not None:
            self._crew.refuse(done.worker, done.unfit)
        if self._on_shown is not None:
            for shown in done.shown:
                self._on_shown(shown)
        left = dict(sent.left)
        self._has_graded |= bool(done.results)
        for result in done.results:
            index = left.pop(result.student)
            if result.contended and not sent.alone:
                self._turns.disturbed(index)
            else:
                self._on_result(result)
        if done.fallen is not None:
            self._fell(sent, left, done.fallen)
        elif left:
            self._again(replace(sent, left=left))

    def _failed(self, sent: _Sent, failure: str) -> None:
        self._failures.update(sent.left.values())
        if max(self._failures[index] for index in sent.left.values()) >= _FAILURES:
            raise GraderFault(f"workers cannot carry out what they are sent: {failure}")
        self._again(sent)

    def _again(self, sent: _Sent) -> None:
        self._turns.again(list(sent.left.values()), alone=sent.alone)

    def _fell(self, sent: _Sent, left: dict[str, int], fallen: Fallen) -> None:
        plan = self._plan
        doomed = self._turns.fell(fallen, plan.course, plan.loaded, list(sent.left), left)
        for index in doomed.values():
            reason = f"the grading process died twice on this submission: {fallen.how}"
            submission = self._submissions[index]()
            self._on_result(fault_result(plan, submission, reason, self._crew.isolation))
