"""The limits under which a submission is graded: the course's, and what an exercise changes."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from course.minimal import EXERCISE, EXPLAIN, write_course
from gradeprop.course.limits import Limits
from gradeprop.course.load import load_course
from gradeprop.course.model import LimitOverrides
from gradeprop.grading.run.conditions import combined_limits, limits_of
from grading.conftest import Classroom, part_of

NAMES = [item.name for item in dataclasses.fields(Limits)]


def with_limits(course: Any, of_exercise: Any, file: Any = EXERCISE) -> Any:
    """A course of two exercises with ``limits`` of its own, and of one of them."""
    at = course / file
    text = at.read_text().replace(
        "points: 3\nintroduction", f"points: 3\nlimits: {of_exercise}\nintroduction", 1
    )
    assert "limits" in text
    at.write_text(text)
    return course


def test_an_exercise_can_override_every_limit_of_the_course() -> None:
    assert list(LimitOverrides.model_fields) == NAMES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("factor", [2, 0.5])
def test_an_override_is_the_exercises_own_and_the_largest_is_the_sessions(
    tmp_path: Path, name: Any, factor: float
) -> None:
    default = getattr(Limits(), name)
    value = type(default)(default * factor)
    course = load_course(with_limits(write_course(tmp_path), f"{{{name}: {value}}}"))
    first, second = course.assignments[0].exercises
    assert limits_of(course, first) == dataclasses.replace(Limits(), **{name: value})
    assert limits_of(course, second) == Limits()
    assert getattr(combined_limits(course, course.assignments[0]), name) == max(default, value)


def test_a_lower_limit_of_all_exercises_is_the_sessions(tmp_path: Path) -> None:
    root = with_limits(
        with_limits(write_course(tmp_path), "{memory_mb: 300}"), "{memory_mb: 200}", EXPLAIN
    )
    course = load_course(root)
    assert combined_limits(course, course.assignments[0]).memory_mb == 300


@pytest.mark.slow
def test_a_long_time_for_one_exercise_is_no_time_for_another(tmp_path: Path, sandbox: Any) -> None:
    root = with_limits(write_course(tmp_path), "{cell_s: 3, check_s: 3}")
    with_limits(root, "{cell_s: 100, check_s: 100}", EXPLAIN)
    classroom = Classroom(root, sandbox)
    sleep = "import time\ntime.sleep({})\n"
    in_function = "def d_square(w):\n    import time\n    time.sleep(1000)\n    return 2 * w"
    slow_check, slow_cell = classroom.grade(
        classroom.notebook(
            square_derivative__by_hand=in_function,
            explain_sign__commit=f"{sleep.format(4)}direction = 'increase'",
        ),
        classroom.notebook(
            square_derivative__by_hand=f"{sleep.format(1000)}def d_square(w):\n    return 2 * w"
        ),
    )
    assert part_of(slow_check, "square_derivative", "by_hand").status == "timeout"
    assert (
        "did not finish in 3 s"
        in part_of(slow_check, "square_derivative", "by_hand").checks[0].message
    )
    assert part_of(slow_check, "explain_sign", "commit").score == 1.0
    assert part_of(slow_cell, "square_derivative", "by_hand").status == "timeout"
    assert part_of(slow_cell, "explain_sign", "commit").score == 1.0


@pytest.mark.slow
def test_a_cell_that_a_student_added_has_the_time_of_the_exercise_it_stands_in(
    tmp_path: Path, sandbox: Any
) -> None:
    root = with_limits(write_course(tmp_path), "{cell_s: 3}")
    course = root / "course.yaml"
    course.write_text(course.read_text() + "limits: {cell_s: 200, total_s: 250}\n")
    classroom = Classroom(root, sandbox)
    notebook = json.loads(classroom.notebook())
    at = next(
        i for i, cell in enumerate(notebook["cells"]) if cell["id"] == "square_derivative-by_hand"
    )
    added = {
        "cell_type": "code",
        "id": "added",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    notebook["cells"].insert(
        at + 1, {**added, "source": "import time\nd_square = None\ntime.sleep(1000)\nd_square = 1"}
    )
    result = classroom.grade_one(json.dumps(notebook).encode())
    assert part_of(result, "square_derivative", "by_hand").score == 0.0
    assert result.timing.longest_cell_s < 200
