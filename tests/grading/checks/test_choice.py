"""One of a few options, as people write it."""

from __future__ import annotations

from typing import Any

import pytest

from gradeprop.course.options import Allowed
from gradeprop.gradients import Fixed
from gradeprop.grading.checks.choice import uncommitted
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.student import Student
from gradeprop.session.interface import Returned

OPTIONS = ("increase", "Stay Put", "decrease")


def judged(value: Any, right: str = "increase", *, public: bool = True) -> Any:
    student, reference = Student("cpu"), Reference(bytes(32), "cpu", {"inverted_move": None}, {})
    up = Fixed(right, mistakes={"inverted_move": "decrease"})
    reference.expect(student.value("direction")).to_match(up)
    script = Script(tuple(student.asks), tuple(reference.probes))
    declared = {"inverted_move": "That way it would rise."}
    return judge(
        script,
        [Returned(value)],
        public=public,
        declared=declared,
        allowed={"direction": Allowed(OPTIONS)},
    )


@pytest.mark.parametrize("word", ["increase", "Increase", "INCREASE", "  increase\n"])
def test_capitals_and_blanks_do_not_count(word: str) -> None:
    assert judged(word).status == "passed"


def test_nor_do_they_in_an_option_of_two_words() -> None:
    assert judged("stay  put", "Stay Put").status == "passed"


def test_another_option_is_wrong_and_named_in_any_spelling() -> None:
    assert judged("DECREASE").misconception == "inverted_move"


@pytest.mark.parametrize(
    "value", ["up", "incraese", "increase or decrease", "", 5, None, ["increase"]]
)
@pytest.mark.parametrize("public", [True, False])
def test_what_is_no_option_is_told_the_options_and_not_called_wrong(
    value: Any, public: bool
) -> None:
    judgement = judged(value, public=public)
    assert judgement.status == "failed"
    assert 'write "increase", "Stay Put" or "decrease"' in judgement.message
    assert "right" not in judgement.message
    # What was written could have been made of a hidden input.
    assert ("Your answer is none of" in judgement.message) == (not public)
    assert judgement.misconception == (None if isinstance(value, str) else "wrong_type")


@pytest.mark.parametrize("value", ["None", "none", None])
def test_none_without_quotes_chooses_the_option_none(value: Any) -> None:
    student, reference = Student("cpu"), Reference(bytes(32), "cpu", {}, {})
    reference.expect(student.value("before")).to_match(Fixed("None"))
    script = Script(tuple(student.asks), tuple(reference.probes))
    allowed = {"before": Allowed(("None", "zeros"))}
    found = judge(script, [Returned(value)], public=True, declared={}, allowed=allowed)
    assert found.status == "passed"


def test_of_a_number_that_is_still_none_no_backward_is_spoken() -> None:
    allowed = {"gap": Allowed(tolerance=0.1)}
    student, reference = Student("cpu"), Reference(bytes(32), "cpu", {}, {})
    reference.expect(student.value("gap")).to_match(Fixed(2.0))
    script = Script(tuple(student.asks), tuple(reference.probes))
    found = judge(script, [Returned(None)], public=True, declared={}, allowed=allowed)
    assert found.status == "failed"
    assert found.message == "`gap`: Nothing is assigned to it yet."
    assert found.report == "Nothing is assigned to it yet."


def test_none_is_no_answer_unless_it_is_an_option() -> None:
    assert uncommitted([Returned(None)], {"direction": Allowed(OPTIONS)})
    assert not uncommitted([Returned(None)], {"before": Allowed(("None", "zeros"))})
