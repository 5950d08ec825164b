"""The bank of everyday wrong answers, as it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from course.minimal import write_course
from gradeprop.course.load import load_course
from gradeprop.course.slips import FOLDER, load_slips
from gradeprop.errors import CourseError

GOOD = """
slips:
  - slip: half
    part: by_hand
    causes: [missing_factor_two]
    code: |
      def d_square(w):
          return w
  - slip: twice
    causes: []
    answers:
      by_hand: |
        def d_square(w):
            return 4 * w
"""


def loaded(root: Path, text: str) -> Any:
    write_course(root)
    path = root / FOLDER / "square_derivative.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    course = load_course(root)
    return load_slips(root, [item for part in course.assignments for item in part.exercises])


def test_a_slip_answers_one_part_or_several(tmp_path: Path) -> None:
    half, twice = loaded(tmp_path, GOOD)
    assert half.spec.sources() == {"by_hand": "def d_square(w):\n    return w\n"}
    assert twice.spec.sources() == {"by_hand": "def d_square(w):\n    return 4 * w\n"}
    assert half.place == f"{FOLDER}/square_derivative.yaml:3:5"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("slip: twice", "slip: half", "the slip 'half' is there twice"),
        ("part: by_hand", "part: by_foot", "has no part 'by_foot' with checks"),
        ("    part: by_hand\n", "", "give part and code, or else answers"),
        ("    causes: []\n", "", "causes"),
    ],
)
def test_what_is_wrong_with_the_bank_is_told_at_its_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(CourseError, match=said) as caught:
        loaded(tmp_path, GOOD.replace(old, new))
    assert f"{FOLDER}/square_derivative.yaml:" in str(caught.value)


def test_an_exercise_without_a_file_has_none(tmp_path: Path) -> None:
    course = load_course(write_course(tmp_path))
    assert load_slips(tmp_path, course.assignments[0].exercises) == []
