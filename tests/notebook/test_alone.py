"""An answer with what it needs of other cells."""

from __future__ import annotations

from gradeprop.course.keys import PartKey
from gradeprop.notebook.alone import alone
from gradeprop.notebook.restore import RestoredNotebook, RunCell

PART = PartKey("square", "by_hand")


def notebook(*cells: RunCell, answer: str) -> RestoredNotebook:
    own = RunCell(answer, "code", "student", "square-by_hand", exercise="square")
    check = RunCell("", "code", "release", "square-by_hand-check", judge=PART, exercise="square")
    return RestoredNotebook((*cells, own, check, extra("def late(): pass")), (), {}, {PART: answer})


def extra(source: str) -> RunCell:
    return RunCell(source, "code", "extra", exercise="square")


def test_only_what_it_needs_and_what_that_needs_comes_along_in_order() -> None:
    found = alone(
        notebook(
            extra("two = 2"),
            extra("def twice(x):\n    return two * x"),
            extra("def unused(x):\n    return x"),
            answer="def d_square(w):\n    return twice(w)",
        ),
        PART,
    )
    assert found == (
        "two = 2\n\ndef twice(x):\n    return two * x\n\ndef d_square(w):\n    return twice(w)"
    )


def test_what_stands_below_it_and_other_answers_of_its_exercise_stay_away() -> None:
    other = RunCell(
        "def late():\n    return 1", "code", "student", "square-first", exercise="square"
    )
    found = alone(notebook(other, answer="def f():\n    return late()"), PART)
    assert found == "def f():\n    return late()"


def test_an_answer_of_another_exercise_may_be_needed() -> None:
    other = RunCell("def helper():\n    return 1", "code", "student", "line-code", exercise="line")
    found = alone(notebook(other, answer="x = helper()"), PART)
    assert found == "def helper():\n    return 1\n\nx = helper()"
