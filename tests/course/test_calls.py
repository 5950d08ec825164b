"""Slips of the pen in the calls that write a check down are told when the course is loaded."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from course.minimal import EXERCISE, GRADER, course_files, write_course
from gradeprop import gradients
from gradeprop.course import call_words
from gradeprop.course.load import load_course
from gradeprop.course.nearest import did_you_mean
from gradeprop.errors import CourseError
from gradeprop.gradients.inputs import draw
from gradeprop.grading.checks.expectation import Expectation
from gradeprop.grading.checks.script import Reference
from gradeprop.grading.checks.student import Student

Changes = dict[str, str | bytes | None]
Problems = Callable[[Changes], list[str]]
MATCH = "to_match(Gradient(square, at=w))"
CALL = 'student.call("d_square", w)'
INPUTS = 'reference.inputs((3,), dtype="float64", avoid=(0, 2))'


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


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            MATCH,
            "to_match(Gradient(square, at=w), require_grad=True)",
            "10:97: to_match() has no option 'require_grad'; did you mean 'requires_grad'?",
        ),
        (
            MATCH,
            "to_match(Gradient(square, at=w, upstrem=w))",
            "10:91: Gradient() has no option 'upstrem'; did you mean 'upstream'?",
        ),
        (
            MATCH,
            'to_raise("RuntimeEror")',
            "10:60: no exception has the name 'RuntimeEror'; did you mean 'RuntimeError'?",
        ),
        (
            MATCH,
            'to_raise("RuntimeError", say="twice")',
            "10:80: to_raise() has no option 'say'; did you mean 'says'?",
        ),
        (
            MATCH,
            "to_be_one_of()",
            '10:5: to_be_one_of() takes words; write to_be_one_of("up", "down")',
        ),
        (
            MATCH,
            "to_be_within(1.0, hi=2.0)",
            "10:72: to_be_within() has no option 'hi'; did you mean 'high'?",
        ),
        (
            MATCH,
            "to_mach(Gradient(square, at=w))",
            "10:5: what reference.expect() returns has no 'to_mach'; did you mean 'to_match'?",
        ),
        (
            f".{MATCH}",
            "",
            "10:5: expect() by itself expects nothing; go on with .to_match(...) or another .to_…, "
            "with brackets",
        ),
        (
            MATCH,
            "to_match",
            "10:5: expect() by itself expects nothing; go on with .to_match(...) or another .to_…, "
            "with brackets",
        ),
        (CALL, "student.cal()", "10:22: student has no 'cal'; did you mean 'call'?"),
        (
            CALL,
            'student.call("d_square", w, may_chnage=(0,))',
            "10:61: 'may_chnage' would go to the student's function; did you mean 'may_change'?",
        ),
        (
            INPUTS,
            'reference.inputs((3,), dtype="flaot64")',
            "9:38: dtype='flaot64' is not known; did you mean 'float64'?",
        ),
        (
            INPUTS,
            "reference.inputs((3,), aviod=(0,))",
            "9:38: inputs() has no option 'aviod'; did you mean 'avoid'?",
        ),
        (
            "(student, reference, device)",
            "(student, refrence, device)",
            "8:25: a check is given no 'refrence'; did you mean 'reference'?",
        ),
        (
            MATCH,
            'to_match(Gradient(square, at=w), rtol="1e-3")',
            "10:89: rtol must be a finite number of at least 0, not '1e-3'; try 1e-5",
        ),
        (
            MATCH,
            "to_match(Gradient(square, at=w), atol=-1)",
            "10:89: atol must be a finite number of at least 0, not -1; try 1e-5",
        ),
        (INPUTS, "reference.input((3,))", "9:9: reference has no 'input'; did you mean 'inputs'?"),
    ],
)
def test_a_slip_is_told_at_its_place(problems: Problems, old: str, new: str, said: str) -> None:
    text = course_files()[GRADER]
    assert old in text
    assert problems({GRADER: text.replace(old, new, 1)}) == [f"{GRADER}:{said}"]


@pytest.mark.parametrize(
    "name", ["RuntimeError", "torch.OutOfMemoryError", "OutOfMemoryError", "numpy.Odd", "NotYet"]
)
def test_exceptions_that_there_may_be_are_let_pass(problems: Problems, name: str) -> None:
    own = "class NotYet(Exception):\n    pass\n\n\ndef square(w):"
    text = course_files()[GRADER].replace("def square(w):", own)
    assert problems({GRADER: text.replace(MATCH, f'to_raise("{name}")', 1)}) == []


@pytest.mark.parametrize(
    "own",
    [
        "@pytest.fixture\ndef devices():\n    return 1\n\n\n",
        "from graders.shared.own import devices\n\n\n",
        "",
    ],
)
def test_a_fixture_of_ones_own_is_let_pass(problems: Problems, own: str) -> None:
    text = course_files()[GRADER].replace("reference, device)", "reference, devices)", 1)
    marked = '@pytest.mark.parametrize("devices", [1])\n' if not own else ""
    shared = {"graders/shared/own.py": "devices = 1\n"}
    assert (
        problems({GRADER: text.replace("def test_", f"{own}{marked}def test_", 1), **shared}) == []
    )


def test_a_misspelt_type_of_an_exception_in_the_yaml_is_told(problems: Problems) -> None:
    text = course_files()[EXERCISE].replace(
        "pattern: {scale: 0.5}", "raises: {type: RuntimeEror, text: twice}"
    )
    (problem,) = problems({EXERCISE: text})
    assert problem.startswith(f"{EXERCISE}:27:24: no exception has the name 'RuntimeEror'; did")


def test_a_slip_in_a_shared_file_is_told_there(problems: Problems) -> None:
    shared = "def ask(student, reference):\n    return reference.inptus((3,))\n"
    (problem,) = problems({"graders/shared/asking.py": shared})
    assert problem == (
        "graders/shared/asking.py:2:12: reference has no 'inptus'; did you mean 'inputs'?"
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("public: true", "public: true\n        reveal: verdct", "did you mean 'verdict'?"),
        ("pattern: {scale: 0.5}", "engine: no_backwards", "did you mean 'no_backward'?"),
        ("pattern: {scale: 0.5}", "flag: {require_grad: true}", "did you mean 'requires_grad'?"),
    ],
)
def test_a_slip_in_the_yaml_is_told(problems: Problems, old: str, new: str, said: str) -> None:
    (problem,) = problems({EXERCISE: course_files()[EXERCISE].replace(old, new, 1)})
    assert problem.endswith(said), problem


def keywords(function: Callable[..., Any]) -> set[str]:
    return {
        name
        for name, item in inspect.signature(function).parameters.items()
        if name != "self" and item.kind not in (item.VAR_POSITIONAL, item.VAR_KEYWORD)
    }


def test_the_words_that_loading_knows_are_those_of_the_calls() -> None:
    for owner, known in (
        (Student, call_words.OF_STUDENT),
        (Expectation, call_words.OF_EXPECTATION),
        (Reference, {"expect": call_words.OF_REFERENCE["expect"]}),
    ):
        for name, words in known.items():
            if words is not None:
                assert keywords(getattr(owner, name)) == set(words)
    assert keywords(draw) - {"generator_seed", "device"} == set(
        call_words.OF_REFERENCE["inputs"] or ()
    )
    for name, words in call_words.OF_PROBLEMS.items():
        assert keywords(getattr(gradients, name)) == set(words), name
    public = {name for name in vars(Student) if not name.startswith("_")}
    assert public == set(call_words.OF_STUDENT)
    assert {name for name in vars(Expectation) if name.startswith("to_")} == set(
        call_words.OF_EXPECTATION
    )


def test_all_that_loading_takes_for_a_dtype_is_one() -> None:
    assert all(isinstance(getattr(torch, name), torch.dtype) for name in call_words.DTYPES)


def test_of_many_words_the_nearest_few_are_shown_and_where_the_others_are() -> None:
    known = [f"cause_{number}" for number in range(75)]
    assert did_you_mean("cause_7x", known) == "did you mean 'cause_7'?"
    said = did_you_mean("zzzzz", known, "all are on a page")
    assert said.startswith("nearest of 75 that are known here: ")
    assert said.endswith("; all are on a page")
    assert said.count("cause_") == 3
    assert did_you_mean("zzzzz", known[:3]) == "known here: cause_0, cause_1, cause_2"
