"""A course whose notebooks install gradeprop says what pip is to install."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course.minimal import replaced, write_course
from gradeprop.course.load import load_course

Problems = Callable[[dict[str, str]], list[str]]
WHEEL = "install: gradeprop @ https://example.org/gradeprop.whl\n"


def stated(lines: str) -> dict[str, str]:
    return replaced("course.yaml", "assignments:\n", f"{lines}assignments:\n")


@pytest.mark.parametrize(
    "lines", ["", "student_package: embedded\n", f"student_package: install\n{WHEEL}"]
)
def test_what_fits_together_is_no_problem(tmp_path: Path, lines: str) -> None:
    course = load_course(write_course(tmp_path, stated(lines)))
    assert (course.spec.install is not None) == (course.spec.student_package == "install")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (
            "student_package: install\n",
            "student_package is install, and it is not said what pip is to install; "
            'write install: "…" beside it, or student_package: embedded',
        ),
        (
            WHEEL,
            "install has no effect: notebooks carry gradeprop along; "
            "write student_package: install beside it, or take it away",
        ),
    ],
)
def test_what_does_not_is_told_with_its_place(problems: Problems, lines: str, problem: str) -> None:
    (found,) = problems(stated(lines))
    place, _, what = found.partition(": ")
    assert place.startswith("course.yaml:")
    assert what == problem
