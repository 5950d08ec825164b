"""What a misconception is recognised by, and what a grader writes down, is checked at loading."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course.minimal import (
    EXERCISE,
    EXPLAIN_GRADER,
    GRADER,
    course_files,
    replaced,
    write_course,
)
from gradeprop.course.known_ids import CAUSES, MISTAKES
from gradeprop.course.load import load_course
from gradeprop.errors import CourseError

Changes = dict[str, str | bytes | None]
Problems = Callable[[Changes], list[str]]
SAY = "        say: This is the square itself.\n"


@pytest.fixture
def problems(tmp_path: Path) -> Problems:
    """Of the minimal course with changes; none where it loads."""

    def lines(changes: Changes) -> list[str]:
        try:
            load_course(write_course(tmp_path, changes))
        except CourseError as error:
            return str(error).splitlines()
        return []

    return lines


def told_by(line: str) -> Changes:
    """The second misconception of the minimal course with one more line."""
    return dict(replaced(EXERCISE, SAY, f"{SAY}        {line}\n"))


@pytest.mark.parametrize(
    "line",
    [
        "checks: [matches_autograd]",
        "raises: {type: RuntimeError, text: second time}",
        "raises: {type: torch.OutOfMemoryError}",
        "flag: {requires_grad: false}",
        "flag: {requires_grad: true, is_leaf: false}",
        "engine: no_backward",
    ],
)
def test_what_is_right_loads(problems: Problems, line: str) -> None:
    assert problems(told_by(line)) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("checks: [matches]", "34:18: the part 'by_hand' has no check 'matches'; did you mean"),
        ("engine: no_bakward", "34:17: the engine has no cause 'no_bakward'; did you mean 'no_b"),
        ("flag: {}", "34:15: flag: give requires_grad, is_leaf or both"),
        ("flag: {leaf: true}", "34:16: unknown key 'leaf'; did you mean 'is_leaf'?"),
        ("raises: {text: twice}", "34:17: the key 'type' is missing here; add it: Its type"),
        (
            "raises: {type: not a name}",
            "34:24: type 'not a name' is not the name of an exception's type; write",
        ),
    ],
)
def test_what_is_not_is_told_at_its_place(problems: Problems, line: str, said: str) -> None:
    (problem,) = problems(told_by(line))
    assert problem.startswith(f"{EXERCISE}:{said}"), problem


def test_a_mistake_that_nobody_knows_is_refused(problems: Problems) -> None:
    changes: Changes = {**replaced(EXERCISE, "{scale: 0.5}", "{mistake: mising_half}")}
    (problem,) = problems(changes)
    assert problem.startswith(
        f"{EXERCISE}:27:28: no problem knows the mistake 'mising_half', and the grader does not "
        "speak of it; did you mean 'missing_half'?"
    )


@pytest.mark.parametrize(
    "text",
    [
        'class Own(Gradient):\n    def mistake(self, name):\n        return name == "own_way"\n\n',
        "from graders.shared.slopes import slope\n\n",
    ],
)
def test_a_grader_may_know_more_mistakes(problems: Problems, text: str) -> None:
    changes: Changes = {
        **replaced(EXERCISE, "{scale: 0.5}", "{mistake: own_way}"),
        GRADER: course_files()[GRADER].replace("def square", text + "\ndef square"),
    }
    assert not any("own_way" in problem for problem in problems(changes))


def test_a_cause_stands_for_one_misconception_in_each_check(problems: Problems) -> None:
    twice = course_files()[EXERCISE].replace("pattern: {scale: 0.5}", "engine: detached")
    changes: Changes = {EXERCISE: twice.replace(SAY, f"{SAY}        engine: detached\n")}
    (problem,) = problems(changes)
    assert "'detached' already stands for the misconception 'missing_factor_two'" in problem
    apart = twice.replace("engine: detached", "engine: detached\n        checks: [shape]")
    apart = apart.replace(
        SAY, f"{SAY}        engine: detached\n        checks: [matches_autograd]\n"
    )
    assert problems({EXERCISE: apart}) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "to_match(Gradient(square, at=w))",
            'to_match(Gradient(square, at=w), kinds="eithr")',
            "10:90: kinds='eithr' is not known; did you mean 'either'?",
        ),
        (
            "to_match(Gradient(square, at=w))",
            "to_match(3.0)",
            "10:60: to_match() takes a problem, not 3.0; write to_match(Fixed(3.0))",
        ),
        (
            "to_match(Gradient(square, at=w))",
            "to_match((1.0, -2.0))",
            "10:60: to_match() takes a problem, not (1.0, -2.0); write to_match(Fixed((1.0, -2.0)))",
        ),
        (
            "to_match(Gradient(square, at=w))",
            'to_match(Gradient(square, at=w, wrong={"missing_factor_to": square}))',
            "10:90: no misconception of this exercise has the id 'missing_factor_to'; did you mean "
            "'missing_factor_two'?",
        ),
        (
            "to_match(Gradient(square, at=w))",
            'to_match(Gradient(square, at=w), items=[Rule(shapes="scaler")])',
            "10:103: shapes='scaler' is not known; did you mean 'scalar'?",
        ),
    ],
)
def test_slips_of_the_pen_in_a_grader(problems: Problems, old: str, new: str, said: str) -> None:
    changes: Changes = {GRADER: course_files()[GRADER].replace(old, new, 1)}
    (problem,) = problems(changes)
    assert problem.startswith(f"{GRADER}:{said}"), problem


def test_an_id_in_the_second_place_of_fixed_is_looked_up_too(problems: Problems) -> None:
    changes: Changes = {**replaced(EXPLAIN_GRADER, "inverted_move", "inverted_mov")}
    (problem,) = problems(changes)
    assert "has the id 'inverted_mov'; did you mean 'inverted_move'?" in problem


def test_what_only_running_shows_is_left_to_it(problems: Problems) -> None:
    text = course_files()[EXPLAIN_GRADER].replace(
        'Fixed("increase", {"inverted_move": "decrease"})', "Fixed(*given(), **options)"
    )
    assert problems({EXPLAIN_GRADER: text}) == []


def test_ids_of_the_engine_are_listed_once_and_in_order() -> None:
    for ids in (MISTAKES, CAUSES):
        assert list(ids) == sorted(set(ids))
