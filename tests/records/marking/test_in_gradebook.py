"""Marks into nbgrader's gradebook, where formgrader and every export find them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from gradeprop.records.files.results import write_result
from gradeprop.records.gradebook.writer import GradebookWriter
from gradeprop.records.marking.in_gradebook import MarkingBook
from gradeprop.records.marking.queue import Given
from gradeprop.records.marks import class_marks
from records.graded_class import (
    ASSIGNMENT,
    PROSE,
    hand_in,
    ran,
    record_now,
    result_for,
    small_course,
    small_release,
    unreadable,
)

WHY = ("explain_sign", "why")
STUDENTS = ("ada", "bob", "c y", "dee", "eve")
BOTH = frozenset({"names", "moves"})


def record(course: Any, student: Any, text: Any) -> None:
    release = small_release(course)
    folder = hand_in(Path(course.root), release, student)
    result = result_for(student, ran(release, {PROSE: text}))
    with GradebookWriter(course, release) as writer:
        record_now(writer, result, folder)


@pytest.fixture
def course(tmp_path: Path) -> Any:
    course = small_course(tmp_path)
    for student in STUDENTS:
        record(course, student, f"Because of <{student}>.")
    return course


def opened(course: Any) -> Any:
    assignment = course.assignments[0]
    part = assignment.exercises[1].part("why")
    return MarkingBook(course, assignment, {WHY: part}, Path(course.root) / "submitted")


def row(course: Any, student: Any) -> Any:
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", course.spec.id) as gradebook:
        grade = gradebook.find_grade(PROSE, ASSIGNMENT, ASSIGNMENT, student)
        comment = gradebook.find_comment(PROSE, ASSIGNMENT, ASSIGNMENT, student)
        return grade.manual_score, grade.needs_manual_grade, comment.manual_comment


def item_of(items: Any, student: Any) -> Any:
    return next(item for item in items if f"<{student}>" in item.text)


def test_answers_come_in_an_order_that_tells_nothing_and_is_always_the_same(course: Any) -> None:
    with opened(course) as book:
        items, marks = book.answers()
        assert book.answers() == (items, marks)
    assert sorted(item.text for item in items) == [f"Because of <{name}>." for name in STUDENTS]
    assert [item.text for item in items] != sorted(item.text for item in items)
    assert set(marks) == {Given()}


def test_a_mark_is_what_formgrader_and_the_exports_read(course: Any) -> None:
    with opened(course) as book:
        items, _ = book.answers()
        book.save([(item_of(items, "ada"), Given("marked", BOTH, "Well said."))])
    score, needs, comment = row(course, "ada")
    assert (score, needs) == (2.0, False)
    assert comment.startswith("- ✓ Names the variable and the loss. (1 of 1)\n- ✓ Says")
    assert comment.endswith("\n\nWell said.")
    marks = {item.student: item for item in class_marks(course, course.assignments[0]).students}
    assert (marks["ada"].score, marks["bob"].score) == (6.0, None)
    assert marks["ada"].parts[WHY].comment == comment


def test_a_mark_can_be_read_again_changed_and_taken_back(course: Any) -> None:
    mark = Given("marked", BOTH, "Well said.")
    with opened(course) as book:
        item = item_of(book.answers()[0], "ada")
        book.save([(item, mark)])
        items, marks = book.answers()
        assert marks[items.index(item)] == mark
        book.save([(item, Given())])
    assert row(course, "ada") == (None, True, None)


def test_a_regrade_keeps_the_mark_and_another_answer_asks_for_a_second_look(course: Any) -> None:
    with opened(course) as book:
        book.save([(item_of(book.answers()[0], "ada"), Given("marked", BOTH))])
    record(course, "ada", "Because of <ada>.")
    assert row(course, "ada")[:2] == (2.0, False)
    record(course, "ada", "Now <ada> says another thing.")
    assert row(course, "ada")[:2] == (2.0, True)
    with opened(course) as book:
        items, marks = book.answers()
    assert marks[items.index(item_of(items, "ada"))] == Given("again", BOTH)


def test_a_mark_for_an_answer_that_is_another_one_now_is_not_written(course: Any) -> None:
    mark = Given("marked", BOTH, "Well said.")
    with opened(course) as book:
        items, _ = book.answers()
        ada, bob = item_of(items, "ada"), item_of(items, "bob")
        record(course, "ada", "Now <ada> says another thing.")
        assert book.save([(ada, mark), (bob, mark)]) == 1
        assert book.changed == {ada.id}
        assert row(course, "ada") == (None, True, None)
        assert row(course, "bob")[:2] == (2.0, False)
        assert book.save([(item_of(book.answers()[0], "ada"), mark)]) == 0
    assert row(course, "ada")[:2] == (2.0, False)


def test_a_regrade_of_the_same_answer_costs_no_mark_that_is_being_given(course: Any) -> None:
    with opened(course) as book:
        item = item_of(book.answers()[0], "ada")
        record(course, "ada", "Because of <ada>.")
        assert book.save([(item, Given("marked", BOTH))]) == 0
    assert row(course, "ada")[:2] == (2.0, False)


def test_an_unreadable_notebook_and_one_outside_the_gradebook_are_told(course: Any) -> None:
    root = Path(course.root)
    release = small_release(course)
    with GradebookWriter(course, release) as writer:
        record_now(writer, unreadable("ann"), hand_in(root, release, "ann"))
    write_result(root, result_for("zoe", ()))
    with opened(course) as book:
        items, _ = book.answers()
        assert book.notes == ("Not in the gradebook, left out (grade them again): zoe",)
    (item,) = [item for item in items if item.text is None]
    assert item.note.startswith("The notebook could not be read: This is not a notebook.")
    assert len(items) == len(STUDENTS) + 1
