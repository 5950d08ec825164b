"""Whether one exercise's YAML agrees with itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from gradeprop.course.document import KeyPath
from gradeprop.course.folder import ExerciseFiles
from gradeprop.course.layout import data_path
from gradeprop.course.model import Check, ChoicePart, Exercise, ExplanationPart, Figure
from gradeprop.course.options import plain
from gradeprop.course.python_source import parse_python
from gradeprop.errors import CourseProblem


def check_exercise(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    """Names used twice, points that do not add up, checks that need what cannot be, missing data
    files."""
    if exercise.spec is None:
        return
    yield from _names(exercise)
    yield from _points(exercise)
    yield from _needs(exercise)
    yield from _data_files(exercise)
    yield from _figures(exercise)


def _names(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    assert exercise.spec is not None
    parts = exercise.spec.parts
    yield from _twice(
        exercise, "part", ((("parts", i, "part"), part.part) for i, part in enumerate(parts))
    )
    yield from _twice(
        exercise, "check", ((path, check.check) for path, _, check in checks_of(exercise))
    )
    for number, part in enumerate(parts):
        at: KeyPath = ("parts", number)
        ids = [
            ((*at, "misconceptions", i, "id"), item.id)
            for i, item in enumerate(part.misconceptions)
        ]
        yield from _twice(exercise, "misconception", ids)
        if isinstance(part, ExplanationPart):
            criteria = part.rubric.criteria
            ids = [
                ((*at, "rubric", "criteria", i, "id"), item.id) for i, item in enumerate(criteria)
            ]
            yield from _twice(exercise, "criterion", ids)
            continue
        if isinstance(part, ChoicePart):
            yield from _twice(
                exercise,
                "option",
                (((*at, "options", i), plain(option)) for i, option in enumerate(part.options)),
            )
        if not any(check.public for check in part.checks):
            what = f"the part {part.part!r} has no public check"
            yield exercise.problem(what, "set public: true on one of its checks", *at, "checks")


def _twice(
    exercise: ExerciseFiles, kind: str, names: Iterable[tuple[KeyPath, str]]
) -> Iterator[CourseProblem]:
    seen: dict[str, KeyPath] = {}
    for path, name in names:
        first = seen.setdefault(name, path)
        if first != path:
            line = exercise.document.place(first)[0]
            what = f"the {kind} {name!r} is defined twice (first in line {line})"
            yield exercise.problem(what, "rename one of them", *path)


def checks_of(exercise: ExerciseFiles) -> Iterator[tuple[KeyPath, str, Check]]:
    """(place of its name, part, check) of all checks of an exercise, in order."""
    for number, part in enumerate(exercise.spec.parts if exercise.spec else ()):
        for index, check in enumerate(part.checks):
            yield ("parts", number, "checks", index, "check"), part.part, check


def _points(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    assert exercise.spec is not None
    total = math.fsum(part.points for part in exercise.spec.parts)
    if not math.isclose(total, exercise.spec.points, rel_tol=1e-9):
        shown = " + ".join(f"{part.points:g}" for part in exercise.spec.parts)
        what = f"points is {exercise.spec.points:g}, but the parts add up to {total:g} ({shown})"
        yield exercise.problem(
            what, f"write points: {total:g}, or change a check's or criterion's", "points"
        )


def _needs(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    checks = list(checks_of(exercise))
    known = {check.check: check for _, _, check in checks}
    for path, _, check in checks:
        for index, name in enumerate(check.needs):
            at = (*path[:-1], "needs", index)
            if name not in known:
                what = f"needs the check {name!r}, which this exercise does not have"
                yield exercise.problem(what, f"its checks are: {', '.join(known)}", *at)
            elif check.public and not known[name].public:
                what = f"the public check {check.check!r} needs the hidden check {name!r}"
                yield exercise.problem(
                    what, "a public check can only need public ones: students run it", *at
                )
        cycle = _cycle(check.check, known)
        if cycle and min(cycle) == check.check:  # said once for each cycle
            what = f"these checks need each other: {' → '.join([*cycle, cycle[0]])}"
            yield exercise.problem(what, "take one out of needs", *path[:-1], "needs")


def _cycle(start: str, known: Mapping[str, Check]) -> list[str] | None:
    """A way along ``needs`` from a check back to itself."""
    trail: list[str] = []
    visited: set[str] = set()

    def back_to_start(name: str) -> bool:
        if name not in known or name in visited:
            return False
        visited.add(name)
        trail.append(name)
        if start in known[name].needs or any(back_to_start(needed) for needed in known[name].needs):
            return True
        trail.pop()
        return False

    return trail if back_to_start(start) else None


def figures_of(spec: Exercise) -> Iterator[tuple[KeyPath, Figure]]:
    """(place, figure) of all figures of an exercise."""
    if spec.figure is not None:
        yield ("figure",), spec.figure
    for number, part in enumerate(spec.parts):
        if part.figure is not None:
            yield ("parts", number, "figure"), part.figure


def _figures(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    assert exercise.spec is not None
    for path, figure in figures_of(exercise.spec):
        at = (*path, "file")
        source = exercise.figures.get(figure.file)
        if not figure.file.endswith(".py"):
            what = f"the figure {figure.file!r} is no Python file"
            yield exercise.problem(what, "write code that draws it; its name ends in .py", *at)
        elif figure.file in exercise.spec.files:
            what = f"the code of the figure {figure.file!r} would be released"
            yield exercise.problem(what, "take it out of files", *at)
        elif source is None:
            what = f"the figure {data_path(exercise.assignment, figure.file)} does not exist"
            yield exercise.problem(what, "add it beside the YAML (a plain file, no link)", *at)
        elif wrong := parse_python(source)[1]:
            yield CourseProblem(
                data_path(exercise.assignment, figure.file),
                wrong.line,
                wrong.column,
                wrong.what,
                "mend the figure",
            )


def _data_files(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    assert exercise.spec is not None
    for index, name in enumerate(exercise.spec.files):
        at = ("files", index)
        path = data_path(exercise.assignment, name)
        if name in exercise.spec.files[:index]:
            yield exercise.problem(
                f"the data file {name!r} is listed twice", "delete one of them", *at
            )
        elif name.lower().endswith((".yaml", ".yml", ".ipynb")):
            what = f"the data file {name!r} could be taken for an exercise or a notebook"
            yield exercise.problem(what, "give it another ending: it is released to students", *at)
        elif name not in exercise.data:
            what = f"the data file {path} does not exist"
            yield exercise.problem(what, "add it beside the YAML (a plain file, no link)", *at)
