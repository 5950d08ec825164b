"""A part of a course, and that what is broken elsewhere does not hide it."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.minimal import EXERCISE, EXPLAIN, EXPLAIN_GRADER, GRADER, SOLUTION, write_course
from gradeprop.course.choosing import by_name, whole
from gradeprop.course.load import load_course, load_sound
from gradeprop.errors import CourseError, UsageError

TWO = """\
id: minimal
title: A minimal course
assignments:
  - {id: a01_slopes, title: Slopes, introduction: Hi, exercises: [square_derivative, explain_sign]}
  - {id: a02_more, title: More, introduction: Hi, exercises: [planned]}
"""


def chosen(root: Path, *names: str) -> list[str]:
    course = load_course(root, by_name(names, root))
    return [item.slug for assignment in course.assignments for item in assignment.exercises]


@pytest.mark.parametrize(
    "name",
    [
        "square_derivative",
        "a01_slopes/square_derivative",
        EXERCISE,
        SOLUTION,
        GRADER,
        f"./{GRADER}",
    ],
)
def test_an_exercise_by_its_name_or_the_path_of_a_file(tmp_path: Path, name: str) -> None:
    assert chosen(write_course(tmp_path), name) == ["square_derivative"]


def test_a_path_is_looked_up_in_the_current_folder_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_course(tmp_path)
    monkeypatch.chdir(root / "graders" / "a01_slopes")
    assert chosen(root, "test_explain_sign.py") == ["explain_sign"]
    assert chosen(root, str(root / EXPLAIN)) == ["explain_sign"]
    assert chosen(root, ".") == ["square_derivative", "explain_sign"]


@pytest.mark.parametrize("name", ["a01_slopes", "exercises/a01_slopes", "graders/a01_slopes/"])
def test_an_assignment_by_its_name_or_a_folder(tmp_path: Path, name: str) -> None:
    root = write_course(tmp_path)
    assert chosen(root, name, "explain_sign") == ["square_derivative", "explain_sign"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("square_derivatve", "did you mean 'square_derivative'"),
        ("a01_slope", "did you mean 'a01_slopes'"),
        ("exercises/a01_slopes/explain_sing.yaml", f"did you mean '{EXPLAIN}'"),
        ("graders/explain_sign.py", f"did you mean '{EXPLAIN_GRADER}'"),
        ("zzz", "known here: a01_slopes, square_derivative, explain_sign"),
    ],
)
def test_what_fits_nothing_is_told_the_nearest(tmp_path: Path, name: str, said: str) -> None:
    root = write_course(tmp_path)
    with pytest.raises(UsageError) as told:
        chosen(root, name)
    assert said in str(told.value)


def test_a_misspelt_assignment_is_told_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no assignment 'a01_slope'; did you mean 'a01_slopes'"):
        load_course(write_course(tmp_path), whole(["a01_slope"]))


@pytest.mark.parametrize(
    "broken",
    [
        {EXPLAIN: "titel: x\n"},
        {EXPLAIN: "{"},
        {EXPLAIN_GRADER: "def test_x(:\n"},
        {EXPLAIN_GRADER: None},
        {"exercises/a01_slopes/stray.yaml": "title: x\n", "solutions/stray.py": ""},
        {EXPLAIN: "{", "voided.yaml": "checks:\n  - {exercise: explain_sign, check: direction}\n"},
    ],
)
def test_what_is_broken_elsewhere_does_not_hide_what_was_asked_for(
    tmp_path: Path, broken: dict[str, str | None]
) -> None:
    root = write_course(tmp_path, {"course.yaml": TWO, **broken})
    with pytest.raises(CourseError):
        load_course(root)
    assert chosen(root, "square_derivative") == ["square_derivative"]
    with pytest.raises(CourseError):
        chosen(root, "planned")


def test_of_what_was_asked_for_every_problem_is_told(tmp_path: Path) -> None:
    root = write_course(tmp_path, {"course.yaml": TWO, GRADER: None, EXPLAIN: "titel: x\n"})
    with pytest.raises(CourseError) as told:
        chosen(root, "square_derivative")
    (problem,) = told.value.problems
    assert problem.what == "the exercise 'square_derivative' has no grader file"


def test_a_broken_course_file_hides_everything(tmp_path: Path) -> None:
    root = write_course(tmp_path, {"course.yaml": TWO.replace("title: A", "titel: A")})
    with pytest.raises(CourseError) as told:
        chosen(root, "square_derivative")
    assert "course.yaml:2:1" in str(told.value)


def test_of_what_was_asked_for_the_sound_part_comes_with_what_is_wrong_elsewhere(
    tmp_path: Path,
) -> None:
    one = TWO.replace(TWO[TWO.index("  - {id: a02") :], "")
    root = write_course(tmp_path, {"course.yaml": one, EXPLAIN: "titel: x\n"})
    course, error = load_sound(root)
    assert [item.slug for item in course.assignments[0].exercises] == ["square_derivative"]
    assert error is not None
    with pytest.raises(CourseError) as told:
        load_course(root)
    assert error.problems == told.value.problems
    assert {problem.path for problem in error.problems} == {EXPLAIN}
    assert load_sound(root, by_name(["square_derivative"], root))[1] is None


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        ({EXPLAIN: "titel: x\n", GRADER: None}, "has no grader file"),  # no exercise is without
        ({"exercises/a01_slopes/stray.yaml": "title: x\n"}, "stray"),  # of no exercise
        ({"course.yaml": TWO.replace("title: A", "titel: A")}, "titel"),
    ],
)
def test_with_nothing_sound_or_a_problem_of_the_course_itself_there_is_the_error_alone(
    tmp_path: Path, broken: dict[str, str | None], what: str
) -> None:
    one = TWO.replace(TWO[TWO.index("  - {id: a02") :], "")
    root = write_course(tmp_path, {"course.yaml": one, **broken})
    with pytest.raises(CourseError, match=what):
        load_sound(root)
