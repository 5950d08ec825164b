"""Slips of the pen in a grader that its text alone shows: words, ids, answers in place of
problems."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from gradeprop.course.folder import ExerciseFiles
from gradeprop.course.known_ids import CAUSES, MISTAKES
from gradeprop.course.nearest import LIST_OF_IDS, did_you_mean
from gradeprop.course.rule_words import RULE_WORDS
from gradeprop.errors import CourseProblem

_OF_IDS = ("mistakes", "wrong")


def check_literals(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    """Of the calls in a grader, what is written down in them and cannot be meant. What is only
    known when the grader runs is refused there, in the same words."""
    if exercise.grader is None:
        return
    known = _known_ids(exercise)
    for node in ast.walk(exercise.grader):
        if not isinstance(node, ast.Call):
            continue
        for place, what, remedy in _slips(node, known):
            yield CourseProblem(
                exercise.grader_path, place.lineno, place.col_offset + 1, what, remedy
            )


def _known_ids(exercise: ExerciseFiles) -> Collection[str] | None:
    """None where the exercise cannot be read."""
    if exercise.spec is None:
        return None
    declared = [item.id for part in exercise.spec.parts for item in part.misconceptions]
    return [*declared, *MISTAKES, *CAUSES]


def _slips(call: ast.Call, known: Collection[str] | None) -> Iterator[tuple[ast.expr, str, str]]:
    called = _name_of(call.func)
    if called in ("to_match", "Rule"):
        yield from _words(call)
        yield from _tolerances(call)
    if called == "to_match" and call.args and _is_an_answer(call.args[0]):
        shown = ast.unparse(call.args[0])
        what = f"to_match() takes a problem, not {shown}"
        yield call.args[0], what, f"write to_match(Fixed({shown}))"
    if known is not None:
        yield from _ids(call, called, known)


def _words(call: ast.Call) -> Iterator[tuple[ast.expr, str, str]]:
    for keyword in call.keywords:
        words = RULE_WORDS.get(keyword.arg or "")
        if words is None or not isinstance(keyword.value, ast.Constant):
            continue
        if keyword.value.value not in words:
            what = f"{keyword.arg}={keyword.value.value!r} is not known"
            yield keyword.value, what, did_you_mean(keyword.value.value, words)


def _tolerances(call: ast.Call) -> Iterator[tuple[ast.expr, str, str]]:
    for keyword in call.keywords:
        value = keyword.value
        negative = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub)
        word = isinstance(value, ast.Constant) and isinstance(value.value, str | bool)
        if keyword.arg in ("rtol", "atol") and (negative or word):
            what = f"{keyword.arg} must be a finite number of at least 0, not {ast.unparse(value)}"
            yield value, what, "try 1e-5"


def _ids(
    call: ast.Call, called: str, known: Collection[str]
) -> Iterator[tuple[ast.expr, str, str]]:
    stated = [keyword.value for keyword in call.keywords if keyword.arg in _OF_IDS]
    if called == "Fixed":
        stated += call.args[1:2]
    for value in stated:
        for key in value.keys if isinstance(value, ast.Dict) else ():
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                continue
            if key.value not in known:
                what = f"no misconception of this exercise has the id {key.value!r}"
                yield key, what, did_you_mean(key.value, known, LIST_OF_IDS)


def _name_of(function: ast.expr) -> str:
    """The last part of what is called."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_an_answer(given: ast.expr) -> bool:
    """Whether it is a number, a word or the like as it stands."""
    if isinstance(given, ast.UnaryOp):
        return _is_an_answer(given.operand)
    return isinstance(given, ast.Constant | ast.Tuple | ast.List | ast.Dict)
