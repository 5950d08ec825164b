"""A wrong function of a grader that raises is a fault of the grader, told with its id and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from course.minimal import GRADER, course_files, write_course
from gradeprop.errors import GraderFault
from gradeprop.grading.run.publish import record_public_checks
from grading.conftest import Classroom, part_of

HIDDEN = "for shape in ((3,), (2, 5), ()):"
WRONG = 'Gradient(square, at=w, wrong={"value_not_gradient": lambda w: w.cubed()})'


def grader(*, public: bool) -> dict[str, str]:
    before, hidden, after = course_files()[GRADER].partition(HIDDEN)
    if public:
        before = before.replace("Gradient(square, at=w)", WRONG)
    else:
        after = after.replace("Gradient(square, at=w)", WRONG)
    return {GRADER: before + hidden + after}


def test_of_a_hidden_check_when_it_is_needed(tmp_path: Path, sandbox: Any) -> None:
    classroom = Classroom(write_course(tmp_path, grader(public=False)), sandbox)
    answer = "def d_square(w):\n    return w * 2 if w.shape == (3,) else w\n"
    result = classroom.grade_one(classroom.notebook(square_derivative__by_hand=answer))
    shape, matches = part_of(result, "square_derivative", "by_hand").checks
    assert (shape.status, matches.status) == ("passed", "error")
    assert matches.detail.startswith(f"{GRADER}:16: ValueError: Gradient: wrong[")
    assert "wrong['value_not_gradient'] raised AttributeError" in matches.detail


def test_of_a_public_check_when_it_is_built(tmp_path: Path, sandbox: Any) -> None:
    del sandbox
    from gradeprop.course.load import load_course

    course = load_course(write_course(tmp_path, grader(public=True)))
    with pytest.raises(GraderFault) as caught:
        record_public_checks(course, course.assignments[0])
    assert "square_derivative shape: " in str(caught.value)
    assert f"{GRADER}:10: ValueError: Gradient: wrong['value_not_gradient']" in str(caught.value)
