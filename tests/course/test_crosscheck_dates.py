from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course.minimal import replaced, write_course
from gradeprop.course.load import load_course

Problems = Callable[[dict[str, str]], list[str]]


def dated(lines: str) -> dict[str, str]:
    return replaced("course.yaml", "    title: Slopes\n", f"    title: Slopes\n{lines}")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (
            "    release: 2026-09-30\n    due: 2026-09-01T12:00\n",
            "course.yaml:7:10: due is 2026-09-01, before release (2026-09-30); change one of them",
        ),
        (
            "    due: 0206-09-01T12:00\n",
            "course.yaml:6:10: due is in the year 206; write one from 2000 to 2999",
        ),
        (
            "    due: 0001-01-01T00:00+14:00\n",
            "course.yaml:6:10: due is in the year 1; write one from 2000 to 2999",
        ),
        (
            "    release: 9999-09-01\n    due: 2026-09-01T12:00\n",
            "course.yaml:6:14: release is in the year 9999; write one from 2000 to 2999",
        ),
    ],
)
def test_dates_that_cannot_be_meant_are_one_problem(
    problems: Problems, lines: str, problem: str
) -> None:
    assert problems(dated(lines)) == [problem]


@pytest.mark.parametrize(
    "lines",
    [
        "    release: 2026-09-30\n    due: 2026-09-30T08:00+02:00\n",
        "    due: 2026-09-30T23:59Z\n",
        "    release: 2026-09-30\n",
    ],
)
def test_dates_that_can_be_meant_are_no_problem(tmp_path: Path, lines: str) -> None:
    load_course(write_course(tmp_path, dated(lines)))
