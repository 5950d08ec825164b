"""A grader's fault begins with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradeprop.grading.checks.blame import defined_at, told

SOURCE = """\
import math


def helper(n):
    return math.sqrt(n)


def test_roots(student):
    helper(1)
    helper(-1)


async def test_later(student):
    pass
"""


@pytest.fixture
def grader(tmp_path: Path) -> Path:
    path = tmp_path / "graders" / "test_x.py"
    path.parent.mkdir()
    path.write_text(SOURCE)
    return path


def raised_in(path: Path) -> ValueError:
    names: dict[str, object] = {}
    exec(compile(path.read_text(), str(path), "exec"), names)
    with pytest.raises(ValueError, match="domain") as found:
        names["test_roots"](None)  # type: ignore[operator]
    return found.value


def test_the_innermost_line_of_the_grader_comes_first_and_its_calls_below(grader: Path) -> None:
    text = told(raised_in(grader), "graders/test_x.py", grader)
    first, *trace = text.splitlines()
    assert first.startswith("graders/test_x.py:5: ValueError: ")
    assert "line 10, in test_roots" in "\n".join(trace)
    assert __file__ not in text


def test_an_error_from_elsewhere_has_no_line_and_all_of_its_calls(grader: Path) -> None:
    text = told(raised_in(grader), "graders/other.py", Path("/nowhere/other.py"))
    assert text.startswith("graders/other.py: ValueError: ")
    assert "line 10, in test_roots" in text


@pytest.mark.parametrize(
    ("check", "place"), [("roots", ":8"), ("later", ":13"), ("root", ""), ("absent", "")]
)
def test_where_a_check_is_defined(grader: Path, check: str, place: str) -> None:
    root = str(grader.parent.parent)
    assert defined_at(root, "graders/test_x.py", check) == f"graders/test_x.py{place}"
    assert defined_at(root, "graders/absent.py", check) == "graders/absent.py"
