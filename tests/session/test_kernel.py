from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import torch

from gradeprop.gradients.values import TensorState
from gradeprop.session.interface import Call, CellSource, Missing, Raised, Read, Returned, Stopped
from gradeprop.session.kernel import KernelSession


def test_asks_are_answered_in_the_users_namespace() -> None:
    session = KernelSession({"f": lambda x: x * 2, "n": 3})
    n, f, g = session.ask([Read("n"), Call("f", (TensorState(torch.ones(2)),)), Call("g")])
    assert isinstance(n, Returned)
    assert n.value == 3
    assert isinstance(f, Returned)
    assert isinstance(f.value, TensorState)
    assert f.value.value.tolist() == [2.0, 2.0]
    assert g == Missing("g")


def test_arguments_are_copies() -> None:
    mine = torch.ones(2)
    KernelSession({"f": lambda x: x.zero_()}).ask([Call("f", (TensorState(mine),))])
    assert mine.tolist() == [1.0, 1.0]


def test_what_student_code_prints_is_captured(capsys: pytest.CaptureFixture[str]) -> None:
    def loud() -> None:
        print("out")
        print("err", file=sys.stderr)

    KernelSession({"loud": loud}).ask([Call("loud")])
    assert capsys.readouterr() == ("", "")


def test_of_what_was_printed_the_beginning_is_kept_until_it_is_asked_for() -> None:
    def loud(times: int) -> None:
        print("out" * times)
        print("err", file=sys.stderr)

    session = KernelSession({"loud": loud})
    session.ask([Call("loud", (1,)), Call("loud", (2,))])
    assert session.printed() == "out\nerr\noutout\nerr"
    assert session.printed() == ""
    session.ask([Call("loud", (10_000,))])
    assert session.printed() == ("out" * 1000)[:2000] + "\n… (the rest is not shown)"


def test_half_a_character_that_was_printed_harms_nothing() -> None:
    session = KernelSession({"loud": lambda: print("\ud800!")})
    session.ask([Call("loud")])
    assert session.printed() == "?!"


@pytest.mark.parametrize(
    ("filename", "label"),
    [
        ("<ipython-input-7-abc>", "your cell [7]"),
        ("/tmp/ipython-input-12-3456.py", "your cell [12]"),
        ("/tmp/ipython-input-1453726362.py", "your cell"),
        ("/tmp/ipykernel_81/1453726362.py", "your cell"),
        ("C:\\Temp\\ipykernel_81\\1453726362.py", "your cell"),
    ],
)
def test_a_line_is_told_of_the_students_cells_as_every_kernel_names_them(
    filename: str, label: str
) -> None:
    names: dict[str, Any] = {}
    exec(compile("def f():\n    raise ValueError('x')", filename, "exec"), names)
    (outcome,) = KernelSession(names).ask([Call("f")])
    assert isinstance(outcome, Raised)
    assert outcome.traceback.startswith(f"{label}, line 2, in f\n")


@pytest.mark.parametrize("filename", ["<string>", "<gradeprop>", "<attrs generated init>"])
def test_a_line_that_stands_in_no_cell_is_not_told(filename: str) -> None:
    names: dict[str, Any] = {}
    exec(compile("\n" * 62 + "def f():\n    raise ValueError('x')", filename, "exec"), names)
    (outcome,) = KernelSession(names).ask([Call("f")])
    assert isinstance(outcome, Raised)
    assert (outcome.line, outcome.traceback) == (None, "ValueError: x")


def test_exceptions_are_outcomes_and_name_the_line() -> None:
    names: dict[str, Any] = {}
    exec(compile("def f():\n    raise ValueError('x')", "<ipython-input-7-abc>", "exec"), names)
    (outcome,) = KernelSession(names).ask([Call("f")])
    assert isinstance(outcome, Raised)
    assert outcome.line == 2
    assert "your cell [7], line 2, in f" in outcome.traceback


def test_a_spent_deadline_stops_what_follows() -> None:
    outcomes = KernelSession({"n": 1}).ask([Read("n"), Read("n")], seconds=-1.0)
    assert [type(item) for item in outcomes] == [Stopped, Stopped]


def test_cells_run_in_the_namespace() -> None:
    names: dict[str, Any] = {}
    session = KernelSession(names)
    good = session.run(CellSource("print('hi'); x = 1", "a"))
    bad = session.run(CellSource("1 / 0", "b"))
    assert (good.status, good.outputs[0]["text"], names["x"]) == ("ok", "hi\n", 1)
    assert (bad.status, bad.message) == ("error", "ZeroDivisionError: division by zero")


def test_it_needs_nothing_but_torch_and_the_standard_library() -> None:
    """What a student's machine may lack, or what exists on Linux only, is not imported."""
    code = (
        "import sys\n"
        "banned = ['pydantic', 'yaml', 'pytest', 'IPython', 'fcntl', 'resource', 'pwd']\n"
        "import torch, numpy\n"
        "before = set(sys.modules)\n"
        "import gradeprop.session.kernel\n"
        "print([name for name in banned if name in sys.modules and name not in before])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_cell_that_raises_tells_what_it_printed_and_the_error() -> None:
    with KernelSession({}) as session:
        outcome = session.run(CellSource("print('so far')\n1 / 0", "cell"))
    assert outcome.status == "error"
    printed, error = outcome.outputs
    assert printed["text"] == "so far\n"
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")
