"""Marks out of results and nbgrader's gradebook, as nbgrader itself counts them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from gradeprop.course.model import Course
from gradeprop.records.files.results import write_result
from gradeprop.records.gradebook.given import Person
from gradeprop.records.gradebook.writer import GradebookWriter
from gradeprop.records.marks import class_marks, printable_id
from records.graded_class import (
    ASSIGNMENT,
    CHOICE,
    CODE,
    PROSE,
    hand_in,
    ran,
    record_now,
    result_for,
    small_release,
)
from records.marked_class import BY_HAND, COMMIT, WHY

LONG = "l" * 200


def record(course: Course, student: str, **scores: object) -> None:
    """Grade a student: a result and the gradebook's rows."""
    root, release = Path(course.root), small_release(course)
    result = result_for(student, ran(release, {PROSE: "It falls."}), **scores)  # type: ignore[arg-type]
    folder = hand_in(root, release, student)
    with GradebookWriter(course, release) as writer:
        record_now(writer, result, folder)


def book(course: Course) -> Gradebook:
    return Gradebook(f"sqlite:///{course.root}/gradebook.db", course.spec.id)


def marks_of(course: Course) -> Any:
    return class_marks(course, course.assignments[0])


def test_without_a_gradebook_the_results_count_and_none_is_made(
    course: Any, tmp_path: Path
) -> None:
    write_result(tmp_path, result_for("ada", ()))
    (ada,) = marks_of(course).students
    assert (ada.score, ada.certain, ada.recorded) == (None, 4.0, False)
    assert not (tmp_path / "gradebook.db").exists()


def test_manual_scores_extra_credit_and_penalty_count_as_in_nbgrader(course: Any) -> None:
    record(course, "ada")
    with book(course) as gradebook:
        why = gradebook.find_grade(PROSE, ASSIGNMENT, ASSIGNMENT, "ada")
        why.manual_score, why.extra_credit, why.needs_manual_grade = 1.5, 0.5, False
        by_hand = gradebook.find_grade(f"{CODE}-check", ASSIGNMENT, ASSIGNMENT, "ada")
        by_hand.manual_score, by_hand.needs_manual_grade = 2.0, False
        gradebook.find_comment(PROSE, ASSIGNMENT, ASSIGNMENT, "ada").manual_comment = " Think on. "
        gradebook.find_submission(ASSIGNMENT, "ada").notebooks[0].late_submission_penalty = 1.0
        gradebook.update_or_create_student(
            "ada", first_name="Ada", last_name="Lovelace", email="a@b.c", lms_user_id="4711"
        )
        gradebook.db.commit()
        submission = gradebook.find_submission(ASSIGNMENT, "ada")
        theirs = max(0.0, submission.score - submission.late_submission_penalty)
    (ada,) = marks_of(course).students
    assert ada.score == theirs == 4.0
    assert ada.parts[WHY].comment == "Think on."
    assert (ada.parts[BY_HAND].auto, ada.parts[BY_HAND].score) == (3.0, 2.0)
    assert (ada.parts[COMMIT].score, ada.extra, ada.penalty) == (1.0, 0.5, 1.0)
    assert ada.person == Person("Ada", "Lovelace", "a@b.c", "4711")


def test_a_total_is_unknown_while_a_part_waits_and_is_never_below_0(course: Any) -> None:
    record(course, "ada", hidden=0.0, choice=0.0)
    (ada,) = marks_of(course).students
    assert ada.score is None
    with book(course) as gradebook:
        gradebook.find_grade(PROSE, ASSIGNMENT, ASSIGNMENT, "ada").manual_score = 0.0
        gradebook.find_submission(ASSIGNMENT, "ada").notebooks[0].late_submission_penalty = 5.0
        gradebook.db.commit()
    (ada,) = marks_of(course).students
    assert ada.score == 0.0


def test_a_persons_score_ends_a_graders_fault(course: Any) -> None:
    record(course, "ada", hidden=None)
    assert any(note.startswith("A grader failed") for note in marks_of(course).notes)
    with book(course) as gradebook:
        for cell in (PROSE, f"{CODE}-check"):
            gradebook.find_grade(cell, ASSIGNMENT, ASSIGNMENT, "ada").manual_score = 2.0
        gradebook.db.commit()
    (ada,) = marks_of(course).students
    assert ada.score == 5.0


def test_ids_that_the_database_holds_shortened_are_found(course: Any) -> None:
    record(course, LONG)
    (marks,) = marks_of(course).students
    assert marks.recorded
    assert not any("Not in the gradebook" in note for note in marks_of(course).notes)


def test_the_instructor_is_told_what_does_not_agree(course: Any, tmp_path: Path) -> None:
    record(course, "ada")
    record(course, "bob")
    record(course, "cy")
    write_result(tmp_path, result_for("ada", (), hidden=0.0))
    write_result(tmp_path, result_for("dan", ()))
    (tmp_path / "results" / ASSIGNMENT / "cy.json").unlink()
    (tmp_path / "results" / ASSIGNMENT / "eve.json").write_text("{")
    with book(course) as gradebook:
        grade = gradebook.find_grade(f"{CHOICE}-check", ASSIGNMENT, ASSIGNMENT, "bob")
        grade.manual_score, grade.needs_manual_grade = 1.0, True
        gradebook.db.commit()
    notes = "\n".join(marks_of(course).notes)
    assert "Not readable as a result, left out: results/a01_slopes/eve.json" in notes
    assert "Not in the gradebook, so by the results alone: dan" in notes
    assert "without a result, left out: cy" in notes
    assert "not those of the results (grade again to agree): ada" in notes
    assert "look at it again: bob" in notes
    assert "A part waits for a person, so no total is given: ada, bob, dan" in notes


def test_students_come_in_the_order_of_their_ids(course: Any, tmp_path: Path) -> None:
    for student in ("bob", "Ada", "-x", "a b", "'"):
        write_result(tmp_path, result_for(student, ()))
    found = [marks.result.student for marks in marks_of(course).students]
    assert found == sorted(["bob", "Ada", "-x", "a b", "'"])


def test_an_id_that_is_no_unicode_is_printable() -> None:
    assert printable_id("a\udcff b") == "a%FF%20b"
    assert printable_id("a b") == "a b"


def test_points_for_a_part_that_is_gone_count_and_are_told_with_the_way_out(
    course: Any,
) -> None:
    record(course, "ada")
    with book(course) as gradebook:
        gradebook.find_grade(PROSE, ASSIGNMENT, ASSIGNMENT, "ada").manual_score = 2.0
        gradebook.db.commit()
    assert not any("no longer has" in note for note in marks_of(course).notes)
    (whole,) = course.assignments
    left = tuple(item for item in whole.exercises if item.slug != "explain_sign")
    fewer = class_marks(course, whole.model_copy(update={"exercises": left}))
    (note,) = [each for each in fewer.notes if "no longer has" in each]
    assert f"`gradeprop grade {ASSIGNMENT} --forget-removed`" in note
    assert note.endswith(": ada 3")  # the choice's one point is still there, too
