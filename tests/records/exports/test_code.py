"""Each student's own answers as files, for programs that compare the students of a class."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gradeprop.records.answers import Answer
from gradeprop.records.exports.code import files
from records.graded_class import result_for

BY_HAND, COMMIT, WHY = (
    ("square_derivative", "by_hand"),
    ("explain_sign", "commit"),
    ("explain_sign", "why"),
)


def test_an_answer_is_a_file_of_its_kind(course: Any) -> None:
    answers = {
        BY_HAND: Answer("def d_square(w):  \n    return 2 * w\n\n"),
        COMMIT: Answer("direction = 'increase'"),
        WHY: Answer("It falls."),
    }
    assert files(course.assignments[0], result_for("ada", ()), answers) == {
        "square_derivative-by_hand.py": "def d_square(w):\n    return 2 * w\n",
        "explain_sign-commit.py": "direction = 'increase'\n",
        "explain_sign-why.md": "It falls.\n",
    }


def test_what_everybody_was_given_is_left_out(course: Any) -> None:
    starters = {
        (exercise.slug, part.part): Answer(f"\n{part.starter}  ")
        for exercise in course.assignments[0].exercises
        for part in exercise.spec.parts
    }
    assert files(course.assignments[0], result_for("ada", ()), starters) == {}
    assert files(course.assignments[0], result_for("ada", ()), {}) == {}


def test_of_a_deleted_cell_there_is_nothing(course: Any) -> None:
    result = result_for("ada", ())
    first, *others = result.exercises
    missing = replace(first, parts=tuple(replace(part, status="missing") for part in first.parts))
    said = {BY_HAND: Answer("# This cell was missing from the notebook that was handed in.")}
    assert files(course.assignments[0], replace(result, exercises=(missing, *others)), said) == {}
