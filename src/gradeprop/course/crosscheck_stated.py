"""Whether choices and predictions, their solutions and samples agree on what may be answered."""

from __future__ import annotations

from collections.abc import Iterator

from gradeprop.course.document import KeyPath
from gradeprop.course.folder import ExerciseFiles
from gradeprop.course.misconception import Misconception
from gradeprop.course.model import AnyPart, ChoicePart, PredictionPart
from gradeprop.course.nearest import did_you_mean
from gradeprop.course.parts import Prediction
from gradeprop.course.python_source import assigned_names, parse_python, same_code
from gradeprop.course.stated import StatedPart, literals, names_of
from gradeprop.errors import CourseProblem


def check_stated(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    """Names that cannot be predicted, solutions that state nothing, starters that give the answer
    away, and wrong answers that say nothing."""
    if exercise.spec is None:
        return
    for number, part in enumerate(exercise.spec.parts):
        at: KeyPath = ("parts", number)
        yield from _option_elsewhere(exercise, part, at)
        wrong = list(_names(exercise, part, at)) if isinstance(part, PredictionPart) else []
        yield from wrong
        if isinstance(part, ChoicePart | PredictionPart) and not wrong:
            yield from _solution(exercise, part)
            yield from _samples(exercise, part, at)


def _option_elsewhere(
    exercise: ExerciseFiles, part: AnyPart, at: KeyPath
) -> Iterator[CourseProblem]:
    for index, item in enumerate(part.misconceptions):
        if item.option is None:
            continue
        path = (*at, "misconceptions", index, "option")
        if not isinstance(part, ChoicePart):
            what = f"the part {part.part!r} is no choice and has no options"
            yield exercise.problem(what, "write a sample in its place", *path)
            continue
        chosen = [item.option] if isinstance(item.option, str) else item.option
        for word in chosen:
            if part.allowed[part.name].meant(word) not in part.options:
                what = f"{word!r} is none of the options"
                yield exercise.problem(what, did_you_mean(word, part.options), *path)


def _names(exercise: ExerciseFiles, part: PredictionPart, at: KeyPath) -> Iterator[CourseProblem]:
    checks = [check.check for check in part.checks]
    stated = [check for check in checks if check in exercise.stated]
    seen: set[str] = set()
    for index, item in enumerate(part.names):
        path = (*at, "names", index)
        if item.name in seen:
            what = f"the name {item.name!r} is predicted twice"
            yield exercise.problem(what, "rename one of them", *path, "name")
        seen.add(item.name)
        yield from _kind(exercise, item, path)
        if item.check is not None and item.check not in checks:
            what = f"the part {part.part!r} has no check {item.check!r}"
            yield exercise.problem(what, did_you_mean(item.check, checks), *path, "check")
        elif item.check is None and len(stated) > 1:
            what = f"which check looks at {item.name!r}?"
            yield exercise.problem(what, f"add check: {' or '.join(stated)}", *path, "name")
    for check in stated if all(item.check in (None, *checks) for item in part.names) else ():
        if all(item.check not in (None, check) for item in part.names):
            what = f"the check {check!r} looks at no name"
            remedy = "name it under check of a name, or write a test for it"
            yield exercise.problem(what, remedy, *at, "checks", checks.index(check), "check")
    tree = parse_python(part.after or "")[0]
    for name in sorted(seen & assigned_names(tree)) if tree else ():
        what = f"the code after the answer assigns to {name!r}, which is predicted before it"
        yield exercise.problem(what, "use another name there", *at, "after")


def _kind(exercise: ExerciseFiles, item: Prediction, path: KeyPath) -> Iterator[CourseProblem]:
    given = [
        key for key in ("options", "between", "tolerance") if getattr(item, key) not in ((), None)
    ]
    if len(given) > 1:
        what = f"{item.name!r} has {' and '.join(given)}"
        yield exercise.problem(what, "keep one of them", *path, given[1])
    if len(item.options) == 1:
        yield exercise.problem("a word needs at least 2 options", "add another", *path, "options")
    if item.between is not None and item.between[0] >= item.between[1]:
        what = f"no number lies between {item.between[0]:g} and {item.between[1]:g}"
        yield exercise.problem(what, "write the smaller one first", *path, "between")


def _solution(exercise: ExerciseFiles, part: StatedPart) -> Iterator[CourseProblem]:
    cells = {cell.part: cell for cell in exercise.solution or ()}
    cell = cells.get(part.part)
    if cell is None or cell.prose or parse_python(cell.text)[0] is None:
        return  # told elsewhere

    def problem(what: str, remedy: str) -> CourseProblem:
        return CourseProblem(exercise.solution_path, cell.line, 1, what, remedy)

    right, begun = literals(part, cell.text), literals(part, part.starter)
    needed = {
        item.name
        for check in part.checks
        if check.check in exercise.stated or isinstance(part, ChoicePart)
        for item in names_of(part, check)
    }
    for item in names_of(part):
        value = right.get(item.name)
        if value is None and item.name in needed:
            yield problem(*_nothing_stated(part, item))
        if value is None:
            continue
        if item.between is not None and not item.between[0] <= float(value) <= item.between[1]:
            what = f"the solution of {part.part!r} is outside of its range: {item.name} = {value:g}"
            yield problem(what, "mend it, or write another range under between")
        if begun.get(item.name) == value and isinstance(part, ChoicePart):
            yield problem(
                f"the starter of {part.part!r} holds the right option", "let it assign None"
            )
        elif begun.get(item.name) == value:
            what = f"the starter of {part.part!r} holds the right {item.name}"
            yield problem(what, "let it assign None")


def _written(part: StatedPart, at: KeyPath) -> Iterator[tuple[KeyPath, Misconception, str]]:
    """(place, misconception, text) of every sample that is written out."""
    for index, item in enumerate(part.misconceptions):
        path = (*at, "misconceptions", index)
        if item.sample is not None:
            yield (*path, "sample"), item, item.sample
        for number, sample in enumerate(item.samples):
            yield (*path, "samples", number), item, sample


def _nothing_stated(part: StatedPart, item: Prediction) -> tuple[str, str]:
    if isinstance(part, ChoicePart) and not part.several:
        what = f"the solution of {part.part!r} assigns none of its options to {item.name!r}"
        options = ", ".join(repr(option) for option in part.options)
        return what, f"write {item.name} = and one of {options}"
    options = ", ".join(repr(option) for option in item.options)
    what = f"the solution of {part.part!r} does not say what {item.name!r} is"
    if isinstance(part, ChoicePart):
        return what, f"write {item.name} = and in square brackets some of {options}"
    if item.options:
        return what, f"write {item.name} = and one of {options}"
    return what, (
        f"write {item.name} = and a number as it is, not computed; a word needs options; or "
        "write a test for its check in the grader"
    )


def _samples(exercise: ExerciseFiles, part: StatedPart, at: KeyPath) -> Iterator[CourseProblem]:
    """Where the engine compares, a sample must state something that is wrong."""
    if not any(check.check in exercise.stated for check in part.checks):
        return
    cell = next((cell for cell in exercise.solution or () if cell.part == part.part), None)
    right = literals(part, cell.text) if cell is not None else {}
    for path, item, sample in _written(part, at):
        said = literals(part, sample)
        if not said and item.option is not None:
            continue  # told where the option stands
        if not said:
            names = " or ".join(repr(each.name) for each in names_of(part))
            what = f"the sample of {item.id!r} does not say what {names} is"
            yield exercise.problem(what, "write name = value, not computed", *path)
        elif cell is not None and same_code(cell.text, sample):
            continue  # told where the solution stands
        elif right and all(right.get(name) == value for name, value in said.items()):
            what = f"the sample of {item.id!r} holds the right answer"
            yield exercise.problem(what, "a sample must be a wrong answer", *path)
