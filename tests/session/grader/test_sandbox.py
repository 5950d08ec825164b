"""Sessions in the warm process, at every level that this machine has."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from gradeprop.errors import GraderFault, UsageError
from gradeprop.gradients.values import TensorState
from gradeprop.session.grader.sandbox import ProcessSandbox
from gradeprop.session.interface import (
    Call,
    Missing,
    Raised,
    Read,
    Returned,
    Sandbox,
    Session,
)
from session.grader.dialogue import ask, run, value
from session.patience import GENEROUS


def test_cells_share_a_namespace_and_show_outputs(session: Session) -> None:
    first = run(session, "x = 2\nprint('hello')")
    second = run(session, "x + 1")
    assert (first.status, first.execution_count) == ("ok", 1)
    assert first.outputs[0]["text"] == "hello\n"
    assert second.outputs[0]["data"] == {"text/plain": "3"}
    assert second.execution_count == 2


def test_an_error_leaves_what_was_defined_before_it(session: Session) -> None:
    outcome = run(session, "before = 1\nraise ValueError('x')\nafter = 2")
    assert (outcome.status, outcome.message) == ("error", "ValueError: x")
    assert value(session, "before") == 1
    assert ask(session, Read("after")) == [Missing("after")]


def test_names_and_calls_are_answered(session: Session) -> None:
    run(
        session,
        "import torch\nw = torch.tensor([1., 2.], requires_grad=True)\n(w**2).sum().backward()",
    )
    run(session, "def f(x, k=2): return k * x")
    state = TensorState(torch.ones(3, dtype=torch.float64), requires_grad=True)
    w, f, missing = ask(session, Read("w"), Call("f", (state,), {"k": 5}), Call("w"))
    assert isinstance(w, Returned)
    assert isinstance(w.value, TensorState)
    assert w.value.grad is not None
    assert w.value.grad.tolist() == [2.0, 4.0]
    assert isinstance(f, Returned)
    assert isinstance(f.value, TensorState)
    assert f.value.value.tolist() == [5.0, 5.0, 5.0]
    assert f.value.value.dtype == torch.float64
    assert missing == Missing("w", "torch.Tensor")


def test_a_check_changes_nothing_for_later_checks_and_cells(session: Session) -> None:
    run(session, "log = []\ndef f():\n    log.append(1)\n    return len(log)")
    for _ in range(2):
        (outcome,) = ask(session, Call("f"))
        assert isinstance(outcome, Returned)
        assert outcome.value == 1
    assert value(session, "log") == []


def test_calls_of_one_check_see_each_other(session: Session) -> None:
    run(session, "log = []\ndef f():\n    log.append(1)\n    return len(log)")
    counts = [
        outcome.value
        for outcome in ask(session, Call("f"), Call("f"))
        if isinstance(outcome, Returned)
    ]
    assert counts == [1, 2]


def test_what_a_call_prints_reaches_no_output(session: Session) -> None:
    run(session, "import os\ndef f(x):\n    print(x)\n    os.write(1, b'secret')\n    return x")
    ask(session, Call("f", ("secret",)))
    assert run(session, "1").outputs[0]["data"] == {"text/plain": "1"}


def test_exceptions_name_the_students_own_line(session: Session) -> None:
    run(session, "def f():\n    return 1 / 0", "square-by_hand")
    (outcome,) = ask(session, Call("f"))
    assert isinstance(outcome, Raised)
    assert (outcome.type_name, outcome.line) == ("ZeroDivisionError", 2)
    assert outcome.traceback.splitlines()[0] == "square-by_hand, line 2, in f"


def test_seeds_make_sessions_repeatable(sandbox: Sandbox) -> None:
    source = (
        "import torch, random, numpy\nt = torch.rand(2)\nr = random.random()\nn = "
        "float(numpy.random.rand())"
    )
    seen = []
    for seed in (3, 3, 4):
        with sandbox.open(limits=GENEROUS, seed=seed) as session:
            run(session, source)
            t = value(session, "t")
            assert isinstance(t, TensorState)
            seen.append((t.value.tolist(), value(session, "r"), value(session, "n")))
    assert seen[0] == seen[1]
    assert all(a != b for a, b in zip(seen[1], seen[2], strict=True))


def test_random_numbers_in_a_check_go_on_from_the_notebooks(session: Session) -> None:
    run(session, "import random\nrandom.seed(5)\ndef f(): return random.random()")
    answers = [
        outcome.value
        for _ in range(2)
        for outcome in ask(session, Call("f"))
        if isinstance(outcome, Returned)
    ]
    run(session, "expected = random.random()")
    assert answers == [value(session, "expected")] * 2


def test_files_lie_in_a_fresh_working_folder(sandbox: Sandbox) -> None:
    files = {"data.csv": b"1,2", "sub/helper.py": b"x = 5"}
    with sandbox.open(limits=GENEROUS, seed=1, files=files) as session:
        run(
            session,
            "import os\nseen = sorted(os.listdir())\nfrom sub.helper import x\nopen('mine', "
            "'w').close()",
        )
        run(
            session, "name = __name__\nfolder = os.getcwd()\nchanged = os.path.getmtime('data.csv')"
        )
        assert value(session, "changed") < 1e9  # long ago: not a change of the notebook's own
        assert value(session, "seen") == ["data.csv", "sub"]
        assert value(session, "x") == 5
        assert value(session, "name") == "__main__"
        folder = Path(str(value(session, "folder")))
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        run(session, "import os\nseen = os.listdir()")
        assert value(session, "seen") == []
    assert not folder.exists()


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", ""])
def test_files_outside_the_working_folder_are_refused(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(UsageError):
        sandbox.open(limits=GENEROUS, seed=1, files={name: b""})


def test_closing_twice_is_fine_and_using_after_is_a_fault(sandbox: Sandbox) -> None:
    session = sandbox.open(limits=GENEROUS, seed=1)
    run(session, "1")
    session.close()
    session.close()
    with pytest.raises(GraderFault):
        run(session, "1")


def test_a_session_that_cannot_begin_does_not_count_as_open(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise GraderFault("no process starts")

    with monkeypatch.context() as broken:
        broken.setattr(ProcessSandbox, "fork", fails)
        with pytest.raises(GraderFault, match="no process starts"):
            sandbox.open(limits=GENEROUS, seed=1)
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        assert sandbox.alone(session)
        assert run(session, "1").status == "ok"


def test_sessions_side_by_side_do_not_meet(sandbox: Sandbox) -> None:
    with (
        sandbox.open(limits=GENEROUS, seed=1) as left,
        sandbox.open(limits=GENEROUS, seed=1) as right,
    ):
        run(left, "x = 'left'")
        run(right, "x = 'right'")
        assert (value(left, "x"), value(right, "x")) == ("left", "right")


def test_nothing_is_left_running_after_a_session(plain_sandbox: Sandbox) -> None:
    with plain_sandbox.open(limits=GENEROUS, seed=1) as session:
        run(session, "import os\nme = os.getpid()")
        pid = value(session, "me")
    assert not Path(f"/proc/{pid}").exists()


def test_what_ran_before_the_notebook_is_not_taken_for_its_gradients(session: Session) -> None:
    run(session, "import torch\nw = torch.ones(1, requires_grad=True)\nw.grad = torch.ones(1)")
    (by_hand,) = ask(session, Read("w"))
    run(session, "v = torch.ones(1, requires_grad=True)\n(v ** 2).backward()")
    (later,) = ask(session, Read("w"))
    assert isinstance(by_hand, Returned)
    assert isinstance(later, Returned)
    assert by_hand.seen.differentiated is False
    assert later.seen.differentiated is True
