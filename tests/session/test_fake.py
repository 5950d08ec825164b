from __future__ import annotations

from gradeprop.session.fake import FakeSandbox, FakeSession
from gradeprop.session.interface import (
    Ask,
    Bound,
    Call,
    CellOutcome,
    CellSource,
    Code,
    Limits,
    Missing,
    Outcome,
    Read,
    ReadAll,
    Returned,
    Run,
    Stopped,
)


def test_it_answers_from_its_script() -> None:
    def echo(ask: Ask) -> Outcome:
        assert isinstance(ask, Call)
        return Returned(ask.arguments[0])

    one = Returned(1)
    session = FakeSession({"w": one, "f": echo})
    w, f, x = session.ask([Read("w"), Call("f", (5,)), Read("x")])
    assert (w, x) == (one, Missing("x"))
    assert isinstance(f, Returned)
    assert f.value == 5
    assert [call.name for call in session.calls] == ["f"]


def test_it_answers_for_several_names_and_for_the_graders_code() -> None:
    session = FakeSession({"a": Returned(1), "b": Returned("x"), "train": Returned(3.0)})
    both, lost, run = session.ask(
        [ReadAll(("a", "b")), ReadAll(("a", "c")), Run(Code("train", ""), (Bound("a"),))]
    )
    assert isinstance(both, Returned)
    assert both.value == (1, "x")
    assert lost == Missing("c")
    assert isinstance(run, Returned)
    assert run.value == 3.0


def test_after_a_stop_everything_is_stopped() -> None:
    stop = Stopped("timeout", "slow")
    assert FakeSession({"f": stop, "w": Returned(1)}).ask([Call("f"), Read("w")]) == [stop, stop]


def test_cells_give_what_is_written_down() -> None:
    slow = CellOutcome("timeout")
    session = FakeSession(cells={"b": slow})
    assert session.run(CellSource("", "a")).status == "ok"
    assert session.run(CellSource("", "b")) is slow
    assert [cell.label for cell in session.ran] == ["a", "b"]


def test_a_sandbox_hands_out_its_sessions() -> None:
    sessions = [FakeSession(), FakeSession()]
    with FakeSandbox(sessions) as sandbox:
        assert [sandbox.open(limits=Limits(), seed=n) for n in (1, 2)] == sessions
        assert [seed for _, seed, _ in sandbox.opened] == [1, 2]
    assert sandbox.closed
