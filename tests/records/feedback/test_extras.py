"""What the course wishes to show besides: solutions after the due date, how the class did; and the
text that asks for a second look."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from course.minimal import replaced
from gradeprop.records.feedback.extras import Extras, extras
from gradeprop.records.feedback.page import page
from gradeprop.records.feedback.render import render
from gradeprop.records.feedback.request import request
from gradeprop.records.feedback.spread import LEAST, certain_totals, spread
from gradeprop.records.files.extensions import write_extensions
from gradeprop.records.gradebook.given import PartMark
from gradeprop.records.gradebook.writer import GradebookWriter
from records.graded_class import (
    ASSIGNMENT,
    hand_in,
    record_now,
    result_for,
    small_course,
    small_release,
    unreadable,
)
from records.marked_class import BY_HAND, COMMIT, WHY, marked, the_class, wrong

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ALL = {BY_HAND: PartMark(3.0), COMMIT: PartMark(1.0), WHY: PartMark(None, 2.0)}


def course_with(root: Path, lines: str) -> Any:
    """The small course with these lines in its assignment."""
    changes = replaced("course.yaml", "    title: Slopes\n", f"    title: Slopes\n{lines}")
    return small_course(root, dict(changes))


def found(course: Any, *students: Any) -> tuple[Extras, list[str]]:
    return extras(course, course.assignments[0], the_class(course, *students), NOW)


# --- solutions ------------------------------------------------------------------------------------

AFTER = "    feedback: {solutions: after_due}\n"


def test_nothing_is_shown_that_was_not_wished_for(tmp_path: Path) -> None:
    assert found(course_with(tmp_path, "    due: 2020-01-01T00:00Z\n")) == (Extras(), [])


def test_solutions_are_shown_once_the_due_date_is_past(tmp_path: Path) -> None:
    wished, notes = found(course_with(tmp_path, f"{AFTER}    due: 2026-05-31T23:59Z\n"))
    assert (wished.solutions, notes) == (True, [])


def test_solutions_wait_for_who_may_hand_in_later(tmp_path: Path) -> None:
    course = course_with(tmp_path, f"{AFTER}    due: 2026-05-31T23:59Z\n")
    write_extensions(tmp_path, {("eve", ASSIGNMENT): NOW + timedelta(days=2)})
    wished, notes = found(course)
    assert not wished.solutions
    assert "it can be handed in until Wednesday 3 June 2026" in notes[0]


@pytest.mark.parametrize(
    ("due", "why"),
    [
        ("", "a01_slopes has no due date; give it one (`due`) in course.yaml"),
        (
            "    due: 2026-06-02T12:00Z\n",
            "it can be handed in until Tuesday 2 June 2026, 12:00 (UTC)",
        ),
    ],
)
def test_before_or_without_one_it_is_said_why_not(tmp_path: Path, due: str, why: str) -> None:
    wished, notes = found(course_with(tmp_path, f"{AFTER}{due}"))
    assert not wished.solutions
    assert notes == [f"No solutions on these pages: {why}"]


def test_who_has_an_extension_is_waited_for(tmp_path: Path) -> None:
    course = course_with(tmp_path, f"{AFTER}    due: 2026-05-31T00:00Z\n")
    release = small_release(course)
    with GradebookWriter(course, release) as writer:
        record_now(writer, result_for("ada", ()), hand_in(tmp_path, release, "ada"))
    assert found(course)[0].solutions
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", course.spec.id) as gradebook:
        gradebook.find_submission(ASSIGNMENT, "ada").extension = timedelta(days=3)
        gradebook.db.commit()
    wished, (note,) = found(course)
    assert not wished.solutions
    assert note.endswith("it can be handed in until Wednesday 3 June 2026, 00:00 (UTC)")


def test_an_assignments_own_word_stands_before_the_courses(tmp_path: Path) -> None:
    text = "title: A minimal course\n"
    changes = replaced(
        "course.yaml", text, f"{text}feedback: {{solutions: after_due, distribution: true}}\n"
    )
    own = changes["course.yaml"].replace(
        "    title: Slopes\n",
        "    title: Slopes\n    feedback: {solutions: never, distribution: false}\n",
    )
    assert found(small_course(tmp_path / "own", {"course.yaml": own})) == (Extras(), [])
    _, notes = found(small_course(tmp_path / "general", dict(changes)))
    assert len(notes) == 2


def test_a_solution_is_folded_and_only_there_when_it_may_be(tmp_path: Path) -> None:
    course = small_course(tmp_path)
    assignment = course.assignments[0]
    before = render(page(course, assignment, marked(wrong()), {})).decode()
    after = render(page(course, assignment, marked(wrong()), {}, Extras(True))).decode()
    for text in ("A solution", "so w should rise"):
        assert text not in before
        assert text in after
    assert '<details class="solution">' in after
    assert '<details class="solution" open' not in after
    assert "A negative slope falls to the right." not in after, "the marker's key"


# --- the class ------------------------------------------------------------------------------------


def test_fewer_than_ten_certain_totals_are_never_shown(tmp_path: Path) -> None:
    course = course_with(tmp_path, "    feedback: {distribution: true}\n")
    done = [marked(replace(result_for(f"s{n}", ())), ALL) for n in range(LEAST - 1)]
    others = [marked(result_for("waits", ())), marked(unreadable("eve"), ALL)]
    wished, notes = found(course, *done, *others)
    assert wished.totals == ()
    assert notes == [
        "No distribution on these pages: 9 totals are certain, and it takes 10 so that nobody's can"
        " be told from it"
    ]
    wished, notes = found(course, *done, marked(result_for("tenth", ()), ALL), *others)
    assert (wished.totals, notes) == ((6.0,) * 10, [])
    assert certain_totals(others) == ()
    assert spread((6.0,) * 9, 6.0, 6.0) is None


def test_every_student_is_in_one_bar_and_one_bar_is_the_readers() -> None:
    totals = [0, 0.5, 1, 2, 2, 3, 3.999999, 4, 5.5, 6]
    view = spread(totals, 6.0, 3.0)
    assert view is not None
    assert [bar.count for bar in view.bars] == [2, 1, 2, 2, 1, 1, 1]
    assert [bar.label for bar in view.bars if bar.mine] == ["3 to less than 4"]
    assert view.said == (
        "Of 10 students, at least half have 2.5 points or more. You have 3 points."
    )
    assert max(bar.share for bar in view.bars) == 100


@pytest.mark.parametrize("most", [1.0, 2.5, 7.0, 11.0, 28.0, 100.0, 0.5])
def test_the_bars_hold_all_from_none_to_every_point_and_more(most: float) -> None:
    totals = [most * part / 20 for part in range(21)] + [most + 1]
    view = spread(totals, most, None)
    assert view is not None
    assert sum(bar.count for bar in view.bars) == len(totals)
    assert len(view.bars) <= 11
    assert not any(bar.mine for bar in view.bars)
    assert "not final" in view.said


def test_the_page_says_it_in_a_table(tmp_path: Path) -> None:
    course = small_course(tmp_path)
    marks = marked(result_for("ada", ()), ALL)
    html = render(
        page(course, course.assignments[0], marks, {}, Extras(totals=(6.0,) * 7 + (1.0,) * 3))
    ).decode()
    assert '<th scope="row">1 to less than 2</th>' in html
    assert "</svg> 7 <strong>you are here</strong>" in html


# --- the request ----------------------------------------------------------------------------------


def test_the_request_names_what_was_lost_and_the_hand_in_and_nobody(tmp_path: Path) -> None:
    course = small_course(tmp_path)
    result = replace(wrong("ada.lovelace"), versions={"submission": "0123456789abcdef" * 4})
    parts = {BY_HAND: PartMark(1.0), COMMIT: PartMark(0.0), WHY: PartMark(None, 2.0)}
    text = request(marked(result, parts, penalty=1.0), course.assignments[0])
    assert text is not None
    assert "“Slopes” (a01_slopes)" in text
    assert "SHA-256 that begins with 0123456789ab." in text
    assert "- The slope of a square: 1 of 3 points" in text
    assert "- Read a sign, commit: 0 of 1 point" in text
    assert "- handing in late: 1 point taken off" in text
    assert "why" not in text
    assert "ada" not in text


def test_there_is_none_where_nothing_is_lost(tmp_path: Path) -> None:
    course = small_course(tmp_path)
    marks = marked(result_for("ada", ()), ALL)
    assert request(marks, course.assignments[0]) is None
    assert "<textarea" not in render(page(course, course.assignments[0], marks, {})).decode()
