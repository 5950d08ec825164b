"""Whether an exercise's starters, samples, solution and grader agree with its YAML."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradeprop.course.crosscheck_exercise import checks_of
from gradeprop.course.document import KeyPath
from gradeprop.course.folder import ExerciseFiles
from gradeprop.course.model import AnyPart, Exercise, ExplanationPart
from gradeprop.course.nearest import did_you_mean
from gradeprop.course.python_source import collected_tests, parse_python, same_code
from gradeprop.course.solution import SolutionCell
from gradeprop.errors import CourseProblem


def check_sources(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    """Starters, samples and locked cells that are not Python."""
    if exercise.spec is None:
        return
    for name, path, text in _sources(exercise.spec):
        wrong = parse_python(text)[1]
        if wrong:
            place = exercise.document.place_inside(path, wrong.line, wrong.column)
            yield exercise.document.problem(place, f"the {name} {wrong.what}", "mend it")


def _sources(spec: Exercise) -> Iterator[tuple[str, KeyPath, str]]:
    """(what it is, its place, its text) of all code in an exercise's YAML."""
    if spec.given is not None:
        yield "given code", ("given",), spec.given
    for number, part in enumerate(spec.parts):
        at: KeyPath = ("parts", number)
        if part.given is not None:
            yield "given code", (*at, "given"), part.given
        if part.after is not None:
            yield "code after the answer", (*at, "after"), part.after
        if isinstance(part, ExplanationPart):
            continue
        yield "starter", (*at, "starter"), part.starter
        for index, item in enumerate(part.misconceptions):
            place = (*at, "misconceptions", index)
            if item.sample is not None:
                yield f"sample of {item.id!r}", (*place, "sample"), item.sample
            for each, text in enumerate(item.samples):
                yield f"sample {each + 1} of {item.id!r}", (*place, "samples", each), text


def check_solution(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    """Parts without a solution, solutions without a part, and solutions that solve nothing."""
    if exercise.spec is None or exercise.solution is None:
        return
    parts = {part.part: part for part in exercise.spec.parts}
    cells: dict[str, SolutionCell] = {}
    path = exercise.solution_path
    for cell in exercise.solution:
        if cell.part in cells:
            what = f"the part {cell.part!r} is solved twice (first in line {cells[cell.part].line})"
            yield CourseProblem(path, cell.line, 1, what, "delete one of the cells")
        elif cell.part not in parts:
            what = f"the exercise has no part {cell.part!r}"
            yield CourseProblem(path, cell.line, 1, what, did_you_mean(cell.part, parts))
        cells.setdefault(cell.part, cell)
    for number, part in enumerate(exercise.spec.parts):
        own = cells.get(part.part)
        if own is None:
            mark = "[markdown] " if isinstance(part, ExplanationPart) else ""
            what = f"the part {part.part!r} has no solution"
            remedy = f"add a cell '# %% {mark}part: {part.part}' to {path}"
            yield exercise.problem(what, remedy, "parts", number, "part")
        elif own.text:
            yield from _one_solution(path, part, own)
            yield from _changes(exercise, number, own)


def _one_solution(path: str, part: AnyPart, cell: SolutionCell) -> Iterator[CourseProblem]:
    def problem(what: str, remedy: str, line: int = 0, column: int = 1) -> CourseProblem:
        return CourseProblem(path, line or cell.line, column, what, remedy)

    if cell.prose != isinstance(part, ExplanationPart):
        marker = f"# %% {'' if cell.prose else '[markdown] '}part: {part.part}"
        yield problem(f"the part {part.part!r} is {part.kind}", f"write the marker as {marker!r}")
        return
    if isinstance(part, ExplanationPart):
        if cell.text.split() == part.starter.split():
            yield problem(
                f"the solution of {part.part!r} is its starter",
                "write an answer that earns the points",
            )
        return
    tree, wrong = parse_python(cell.text)
    if tree is None or wrong:
        assert wrong is not None
        what = f"the solution of {part.part!r} {wrong.what}"
        yield problem(what, "mend it", cell.first + wrong.line - 1, wrong.column)
        return
    if same_code(cell.text, part.starter):
        yield problem(
            f"the solution of {part.part!r} is its starter", "the starter must earn nothing"
        )
    for item in part.misconceptions:
        written = item.samples if item.sample is None else (item.sample,)
        if any(same_code(cell.text, sample) for sample in written):
            what = f"the solution of {part.part!r} is the sample of {item.id!r}"
            yield problem(what, "a sample must be a wrong answer")


def _changes(exercise: ExerciseFiles, number: int, cell: SolutionCell) -> Iterator[CourseProblem]:
    """Samples that are the solution with replacements, and cannot be made."""
    assert exercise.spec is not None
    for index, item in enumerate(exercise.spec.parts[number].misconceptions):
        if not item.change:
            continue
        at = ("parts", number, "misconceptions", index, "change")
        try:
            (sample,) = item.ways(cell.text)
        except ValueError as error:
            remedy = f"copy it from the solution of {cell.part!r}, with enough around it"
            yield exercise.problem(str(error), remedy, *at)
            continue
        wrong = parse_python(sample)[1]
        if wrong:
            what = f"the changed solution {wrong.what} (its line {wrong.line})"
            yield exercise.problem(what, "mend it", *at)
        elif same_code(cell.text, sample):
            what = f"the sample of {item.id!r} is the solution of {cell.part!r}"
            yield exercise.problem(what, "a sample must be a wrong answer", *at)


def check_grader(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    """Checks without their test, tests without their check, and tests that pytest would not run
    once."""
    if exercise.grader is None:
        return
    path = exercise.grader_path
    wanted = {f"test_{check.check}": place for place, _, check in checks_of(exercise)}
    found: dict[str, int] = {}
    for test in collected_tests(exercise.grader):
        column = test.col_offset + 1
        if test.name in found:
            what = f"the test {test.name!r} is defined twice (first in line {found[test.name]})"
            yield CourseProblem(
                path, test.lineno, column, what, "rename one: the second replaces the first"
            )
            continue
        found[test.name] = test.lineno
        if isinstance(test, ast.AsyncFunctionDef):
            yield CourseProblem(
                path, test.lineno, column, f"the test {test.name!r} is async", "write def"
            )
        if exercise.spec and test.name not in wanted:
            what = f"the test {test.name!r} belongs to no check of {exercise.document.path}"
            near = did_you_mean(test.name, wanted)
            remedy = f"declare check: {test.name.removeprefix('test_')}, or rename it ({near})"
            yield CourseProblem(path, test.lineno, column, what, remedy)
    for node in exercise.grader.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            what = f"the test class {node.name!r} is not a check"
            yield CourseProblem(
                path, node.lineno, node.col_offset + 1, what, "write plain test functions"
            )
    for name, place in wanted.items():
        if name not in found and name.removeprefix("test_") not in exercise.stated:
            what = f"the check {name.removeprefix('test_')!r} has no test"
            yield exercise.problem(
                what, f"write def {name}(student, reference, device) in {path}", *place
            )
