from __future__ import annotations

import builtins
import getpass
import sys

import pytest
from IPython.core.error import StdinNotImplementedError

from gradeprop.session.interface import Call, CellSource, Raised, Returned, Sandbox
from gradeprop.session.kernel import KernelSession
from gradeprop.session.student.unattended import unattended
from session.patience import GENEROUS

NOBODY = "input() was called, but nobody can answer while a notebook is graded."
ASKING = """
import getpass, sys, warnings, os
def asks(): return input("go on? ")
def asks_for_a_secret(): return getpass.getpass()
def stops(): breakpoint(); return 1
def prints():
    print("done \\ud83d\\ude80"); print("\\ud83d", file=sys.stderr); warnings.warn("\\ud83d")
    print(os.fsdecode(b"caf\\xe9.txt")); print("\\ud83d", file=sys.__stdout__)
    return 1
"""


def test_nobody_answers_and_all_is_as_before() -> None:
    before = builtins.input, getpass.getpass, sys.breakpointhook
    with unattended():
        for question in (input, getpass.getpass):
            with pytest.raises(StdinNotImplementedError, match="nobody can answer"):
                question("name? ")
        breakpoint()
    assert (builtins.input, getpass.getpass, sys.breakpointhook) == before


def answers(session: object) -> list[object]:
    names = ("asks", "asks_for_a_secret", "stops", "prints")
    return [session.ask([Call(name)])[0] for name in names]  # type: ignore[attr-defined]


def check(found: list[object]) -> None:
    for outcome in found[:2]:
        assert isinstance(outcome, Raised)
        assert (outcome.type_name.split(".")[-1], outcome.message) == (
            "StdinNotImplementedError",
            NOBODY,
        )
    assert [outcome.value for outcome in found[2:] if isinstance(outcome, Returned)] == [1, 1]


def test_calls_hear_what_cells_hear(sandbox: Sandbox) -> None:
    """Late, by the process that has run all cells, and at a place, in a fork."""
    with sandbox.open(limits=GENEROUS, seed=1) as session:
        session.run(CellSource(ASKING, "asking"))
        check(answers(session))
        place = session.mark()
        session.run(CellSource("x = 1", "later"))
        names = ("asks", "asks_for_a_secret", "stops", "prints")
        check([session.ask([Call(name)], at=place)[0] for name in names])


@pytest.mark.filterwarnings("ignore")  # one with half a character cannot be told by a worker
def test_so_it_is_in_the_students_own_kernel() -> None:
    names: dict[str, object] = {}
    exec(ASKING, names)
    check(answers(KernelSession(names)))
