"""Who has what in which assignment, and what is said of those who have nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from gradeprop.course.load import load_course
from gradeprop.course.model import Course
from gradeprop.course.voided import FILE as VOIDED
from gradeprop.records.course_marks import CourseMarks, course_marks
from gradeprop.records.course_total import AssignmentMark
from gradeprop.records.files.extensions import write_extensions
from gradeprop.records.gradebook.writer import GradebookWriter
from records.graded_class import hand_in, small_release
from records.graded_course import FIRST, SECOND, first_result, keep, second_result, two_assignments
from zones import machine_in

NOW = datetime(2026, 9, 30, 12, 0, tzinfo=UTC)
PAST, FUTURE = "due: 2026-09-30T11:59Z", "due: 2026-09-30T12:01Z"


def of(course: Course, now: datetime = NOW) -> CourseMarks:
    return course_marks(course, Path(course.root) / "submitted", now)


def second_of(marks: CourseMarks, student: str) -> AssignmentMark:
    (found,) = [item for item in marks.students if item.student == student]
    return found.assignments[1]


def test_weights_of_course_yaml_make_the_total(tmp_path: Path) -> None:
    course = two_assignments(tmp_path, "weight: 1", "weight: 3")
    keep(course, first_result("ada"), second_result("ada", hidden=0.0))
    marks = of(course)
    (ada,) = marks.students
    assert [(mark.assignment, mark.score, mark.max_score) for mark in ada.assignments] == [
        (FIRST, 6.0, 6.0),
        (SECOND, 1.0, 3.0),
    ]
    assert ada.percent == pytest.approx(100 * (1 * 1 + 3 / 3) / 4)
    assert marks.notes == ()


def test_without_weights_every_assignment_counts_the_same(tmp_path: Path) -> None:
    course = two_assignments(tmp_path)
    keep(course, first_result("ada"), second_result("ada", hidden=0.0))
    assert of(course).students[0].percent == pytest.approx(100 * (1 + 1 / 3) / 2)


@pytest.mark.parametrize(
    ("second", "state", "score", "percent"),
    [(PAST, "missed", 0.0, 50.0), (FUTURE, "expected", None, 100.0), ("", "expected", None, 100.0)],
)
def test_who_is_in_one_assignment_only_has_a_0_in_the_other_once_it_was_due(
    tmp_path: Path, second: str, state: str, score: float | None, percent: float
) -> None:
    course = two_assignments(tmp_path, second=second)
    keep(course, first_result("ada"), first_result("bob"), second_result("bob"))
    marks = of(course)
    mark = second_of(marks, "ada")
    assert (mark.state, mark.score, mark.max_score) == (state, score, 3.0)
    assert marks.students[0].percent == percent


def test_who_may_hand_in_later_has_no_0_until_then(tmp_path: Path) -> None:
    course = two_assignments(tmp_path, second=PAST)
    keep(course, first_result("ada"), first_result("bob"))
    write_extensions(Path(course.root), {("ada", SECOND): NOW + timedelta(hours=1)})
    keep(course, second_result("eve"))
    assert second_of(of(course), "ada").state == "expected"
    assert second_of(of(course), "bob").state == "missed"
    assert second_of(of(course, NOW + timedelta(hours=2)), "ada").state == "missed"


def test_the_instructor_is_told_who_has_a_0_and_where_a_due_date_is_lacking(
    tmp_path: Path,
) -> None:
    course = two_assignments(tmp_path, second=PAST)
    keep(course, first_result("ada"), second_result("bob"))
    assert of(course).notes == (
        "a01_slopes: Not handed in, but without a due date in course.yaml this does not count as "
        "0: bob",
        "a02_more: Not handed in by the due date, so counted as 0: ada",
    )


def test_a_due_date_without_a_zone_is_this_machines_time(tmp_path: Path) -> None:
    course = two_assignments(tmp_path, second="due: 2026-09-30T08:00")
    keep(course, first_result("ada"), second_result("bob"))
    with machine_in("EST5"):  # due at 13:00 UTC
        assert second_of(of(course), "ada").state == "expected"
        assert second_of(of(course, NOW + timedelta(hours=2)), "ada").state == "missed"


def test_an_assignment_without_any_results_counts_for_nobody(tmp_path: Path) -> None:
    course = two_assignments(tmp_path, second=PAST)
    keep(course, first_result("ada"))
    marks = of(course)
    assert (marks.students[0].percent, second_of(marks, "ada").state) == (100.0, "ungraded")
    assert marks.notes == (
        "a02_more: There are no results yet, so it does not count yet for anybody",
    )


def test_one_that_is_not_handed_out_yet_is_told_so(tmp_path: Path) -> None:
    course = two_assignments(tmp_path, second="release: 2026-10-02")
    keep(course, first_result("ada"))
    assert second_of(of(course), "ada").state == "unreleased"
    assert second_of(of(course, NOW + timedelta(days=3)), "ada").state == "ungraded"


def test_what_was_handed_in_and_is_not_graded_is_no_0(tmp_path: Path) -> None:
    course = two_assignments(tmp_path, second=PAST)
    keep(course, *map(first_result, ("ada", "bob", "cy")), second_result("dan"))
    (tmp_path / "submitted" / "ada" / SECOND).mkdir(parents=True)
    (tmp_path / "results" / SECOND / "bob.json").write_text("{")
    marks = of(course)
    states = [second_of(marks, student).state for student in ("ada", "bob", "cy")]
    assert states == ["ungraded", "ungraded", "missed"]


@pytest.mark.parametrize("handed_in", [("ada",), ("ada", "bob")])
def test_what_a_group_handed_in_is_no_0_for_any_of_its_students(
    tmp_path: Path, handed_in: tuple[str, ...]
) -> None:
    """Whether the group is not graded yet, or nobody can tell which of its hand-ins counts."""
    course = two_assignments(tmp_path, second=PAST)
    keep(course, *map(first_result, ("ada", "bob", "cy", "eve")), second_result("dan"))
    (tmp_path / "groups.csv").write_text("group,students\ntrio,ada;bob;cy\n")
    for student in handed_in:
        folder = tmp_path / "submitted" / student / SECOND
        folder.mkdir(parents=True)
        (folder / f"{SECOND}.ipynb").write_text(student)
    marks = of(course)
    states = [second_of(marks, student).state for student in ("ada", "bob", "cy", "eve")]
    assert states == ["ungraded", "ungraded", "ungraded", "missed"]
    assert "counted as 0: eve" in marks.notes[-1]


def test_the_mark_of_a_group_is_open_for_whoever_has_left_it(tmp_path: Path) -> None:
    course = two_assignments(tmp_path)
    keep(course, *(replace(first_result(student), group="pair") for student in ("ada", "bob")))
    keep(course, second_result("ada"))
    (tmp_path / "groups.csv").write_text("group,students\npair,ada;bob\n")
    assert [student.percent for student in of(course).students] == [100.0, 100.0]
    (tmp_path / "groups.csv").write_text("group,students\npair,bob;cy\nother,ada\n")
    marks = of(course)
    ada, bob = marks.students
    assert ada.open == {FIRST: "the result is of a group that they are no longer in"}
    assert (ada.percent, ada.assignments[0].score, bob.percent) == (100.0, None, 100.0)
    assert marks.notes[0] == (
        "a01_slopes: By groups.csv no longer in the group whose work was graded, so no total is "
        "given (grade again, and where nothing else was handed in, remove the result): ada"
    )
    (tmp_path / "groups.csv").unlink()
    assert [student.assignments[0].state for student in of(course).students] == ["group", "group"]


def test_who_is_in_the_gradebook_without_a_result_has_no_0(tmp_path: Path) -> None:
    course = two_assignments(tmp_path, first=PAST)
    keep(course, first_result("ada"), second_result("bob"))
    with GradebookWriter(course, small_release(course)):
        pass
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", course.spec.id) as gradebook:
        gradebook.add_student("bob")
        gradebook.add_submission(FIRST, "bob")
        gradebook.db.commit()
    (bob,) = [item for item in of(course).students if item.student == "bob"]
    assert bob.assignments[0].state == "ungraded"


def test_what_awaits_a_person_or_a_mended_grader_is_open(tmp_path: Path) -> None:
    course = two_assignments(tmp_path)
    keep(course, first_result("ada", why=None), second_result("ada", hidden=None))
    marks = of(course)
    assert marks.students[0].percent is None
    assert marks.students[0].open == {FIRST: "a part waits for a person", SECOND: "a grader failed"}
    assert marks.notes[0] == ("a01_slopes: A part waits for a person, so no total is given: ada")


def test_an_assignment_whose_checks_were_all_taken_out_does_not_count(tmp_path: Path) -> None:
    two_assignments(tmp_path)
    entries = [
        f"  - {{exercise: cube_derivative, check: {name}, reason: Unclear.}}\n"
        for name in ("shape", "matches_autograd")
    ]
    (tmp_path / VOIDED).write_text("checks:\n" + "".join(entries))
    course = load_course(tmp_path)
    keep(course, first_result("ada"), first_result("bob"), second_result("cy"))
    assert second_of(of(course), "ada").state == "without_points"
    assert of(course).students[0].percent == 100.0


def test_people_come_from_whichever_assignment_is_in_the_gradebook(tmp_path: Path) -> None:
    course = two_assignments(tmp_path)
    release = small_release(course)
    folder = hand_in(tmp_path, release, "ada")
    result = first_result("ada")
    keep(course, result, second_result("ada"))
    with GradebookWriter(course, release) as writer:
        entry, _ = writer.prepared(result, folder)
        writer.save([entry])
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", course.spec.id) as gradebook:
        gradebook.update_or_create_student("ada", first_name="Ada", last_name="Lovelace")
        gradebook.db.commit()
    assert of(course).students[0].person.last_name == "Lovelace"


def test_students_of_all_assignments_are_in_the_order_of_their_ids(tmp_path: Path) -> None:
    course = two_assignments(tmp_path)
    keep(course, first_result("zoë"), first_result("李 小龍"), second_result("-x"))
    keep(course, second_result("zoë"), second_result("no\udcffutf8"))
    found = [item.student for item in of(course).students]
    assert found == ["-x", "no%FFutf8", "zoë", "李 小龍"]


def test_nobody_is_an_empty_class(tmp_path: Path) -> None:
    marks = of(two_assignments(tmp_path))
    assert (marks.students, marks.notes) == ((), ())
