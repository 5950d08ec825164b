"""Excuses for mutants: read, placed and held against the exercise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course.minimal import write_course
from gradeprop.course.excuses import FOLDER, load_excuses
from gradeprop.course.load import load_course
from gradeprop.errors import CourseError

NAME = f"{FOLDER}/square_derivative.yaml"
GOOD = """\
mutants:
  - part: by_hand
    line: return 2 * w
    becomes: return 3 * w
    why: It is only an example.
"""


def loaded(root: Path, text: str) -> list[object]:
    course = load_course(write_course(root, {NAME: text}))
    return list(load_excuses(root, course.assignments[0].exercises))


def test_an_excuse_knows_where_it_stands(tmp_path: Path) -> None:
    (excuse,) = loaded(tmp_path, GOOD)
    assert (excuse.exercise, excuse.place) == ("square_derivative", f"{NAME}:2:5")
    assert excuse.spec.becomes == "return 3 * w"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("by_hand", "by_hnd", r":2:11: square_derivative has no part 'by_hnd'.*did you mean"),
        ("    why: It is only an example.\n", "", "why"),
        ("why:", "reason:", "reason"),
    ],
)
def test_what_is_wrong_with_one_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(CourseError) as told:
        loaded(tmp_path, GOOD.replace(old, new))
    assert re.search(said, str(told.value))
