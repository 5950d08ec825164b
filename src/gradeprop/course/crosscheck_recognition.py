"""Whether what a misconception is recognised by can be: its checks, its mistake, its cause."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradeprop.course.document import KeyPath
from gradeprop.course.folder import ExerciseFiles
from gradeprop.course.known_ids import CAUSES, MISTAKES
from gradeprop.course.model import CheckedPart, ExplanationPart, Misconception
from gradeprop.course.nearest import LIST_OF_IDS, did_you_mean
from gradeprop.errors import CourseProblem


def check_recognition(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    """Checks, mistakes and causes that nobody knows, and causes that stand for two misconceptions
    at once."""
    for number, part in enumerate(exercise.spec.parts if exercise.spec else ()):
        if isinstance(part, ExplanationPart):
            continue
        for index, item in enumerate(part.misconceptions):
            at: KeyPath = ("parts", number, "misconceptions", index)
            yield from _checks(exercise, part, item, at)
            yield from _mistake(exercise, item, at)
            yield from _engine(exercise, part, index, at)


def _checks(
    exercise: ExerciseFiles, part: CheckedPart, item: Misconception, at: KeyPath
) -> Iterator[CourseProblem]:
    known = [check.check for check in part.checks]
    for place, name in enumerate(item.checks):
        if name not in known:
            what = f"the part {part.part!r} has no check {name!r}"
            yield exercise.problem(what, did_you_mean(name, known), *at, "checks", place)


def _mistake(exercise: ExerciseFiles, item: Misconception, at: KeyPath) -> Iterator[CourseProblem]:
    """A problem of the grader's own may know more mistakes: then their ids stand in its text."""
    name = item.pattern.mistake if item.pattern else None
    if name is None or name in MISTAKES or exercise.grader is None:
        return
    if name not in _texts_in(exercise.grader) and not _uses_shared(exercise.grader):
        what = f"no problem knows the mistake {name!r}, and the grader does not speak of it"
        yield exercise.problem(
            what, did_you_mean(name, MISTAKES, LIST_OF_IDS), *at, "pattern", "mistake"
        )


def _engine(
    exercise: ExerciseFiles, part: CheckedPart, index: int, at: KeyPath
) -> Iterator[CourseProblem]:
    item = part.misconceptions[index]
    if item.engine is None:
        return
    if item.engine not in CAUSES:
        what = f"the engine has no cause {item.engine!r}"
        yield exercise.problem(what, did_you_mean(item.engine, CAUSES, LIST_OF_IDS), *at, "engine")
    for other in part.misconceptions[:index]:
        if other.engine == item.engine and _meet(item, other):
            what = f"{item.engine!r} already stands for the misconception {other.id!r}"
            yield exercise.problem(what, "name different checks of the two", *at, "engine")


def _meet(one: Misconception, other: Misconception) -> bool:
    """Whether a check looks for both."""
    if not one.checks or not other.checks:
        return True
    return not set(one.checks).isdisjoint(other.checks)


def _texts_in(grader: ast.Module) -> set[str]:
    constants = (node.value for node in ast.walk(grader) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


def _uses_shared(grader: ast.Module) -> bool:
    """Whether it takes something from graders/shared, which may know more."""
    modules = [node.module for node in ast.walk(grader) if isinstance(node, ast.ImportFrom)]
    return any("shared" in (module or "").split(".") for module in modules)
