"""A bundle holds one assignment, which grades as it does at home."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from course.minimal import course_files, write_course
from gradeprop.course.load import load_course
from gradeprop.course.model import Course
from gradeprop.course.strict_yaml import read_yaml
from gradeprop.grading.result.verdict import SubmissionResult, Timing
from gradeprop.records.bundles.one_assignment import course_of_one, from_students, text_of
from gradeprop.records.bundles.one_hand_in import graded
from gradeprop.records.files.key import course_key
from gradeprop.records.files.notebooks import write_notebooks
from gradeprop.records.files.submissions import Handed
from gradeprop.records.nbgrader.grading import Order, deliver
from records.bundles.two_assignments import ADOPTED, CUBE, MORE, OTHER
from records.graded_class import ASSIGNMENT

VOIDED = """\
checks:
  - {exercise: cube_slope, check: shape, reason: Another one's.}
  - {exercise: square_derivative, check: shape, give: true}
"""


def written(root: Path, held: Mapping[str, bytes], key: bytes) -> Course:
    write_course(root, dict.fromkeys(course_files()) | dict(held))
    (root / ".gradeprop").mkdir()
    (root / ".gradeprop" / "course.key").write_text(key.hex())
    return load_course(root)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(write_course(tmp_path / "course", {**MORE, **ADOPTED}))


def test_nothing_of_another_assignment_is_in_it(course: Course) -> None:
    held = course_of_one(course, ASSIGNMENT, students_code=True)
    assert set(held) == set(course_files())
    everything = "\n".join(held) + b"\n".join(held.values()).decode()
    for name in (OTHER, "cube_slope", "Cubes", "missing_factor_three", "unused"):
        assert name not in everything


@pytest.fixture(scope="module")
def whole() -> Course:
    """This repository's course."""
    return load_course(Path(__file__).parents[3])


def test_nothing_of_another_assignment_of_this_repositorys_course_is_in_it(whole: Course) -> None:
    held = course_of_one(whole, "a04_descent", students_code=False)
    everything = "\n".join(held) + b"\n".join(held.values()).decode()
    others = [item for item in whole.assignments if item.id != "a04_descent"]
    names = {item.id for item in others}
    names |= {exercise.slug for item in others for exercise in item.exercises}
    assert len(names) > 50
    # "momentum" and "adam" are words of the subject as well.
    named = {name for name in names if re.search(rf"\b{name}\b", everything)}
    assert {name for name in named if "_" in name} == set()
    assert not [path for path in held if Path(path).stem.removeprefix("test_") in names]


def test_every_assignment_of_this_repositorys_course_stands_alone(
    whole: Course, tmp_path: Path
) -> None:
    for assignment in whole.assignments:
        held = course_of_one(whole, assignment.id, students_code=False)
        (alone,) = written(tmp_path / assignment.id, held, b"k" * 32).assignments
        assert alone.spec == assignment.spec
        slugs = {exercise.slug for exercise in assignment.exercises}
        for own, exercise in zip(alone.exercises, assignment.exercises, strict=True):
            earlier = tuple(slug for slug in exercise.spec.prerequisites if slug in slugs)
            assert own.spec == exercise.spec.model_copy(update={"prerequisites": earlier})
            assert (own.solution, own.data) == (exercise.solution, exercise.data)


def test_helpers_come_along_that_its_graders_import_and_those_import(course: Course) -> None:
    held = course_of_one(course, OTHER, students_code=True)
    shared = [name for name in held if name.startswith("graders/shared/")]
    assert sorted(shared) == ["graders/shared/forms.py", "graders/shared/inner.py"]
    assert read_yaml(held[CUBE], CUBE).data["prerequisites"] == []


def test_where_the_gradebook_is_stays_at_home(course: Course) -> None:
    assert course.spec.gradebook is not None
    held = course_of_one(course, ASSIGNMENT, students_code=True)
    assert b"secret" not in b"".join(held.values())
    data = read_yaml(held["course.yaml"], "course.yaml").data
    assert data["common"] == [{"id": "missing_factor_two", "say": "Was the 2 lost?"}]


def test_checks_taken_out_of_it_stay_taken_out(tmp_path: Path) -> None:
    root = write_course(tmp_path / "course", {**MORE, "voided.yaml": VOIDED})
    held = course_of_one(load_course(root), ASSIGNMENT, students_code=True)
    alone = written(tmp_path / "alone", held, b"k" * 32)
    (check,) = (check for _, check in alone.assignments[0].checks() if check.voided)
    assert (check.check, check.points) == ("shape", 1)
    assert b"cube_slope" not in held["voided.yaml"]


@pytest.mark.parametrize(
    "text",
    ["no", "1e-3", "1:30", "2026-09-30", "=", "<<", "null", "0o7", "", " a", "a: b", "#", "- a",
     "a\nb", "a\n", "\n a\n\n", "a \nb", "a\tb\n", "\u2028", "a\n\u2028\x7f", "π ≠ 3", "9" * 120],
)  # fmt: skip
def test_texts_stay_texts(text: str) -> None:
    data = {"a": text, "b": [text, 1, 1e-5, True, None, {"c": text}]}
    document = read_yaml(text_of(data).encode(), "a.yaml")
    assert not document.problems
    assert document.data == data


def test_a_students_code_is_told_and_can_be_left_out(course: Course) -> None:
    assert from_students(course.assignments[0]) == ["tripled"]
    assert from_students(course.assignments[1]) == []
    assert b"# hers" in b"".join(course_of_one(course, ASSIGNMENT, students_code=True).values())
    left = b"".join(course_of_one(course, ASSIGNMENT, students_code=False).values())
    assert b"# hers" not in left
    assert b"tripled" not in left


def handed_in(course: Course, assignment: str, folder: Path, right: str, wrong: str) -> Handed:
    """The solved notebook with one wrong answer."""
    root = Path(course.root)
    delivery = deliver(Order(root, assignment, root / "submitted"))
    (own,) = (item for item in delivery.course.assignments if item.id == assignment)
    write_notebooks(root, own, delivery.release)
    solved = (root / "source" / assignment / f"{assignment}.ipynb").read_text()
    assert right in solved
    path = folder / "handed_in.ipynb"
    path.write_text(solved.replace(right, wrong))
    return Handed("ada", path)


def result_of(root: Path, assignment: str, handed: Handed) -> SubmissionResult:
    """The result without what another folder or another run changes."""
    (marks,) = graded(root, assignment, handed).students
    versions = marks.result.versions
    kept = {name: versions[name] for name in versions if name not in ("course", "input")}
    return replace(marks.result, timing=Timing(), versions=kept)


def verdicts(result: SubmissionResult) -> list[tuple[str, str, float | None, str | None]]:
    return [
        (check.check, check.status, check.score, check.misconception)
        for _, part in result.parts()
        for check in part.checks
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("assignment", "right", "wrong"),
    [
        (ASSIGNMENT, "return 2 * w", "return 2 * w if w.shape == (3,) else w"),
        (OTHER, "return 3 * w**2", "return 3 * w**2 if w.shape == (3,) else w"),
    ],
)
def test_by_the_courses_key_it_grades_as_at_home_on_the_same_inputs(
    course: Course, tmp_path: Path, assignment: str, right: str, wrong: str
) -> None:
    handed = handed_in(course, assignment, tmp_path, right, wrong)
    home = result_of(Path(course.root), assignment, handed)
    wrong_ones = [(check, status) for check, status, *_ in verdicts(home) if status != "passed"]
    assert wrong_ones == [("matches_autograd", "failed")]  # hidden: its detail shows the inputs
    held = course_of_one(course, assignment, students_code=True)
    alone = written(tmp_path / "alone", held, course_key(Path(course.root)))
    assert result_of(Path(alone.root), assignment, handed) == home


@pytest.mark.slow
def test_without_a_students_code_marks_are_the_same_and_its_cause_is_not_named(
    course: Course, tmp_path: Path
) -> None:
    handed = handed_in(course, ASSIGNMENT, tmp_path, "return 2 * w", "return w * 3")
    home = verdicts(result_of(Path(course.root), ASSIGNMENT, handed))
    held = course_of_one(course, ASSIGNMENT, students_code=False)
    alone = written(tmp_path / "alone", held, b"k" * 32)
    there = verdicts(result_of(Path(alone.root), ASSIGNMENT, handed))
    assert "tripled" in [cause for *_, cause in home]
    assert "tripled" not in [cause for *_, cause in there]
    assert [marks for *marks, _ in there] == [marks for *marks, _ in home]
