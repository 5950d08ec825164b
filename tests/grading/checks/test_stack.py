"""Of where a process stood, what is the grader's is told, and no more."""

from __future__ import annotations

import faulthandler
import threading
import types
from pathlib import Path

import pytest

from gradeprop.grading.checks.stack import calls_of_graders, line_in

SOURCE = """\
def helper(act):
    act()


def test_roots(act):
    helper(act)


def deep(act, depth):
    deep(act, depth - 1) if depth else act()
"""


@pytest.fixture
def grader(tmp_path: Path) -> Path:
    path = tmp_path / "graders" / "test_x.py"
    path.parent.mkdir()
    path.write_text(SOURCE)
    return path


def functions_of(grader: Path) -> types.ModuleType:
    module = types.ModuleType("test_x")
    exec(compile(SOURCE, str(grader), "exec"), module.__dict__)
    return module


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return tmp_path / "dump"


def stand(dump: Path) -> None:
    with dump.open("w") as file:
        faulthandler.dump_traceback(file, all_threads=True)


def test_what_called_the_grader_is_left_out_and_what_it_called_is_told(
    grader: Path, dump: Path
) -> None:
    functions_of(grader).test_roots(lambda: stand(dump))
    told = calls_of_graders(dump.read_text(), grader.parent).splitlines()
    assert told[0] == "Where it stood (most recent call last):"
    assert [line.partition(", ")[2] for line in told[1:3]] == [
        "line 6 in test_roots",
        "line 2 in helper",
    ]
    assert told[-1].endswith("in stand")
    assert all(name not in "".join(told) for name in ("pytest_pyfunc_call", "pluggy"))
    assert line_in(dump.read_text(), grader) == "2"


def test_a_long_recursion_is_told_in_a_few_lines(grader: Path, dump: Path) -> None:
    functions_of(grader).deep(lambda: stand(dump), 50)
    told = calls_of_graders(dump.read_text(), grader.parent).splitlines()
    assert len(told) < 20
    assert told[1].endswith(" more calls")


def test_where_no_grader_stands_the_innermost_calls_are_told(dump: Path) -> None:
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    stand(dump)
    over.set()
    other.join()
    told = calls_of_graders(dump.read_text(), Path("/nowhere")).splitlines()
    assert told[-1].endswith("in stand")
    assert line_in(dump.read_text(), Path("/nowhere/test_x.py")) is None


def test_of_a_process_that_left_no_word_nothing_is_told() -> None:
    assert calls_of_graders("", Path("/nowhere")) == ""
