"""Whom a crew takes, with workers that only say what they are told to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import dask
import pytest

from gradeprop.errors import GraderFault, MissingFacility
from gradeprop.grading.run.cluster import crew as crew_module
from gradeprop.grading.run.cluster import waiting as waiting_module
from gradeprop.grading.run.cluster.address import Address
from gradeprop.grading.run.cluster.crew import Crew
from gradeprop.grading.run.cluster.engine import _Run
from gradeprop.grading.run.cluster.link import Answer, WorkerFacts
from gradeprop.grading.run.cluster.software import software
from gradeprop.grading.run.cluster.travelling import Done, Offer, pack, parcel_of, unpack
from gradeprop.grading.run.cluster.waiting import Waiting
from gradeprop.grading.run.fallen import fault_result
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.plan import Plan
from grading.run.cluster.conftest import Class

A, B = "tcp://127.0.0.1:1", "tcp://127.0.0.1:2"


def offer(level: str | None = "none", lacks: str = "", holds: tuple[str, ...] = ()) -> Offer:
    return Offer(software(), daemonic=False, level=level, lacks=lacks, holds=holds)


class FakeLink:
    """Workers that answer at once.

    Args:
        offers: by address, what each says of itself.
    """

    run = "this run"
    address = Address("tcp", "127.0.0.1", 8786)
    is_lost = False

    def __init__(self, offers: Mapping[str, Offer]) -> None:
        self.offers = dict(offers)
        self.forgetful: set[str] = set()
        self.sent: list[tuple[str, str, tuple[Any, ...]]] = []
        self.grading: Callable[[str, tuple[Submission, ...]], Answer] = lambda key, _: Answer(key)
        self._waiting: list[Answer] = []
        self.left: list[str] = []

    def workers(self) -> dict[str, WorkerFacts]:
        return {address: WorkerFacts(address, address, 1, {}) for address in self.offers}

    def send(self, function: Any, *arguments: Any, workers: Collection[str], **_: Any) -> str:
        name, key = function.__name__, str(len(self.sent))
        address = next(iter(workers))
        self.sent.append((name, address, arguments))
        if name == "look":
            self._waiting.append(Answer(key, pack(self.offers[address])))
        elif name == "install":
            unknown = arguments[1] is None or address in self.forgetful
            self._waiting.append(Answer(key, pack(Done(address, unknown=unknown))))
        else:
            self._waiting.append(self.grading(key, unpack(arguments[1]).batch.submissions))
        return key

    @property
    def has_answers(self) -> bool:
        return bool(self._waiting)

    def answers(self) -> list[Answer]:
        answers, self._waiting = self._waiting, []
        return answers

    def cancel(self, keys: Collection[str]) -> None:
        pass

    def call_at_once(self, _: Any, *__: Any, workers: Collection[str]) -> None:
        self.left += workers

    def named(self, name: str) -> list[tuple[str, tuple[Any, ...]]]:
        return [(address, arguments) for called, address, arguments in self.sent if called == name]


def settled(link: FakeLink, plan: Plan) -> tuple[Crew, list[str]]:
    """A crew that has heard all there is to hear, and what it told."""
    told: list[str] = []
    crew = Crew(link, plan, told.append)  # type: ignore[arg-type]
    crew.look()
    while link.has_answers:
        for answer in link.answers():
            assert crew.heard(answer)
    return crew, told


def sent_plan(link: FakeLink) -> Plan:
    (_, arguments), *_ = link.named("install")
    return unpack(arguments[1])[0]  # type: ignore[no-any-return]


def test_who_isolates_less_than_was_asked_for_is_refused(a_class: Class) -> None:
    lacks = "isolation full does not work here: no namespaces"
    link = FakeLink({A: offer(None, lacks), B: offer("full")})
    crew, told = settled(link, a_class.plan("full"))
    assert crew.ready == {B: 1}
    assert told == [f"Worker {A} is not used: {lacks}"]
    assert (crew.isolation, sent_plan(link).isolation) == ("full", "full")


def test_auto_becomes_the_best_that_the_first_workers_have(a_class: Class) -> None:
    link = FakeLink({A: offer("restricted"), B: offer("full")})
    crew, told = settled(link, a_class.plan("auto"))
    assert crew.ready == {B: 1}
    assert told == [
        f"Worker {A} is not used: it can isolate student code at level restricted only, and "
        "others here at full"
    ]
    assert (crew.isolation, sent_plan(link).isolation) == ("full", "full")


def test_auto_is_settled_by_those_who_answer_in_time(
    a_class: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = FakeLink({A: offer("restricted"), B: offer("full")})
    told: list[str] = []
    crew = Crew(link, a_class.plan("auto"), told.append)  # type: ignore[arg-type]
    crew.look()
    first, later = link.answers()
    crew.heard(first)
    assert not link.named("install")
    assert crew.is_unsettled
    monkeypatch.setattr(crew_module, "_SETTLE_S", -1.0)
    monkeypatch.setattr(crew_module, "_LOOK_S", -1.0)
    crew.look()
    assert [address for address, _ in link.named("install")] == [A]
    crew.heard(later)
    assert [address for address, _ in link.named("install")] == [A, B]
    assert crew.isolation == "restricted"
    (said,) = told
    assert said.startswith(
        f"Worker {B} could isolate student code at level full, but this run does"
    )
    assert "repeat the command with --isolation full" in said
    assert {arguments for _, arguments in link.named("look")} == {("auto",)}


def test_who_has_other_software_is_told_what_to_do(a_class: Class) -> None:
    other = {**software(), "gradeprop's files": "0123456789ab"}
    link = FakeLink({A: Offer(other, daemonic=False, level="none", lacks="", holds=())})
    _, (told,) = settled(link, a_class.plan())
    assert "gradeprop's files 0123456789ab there and" in told
    assert told.endswith("results could differ: install the same on both")


def test_who_would_be_spoken_to_in_the_open_is_not_even_asked(a_class: Class) -> None:
    exposed = "tcp://10.0.0.1:1"
    link = FakeLink({exposed: offer(), A: offer()})
    crew, told = settled(link, a_class.plan())
    assert crew.ready == {A: 1}
    assert [address for address, _ in link.named("look")] == [A]
    assert told == [
        f"Worker {exposed} is not used: it would be spoken to over the network unencrypted"
    ]


def test_a_parcel_that_has_gone_since_is_sent_at_once(a_class: Class) -> None:
    plan = a_class.plan()
    parcel = parcel_of(plan)
    link = FakeLink({A: offer(holds=(parcel.digest,))})
    crew, told = settled(link, plan)
    packed = [arguments[1] for _, arguments in link.named("install")]
    assert packed == [None, parcel.packed]
    assert crew.ready == {A: 1}
    assert not told


def test_who_does_not_keep_the_parcel_is_refused(a_class: Class) -> None:
    plan = a_class.plan()
    link = FakeLink({A: offer(holds=(parcel_of(plan).digest,))})
    link.forgetful.add(A)
    crew, told = settled(link, plan)
    assert len(link.named("install")) == 2
    assert told == [f"Worker {A} is not used: it does not keep what it is sent"]
    crew.dismiss()
    assert link.left == [A]


def test_workers_that_are_met_again_get_no_more_time_to_settle(
    a_class: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_module, "_LOOK_S", -1.0)
    link = FakeLink({A: offer()})
    crew = Crew(link, a_class.plan(), print)  # type: ignore[arg-type]
    crew.look()
    since = crew._since
    for _ in range(3):
        (answer,) = link.answers()
        crew.heard(Answer(answer.key))  # it was forgotten
        crew.look()
        assert crew._since == since
    link.offers = {B: offer()}
    crew.look()
    assert crew._since > since


def test_workers_that_are_lost_are_told_and_those_that_did_not_grade_are_not(
    a_class: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_module, "_LOOK_S", -1.0)
    others = [f"tcp://127.0.0.1:{port}" for port in range(3, 10)]
    link = FakeLink({A: offer(None, "no"), B: offer()} | {other: offer() for other in others})
    crew, told = settled(link, a_class.plan())
    for address in (A, B):
        del link.offers[address]
    crew.look()
    ended = "; what was being graded there is graded elsewhere"
    assert told == [f"Worker {A} is not used: no", f"Lost 1 worker: {B}{ended}"]
    link.offers = {}
    crew.look()
    assert told[2:] == [f"Lost 7 workers: {', '.join(others[:5])} and 2 more{ended}"]


def run_over(
    link: FakeLink,
    a_class: Class,
    kept: list[Any],
    number: int = 4,
    told: list[str] | None = None,
) -> list[str]:
    told = [] if told is None else told
    plan = a_class.plan()
    crew = Crew(link, plan, told.append)  # type: ignore[arg-type]
    run = _Run(
        link,
        crew,
        plan,
        a_class.loads(number),
        kept.append,
        None,
        told.append,  # type: ignore[arg-type]
    )
    run.carry_out()
    return told


def test_one_sick_worker_is_named_and_what_it_had_goes_to_others(a_class: Class) -> None:
    plan, kept = a_class.plan(), list[Any]()
    link = FakeLink({A: offer(), B: offer()})
    sick = [A]

    def grading(key: str, submissions: tuple[Submission, ...]) -> Answer:
        if sick:
            return Answer(key, pack(Done(sick.pop(), unfit="it cannot grade: OSError: full")))
        results = tuple(fault_result(plan, item, "graded", "none") for item in submissions)
        return Answer(key, pack(Done(B, results)))

    link.grading = grading
    told = run_over(link, a_class, kept)
    assert told == [f"Worker {A} is not used: it cannot grade: OSError: full"]
    assert len({result.student for result in kept}) == len(kept) == 4


def test_a_failure_of_which_nobody_knows_where_is_tried_elsewhere_and_not_for_ever(
    a_class: Class,
) -> None:
    plan, kept = a_class.plan(), list[Any]()
    link = FakeLink({A: offer(), B: offer()})
    failures = [2]

    def grading(key: str, submissions: tuple[Submission, ...]) -> Answer:
        if failures[0]:
            failures[0] -= 1
            return Answer(key, failure="MemoryError: ")
        results = tuple(fault_result(plan, item, "graded", "none") for item in submissions)
        return Answer(key, pack(Done(B, results)))

    link.grading = grading
    run_over(link, a_class, kept)
    assert len(kept) == 4
    failures[0] = 1000
    with pytest.raises(GraderFault, match="cannot carry out what they are sent: MemoryError"):
        run_over(link, a_class, [])


def test_when_all_are_sick_each_reason_is_told_once(
    a_class: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_module, "_REFUSED_S", -1.0)
    link = FakeLink({A: offer()})
    link.grading = lambda key, _: Answer(key, pack(Done(A, unfit="it cannot grade: OSError")))
    link.offers[B] = offer(None, "isolation full does not work here")
    told: list[str] = []
    with pytest.raises(MissingFacility) as ended:
        run_over(link, a_class, [], told=told)
    assert str(ended.value).startswith(
        f"none of the 2 workers at {link.address} can be used, for the reasons above; start others"
    )
    assert sorted(told) == [
        f"Worker {A} is not used: it cannot grade: OSError",
        f"Worker {B} is not used: isolation full does not work here",
    ]


def test_who_says_how_long_to_wait_is_heeded_where_all_are_refused(
    a_class: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a queue lets one bad node begin long before the others."""
    monkeypatch.setattr(waiting_module, "_REFUSED_S", -1.0)
    link = FakeLink({A: offer(None, "isolation full does not work here")})
    plan, kept = a_class.plan(), list[Any]()

    def grading(key: str, submissions: tuple[Submission, ...]) -> Answer:
        results = tuple(fault_result(plan, item, "graded", "none") for item in submissions)
        return Answer(key, pack(Done(B, results)))

    link.grading = grading
    checks: list[bool] = []
    check = Waiting.check

    def joined_later(waiting: Waiting, *, has_graded: bool) -> None:
        checks.append(has_graded)
        if len(checks) == 20:
            link.offers[B] = offer()
        check(waiting, has_graded=has_graded)

    monkeypatch.setattr(Waiting, "check", joined_later)
    with dask.config.set({"gradeprop.wait-for-workers": "60s"}):
        run_over(link, a_class, kept)
    assert len(kept) == 4


def test_what_falls_twice_has_the_seed_and_group_that_were_handed_in_and_the_level_that_held(
    a_class: Class,
) -> None:
    from dataclasses import replace

    from gradeprop.grading.run.watched import Fallen

    kept: list[Any] = []
    link = FakeLink({A: offer("restricted")})
    link.grading = lambda key, _: Answer(key, pack(Done(A, fallen=Fallen(None, "SIGKILL", ""))))
    plan = a_class.plan("auto")
    crew = Crew(link, plan, print)  # type: ignore[arg-type]
    (load,) = a_class.loads(1)
    loads = [lambda: replace(load(), seed=b"g" * 32, group="pair")]
    _Run(link, crew, plan, loads, kept.append, None, print).carry_out()  # type: ignore[arg-type]
    (result,) = kept
    assert result.status == "error"
    assert (result.seed, result.group) == ((b"g" * 32).hex(), "pair")
    assert result.isolation == "restricted"
