"""What a student reads, and what never gets onto the page."""

from __future__ import annotations

from dataclasses import fields, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from gradeprop.errors import UsageError
from gradeprop.records.answers import Answer, Answers
from gradeprop.records.feedback.page import page
from gradeprop.records.feedback.path import feedback_path
from gradeprop.records.feedback.render import python, render
from gradeprop.records.feedback.views import CheckView, CriterionView, ExerciseView, Page, PartView
from gradeprop.records.feedback.write import write_feedback
from gradeprop.records.gradebook.given import PartMark, Person
from records.graded_class import result_for, small_course, unreadable
from records.hostile import HOSTILE, hostile_answers, hostile_marks
from records.marked_class import BY_HAND, COMMIT, HIDDEN_DETAIL, WHY, marked, wrong


@pytest.fixture
def course(tmp_path: Path) -> Any:
    return small_course(tmp_path)


def page_of(course: Any, marks: Any, answers: Any = None) -> Any:
    return page(course, course.assignments[0], marks, answers or {})


def html_of(course: Any, marks: Any, answers: Any = None) -> Any:
    return render(page_of(course, marks, answers)).decode()


class Seen(HTMLParser):
    """The tags and the attributes of a page, and its text."""

    def __init__(self, html: Any) -> None:
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), ""
        self.feed(html)

    def handle_starttag(self, tag: Any, attrs: Any) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: Any) -> None:
        self.text += data


def parts_of(view: Any) -> Any:
    return {
        part.title or exercise.title: part for exercise in view.exercises for part in exercise.parts
    }


# --- what is told ---------------------------------------------------------------------------------


def test_a_hidden_check_shows_the_cause_in_the_exercises_words_and_nothing_else(
    course: Any,
) -> None:
    check = page_of(course, marked(wrong())).exercises[0].parts[0].checks[1]
    assert check.hidden
    assert (check.asked, check.report, check.hint) == (None, None, "Was the 2 of 2w lost?")


def test_a_public_check_shows_what_was_asked_what_came_out_and_the_cause(course: Any) -> None:
    check = page_of(course, marked(wrong())).exercises[1].parts[0].checks[0]
    assert check.asked == "direction"
    assert check.report == 'Your answer is "decrease", which is not right.'
    assert check.hint == "The step goes against the gradient."


def test_a_cause_is_told_once_in_a_part(course: Any) -> None:
    result = wrong()
    square, sign = result.exercises
    part = square.parts[0]
    twice = (part.checks[1], replace(part.checks[1], check="again"))
    result = replace(
        result, exercises=(replace(square, parts=(replace(part, checks=twice),)), sign)
    )
    first, second = page_of(course, marked(result)).exercises[0].parts[0].checks
    assert first.hint
    assert (second.hint, second.same_cause) == (None, True)


def test_words_that_are_no_longer_the_exercises_are_shown_as_they_were(course: Any) -> None:
    result = wrong()
    square, sign = result.exercises
    part = square.parts[0]
    checks = (replace(part.checks[1], hint="Older words."),)
    result = replace(
        result, exercises=(replace(square, parts=(replace(part, checks=checks),)), sign)
    )
    check = page_of(course, marked(result)).exercises[0].parts[0].checks[0]
    assert (check.report, check.hint) == (None, "Older words.")


def test_a_passed_check_is_not_explained(course: Any) -> None:
    check = page_of(course, marked(wrong())).exercises[0].parts[0].checks[0]
    assert (check.tone, check.word, check.report, check.hint) == ("right", "passed", None, None)


def test_a_text_shows_its_criteria_score_and_comment(course: Any) -> None:
    marks = marked(
        result_for("ada", ()),
        {
            BY_HAND: PartMark(3.0),
            COMMIT: PartMark(1.0),
            WHY: PartMark(None, 1.5, 0.5, "Nearly.\nThink on."),
        },
        person=Person("Ada", "Lovelace"),
    )
    html = html_of(course, marks, {WHY: Answer("The loss falls.")})
    text = Seen(html).text
    assert "Names the variable and the loss." in text
    assert "Your instructor gave 1.5 of 2 points and 0.5 points of extra credit." in text
    assert "Nearly.\nThink on." in text
    assert "The loss falls." in text
    assert "Ada Lovelace" in text
    assert "A negative slope falls to the right." not in html, (
        "the marker's key is not the student's"
    )


def test_a_total_that_waits_is_told_as_what_is_certain_and_why(course: Any) -> None:
    view = page_of(course, marked(result_for("ada", ())))
    assert view.points == "4 of 6 points so far"
    assert any("a person is still to read your text" in line for line in view.lines)
    assert parts_of(view)["Why"].points == "not marked yet (2 points)"


def test_a_graders_fault_is_told_as_ours(course: Any) -> None:
    view = page_of(course, marked(result_for("ada", (), hidden=None)))
    assert any("our fault and costs you nothing" in line for line in view.lines)
    assert view.exercises[0].tone == "open"


def test_penalty_and_extra_credit_are_told(course: Any) -> None:
    parts = {BY_HAND: PartMark(3.0, extra=1.0), COMMIT: PartMark(1.0), WHY: PartMark(None, 2.0)}
    view = page_of(course, marked(result_for("ada", ()), parts, penalty=1.0))
    assert view.points == "6 of 6 points"
    assert "This includes 1 point of extra credit." in view.lines
    assert "1 point was taken off for handing in late." in view.lines


