"""A grader's functions that cannot run on the student's side are refused when a course is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.minimal import EXERCISE, GRADER, course_files, replaced, write_course
from gradeprop.course.load import load_course
from gradeprop.errors import CourseError

ROOM = "graders/shared/room.py"
HEAD = """\
import numpy as np
import torch
from gradeprop.gradients import Fixed
from graders.shared.room import shared, broken


def good(f, x):
    return f(x)


def bad(f, x):
    return np.sin(f(x))


NUMBER = 3


def test_shape(student, reference):
    reference.expect({0}).to_match(Fixed(1.0))


def test_matches_autograd(student, reference):
    reference.expect(student.value("w")).to_match(Fixed(1.0))
"""
HELPERS = "import numpy as np\n\n\ndef shared(f):\n    return f\n\n\ndef broken(f):\n    return np.sin(f)\n"


def problems(tmp_path: Path, asked: str, before: str = "") -> list[str]:
    text = before + HEAD.replace("{0}", asked)
    try:
        load_course(write_course(tmp_path, {GRADER: text, ROOM: HELPERS}))
    except CourseError as error:
        return list(map(str, error.problems))
    return []


@pytest.mark.parametrize(
    "asked",
    [
        'student.run(good, student.name("f"), 1.0)',
        'student.run(shared, student.name("f"))',
        'student.call("f", good, [good], {"f": shared})',
        'student.call("f", bad(1, 2))',  # called in the check itself
        'student.call("f", NUMBER)',
        "student.run(*student)",
    ],
)
def test_what_can_travel_is_loaded(tmp_path: Path, asked: str) -> None:
    assert problems(tmp_path, asked) == []


NUMPY = (
    "'bad' runs on the student's side and names 'np' of 'import numpy as np', which does not "
    "travel; only torch and math do: work it out in the check and pass it as an argument"
)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("student.run(bad, 1)", f"{GRADER}:12:12: {NUMPY}"),
        ('student.call("f", bad)', f"{GRADER}:12:12: {NUMPY}"),
        ('student.call("f", fs=[(1, bad)])', f"{GRADER}:12:12: {NUMPY}"),
        (
            "student.run(broken, 1)",
            f"{ROOM}:9:12: 'broken' runs on the student's side and names 'np'",
        ),
        (
            "student.run(lambda x: x, 1)",
            f"{GRADER}:19:34: a lambda cannot run on the student's side",
        ),
        ('student.call("f", lambda x: x)', "a lambda cannot run on the student's side; define it"),
        ("student.run(NUMBER, 1)", "student.run() is given 'NUMBER', which is no function of this"),
        ("student.run(nowhere, 1)", "student.run() is given 'nowhere', which is no function of"),
        ("student.run(Fixed, 1)", "student.run() is given 'Fixed', which is no function of this"),
    ],
)
def test_what_cannot_travel_is_refused_where_it_stands(
    tmp_path: Path, asked: str, said: str
) -> None:
    (found,) = problems(tmp_path, asked)
    assert said in found


def test_a_function_within_a_test_is_refused(tmp_path: Path) -> None:
    inner = "[None for harness in ()]) if False else student.run(harness, 1"
    text = HEAD.replace(
        "reference.expect({0})",
        "def harness(x): return x\n    reference.expect(student.run(harness, 1))",
    )
    with pytest.raises(CourseError, match="'harness' is defined inside a function") as caught:
        load_course(write_course(tmp_path, {GRADER: text, ROOM: HELPERS}))
    assert len(caught.value.problems) == 1
    assert inner  # a comprehension's own name is no function
    assert problems(tmp_path / "other", inner) == []


def test_what_a_check_chooses_itself_is_left_to_its_run(tmp_path: Path) -> None:
    asked = "[student.run(one, 1) for one in (good, bad)][0]"
    assert problems(tmp_path, asked) == []


STRAYS = {
    "graders/a01_slopes/helpers.py": "is no grader, and helpers are imported from graders/shared/ only; "
    "move it to graders/shared/helpers.py and write from graders.shared.helpers import ...",
    "graders/helpers.py": "move it to graders/shared/helpers.py",
    "graders/shared/deep/room.py": "move it to graders/shared/room.py",
    "graders/shared/two-words.py": "move it to graders/shared/two_words.py",
    "graders/shared/table.csv": "is not Python, which is all that graders can share; delete it",
    "graders/conftest.py": "put helpers into the grader itself, or into a file of graders/shared/",
}


@pytest.mark.parametrize("path", STRAYS)
def test_a_helper_elsewhere_is_told_where_to_go(tmp_path: Path, path: str) -> None:
    with pytest.raises(CourseError) as caught:
        load_course(write_course(tmp_path, {path: ""}))
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{path}: ")
    assert STRAYS[path] in str(problem)


def test_a_helper_that_is_not_python_is_told(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=rf"^{ROOM}:1:8: is not Python"):
        load_course(write_course(tmp_path, {ROOM: "import \n"}))


def test_no_assignment_may_be_called_as_the_helpers_folder(tmp_path: Path) -> None:
    files = {
        name.replace("a01_slopes", "shared"): text.replace("a01_slopes", "shared")
        for name, text in course_files().items()
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(
        CourseError, match="the assignment 'shared' has the name of the helpers' folder"
    ):
        load_course(tmp_path)


def test_helpers_are_part_of_what_decides_a_mark(tmp_path: Path) -> None:
    before = load_course(write_course(tmp_path, {ROOM: "X = 1\n"})).digest
    (tmp_path / ROOM).write_text("X = 2\n")
    assert load_course(tmp_path).digest != before


def test_a_broken_exercise_hides_no_harness(tmp_path: Path) -> None:
    text = HEAD.replace("{0}", "student.run(bad, 1)")
    broken = replaced(EXERCISE, "points: 3\n", "points: three\n")
    with pytest.raises(CourseError) as caught:
        load_course(write_course(tmp_path, {GRADER: text, ROOM: HELPERS, **broken}))
    assert any(NUMPY in str(problem) for problem in caught.value.problems)