def test_a_persons_score_that_differs_from_the_checks_is_told_with_both(course: Any) -> None:
    parts = {BY_HAND: PartMark(1.0, 2.0), COMMIT: PartMark(0.0), WHY: PartMark(None, 2.0)}
    part = page_of(course, marked(wrong(), parts)).exercises[0].parts[0]
    assert (
        part.given
        == "Your instructor gave 2 of 3 points. By the checks alone it would have been 1."
    )


def test_an_unreadable_notebook_is_told_first_and_how_to_mend_it(course: Any) -> None:
    view = page_of(course, marked(unreadable("eve")))
    assert view.problem == "This is not a notebook. Hand it in again."
    assert "can be mended" in view.opening


def test_a_result_of_an_older_course_is_still_shown(course: Any) -> None:
    result = wrong()
    square, sign = result.exercises
    old = replace(square, exercise="gone", parts=(replace(square.parts[0], part="old_part"),))
    html = html_of(course, marked(replace(result, exercises=(old, sign))))
    assert "gone" in Seen(html).text


# --- what is not told -----------------------------------------------------------------------------


def test_nothing_that_is_the_instructors_gets_onto_the_page(course: Any) -> None:
    result = replace(wrong(), versions={"course": "c0ffee-digest"})
    html = html_of(course, marked(result), {BY_HAND: Answer("def d_square(w):\n    return w")})
    for secret in (
        HIDDEN_DETAIL,
        "5eed5eed",
        "c0ffee-digest",
        'expected "increase"',
        "test_matches_autograd",
    ):
        assert secret not in html


def test_a_prediction_stands_beside_what_came_out(course: Any) -> None:
    came = Answer("", "after two steps: 1.92", (("image/png", "AAAA"),))
    html = html_of(course, marked(wrong()), {BY_HAND: Answer("w = 2.4", experiment=came)})
    label = "What came out of the experiment after it"
    assert html.index(">2.4<") < html.index(label) < html.index("after two steps: 1.92")
    assert 'alt="What the experiment drew"' in html
    assert label not in html_of(course, marked(wrong()), {BY_HAND: Answer("w = 2.4")})


def test_no_value_of_a_page_has_room_for_detail_or_seed() -> None:
    views = (Page, ExerciseView, PartView, CheckView, CriterionView)
    found = {item.name for view in views for item in fields(view)}
    assert not found & {"detail", "seed", "versions", "key"}


# --- what came from a student stays text ----------------------------------------------------------


def test_hostile_text_adds_no_tag_no_attribute_and_no_script(course: Any) -> None:
    tame = Seen(html_of(course, hostile_marks("tame"), hostile_answers("tame")))
    seen = Seen(html_of(course, hostile_marks(), hostile_answers()))
    assert seen.tags == tame.tags
    assert seen.attributes == tame.attributes
    assert "script" not in seen.tags
    assert not any(name.startswith("on") for name in seen.attributes)
    assert "{{ 7*7 }}" in seen.text


@pytest.mark.parametrize("text", HOSTILE)
def test_each_hostile_text_is_shown_as_it_is(course: Any, text: Any) -> None:
    seen = Seen(html_of(course, hostile_marks(text), hostile_answers(text)))
    if text.isprintable():
        assert text in seen.text


def test_the_page_allows_no_script_and_no_style_but_its_own(course: Any) -> None:
    html = html_of(course, marked(wrong()))
    policy = html.split('http-equiv="Content-Security-Policy" content="')[1].split('"')[0]
    assert policy.startswith("default-src &#39;none&#39;; style-src &#39;sha256-")
    assert "unsafe" not in policy
    assert " style=" not in html


def test_characters_that_turn_the_text_around_or_end_it_are_replaced(course: Any) -> None:
    html = html_of(course, marked(wrong()), {BY_HAND: Answer("a = 1 #\u202e \x00 \x1b \u2066")})
    assert not set(html) & set("\u202e\x00\x1b\u2066")


def test_the_page_is_complete_in_itself(course: Any) -> None:
    html = html_of(course, hostile_marks("tame"), hostile_answers("tame"))
    assert not Seen(html).tags & {"script", "link", "iframe", "object", "embed", "form", "base"}
    assert "http:" not in html
    assert "https:" not in html


# --- code -----------------------------------------------------------------------------------------


def test_code_is_coloured_and_its_lines_are_numbered() -> None:
    shown = str(python("\ndef f(w):\n    '''a\n    b'''\n    return w < 1\n"))
    assert shown.count('<span class="line">') == 4
    assert '<span class="k">def</span>' in shown
    assert "&lt;" in shown
    for line in shown.splitlines():
        assert line.count("<span") == line.count("</span>")


def test_code_of_any_length_is_cut() -> None:
    assert len(python("x = 1\n" * 1_000_000)) < 10_000_000


# --- where it is written --------------------------------------------------------------------------


def test_a_page_is_written_where_nbgrader_expects_it(course: Any, tmp_path: Path) -> None:
    assignment = course.assignments[0]
    answers = Answers(course, assignment, tmp_path)
    path = write_feedback(course, assignment, marked(wrong("o'neil & co")), answers, tmp_path)
    assert path == tmp_path / "feedback" / "o'neil & co" / "a01_slopes" / "a01_slopes.html"
    assert path.read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("student", ["", ".", "..", "../up", "a/b", "a\0b"])
def test_an_id_that_leads_elsewhere_is_refused(tmp_path: Path, student: str) -> None:
    with pytest.raises(UsageError):
        feedback_path(tmp_path, student, "a01_slopes")
