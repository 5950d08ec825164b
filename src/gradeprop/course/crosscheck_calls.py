"""Slips of the pen in the calls that write a check down: methods and options that do not exist,
exceptions and words that cannot be meant, and an expectation that expects nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from gradeprop.course.call_words import (
    DTYPES,
    OF_EXPECTATION,
    OF_PROBLEMS,
    OF_PYTHON,
    OF_REFERENCE,
    OF_STUDENT,
    OF_TORCH,
    REDUCTIONS,
)
from gradeprop.course.folder import CourseFiles, ExerciseFiles
from gradeprop.course.model import ExplanationPart
from gradeprop.course.nearest import did_you_mean, nearest
from gradeprop.errors import CourseProblem

Slip: TypeAlias = tuple[ast.expr | ast.arg, str, str]
"""Where it stands, what is wrong, and the remedy."""

_FIXTURES = {"student": OF_STUDENT, "reference": OF_REFERENCE}
_GIVEN = (*_FIXTURES, "device", "stated")
"""What a check may ask to be given."""


def check_calls(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    """Of a grader, and the types of exceptions that the YAML speaks of."""
    yield from _raised_types(exercise)
    if exercise.grader is None:
        return
    for place, what, remedy in _slips(exercise.grader, _own_exceptions(exercise)):
        yield CourseProblem(exercise.grader_path, place.lineno, place.col_offset + 1, what, remedy)


def check_shared_calls(files: CourseFiles) -> Iterator[CourseProblem]:
    """Of the files that graders share."""
    texts = [text for item in files.exercises.values() for text in item.document.lines]
    for shared in files.shared.values():
        own = _classes([ast.unparse(shared.tree), *texts])
        for place, what, remedy in _slips(shared.tree, own):
            yield CourseProblem(shared.path, place.lineno, place.col_offset + 1, what, remedy)


def _slips(grader: ast.Module, own: Collection[str]) -> Iterator[Slip]:
    imported = _imported_problems(grader)
    for node in ast.walk(grader):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _of_fixtures(node)
            yield from _nearly_given(node, grader)
        elif isinstance(node, ast.Expr):
            yield from _expects_nothing(node.value)
        elif isinstance(node, ast.Attribute) and _is_expecting(node.value):
            yield from _method(node, "what reference.expect() returns", OF_EXPECTATION)
        elif isinstance(node, ast.Call):
            yield from _of_call(node, imported, own)


def _of_fixtures(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Slip]:
    """What is asked of ``student`` and ``reference``, where a function is given them."""
    given = {item.arg for item in function.args.args}
    for node in ast.walk(function):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        name = node.value.id
        if name in given and name in _FIXTURES:
            yield from _method(node, name, _FIXTURES[name])


def _nearly_given(
    function: ast.FunctionDef | ast.AsyncFunctionDef, grader: ast.Module
) -> Iterator[Slip]:
    """What a check asks to be given: it may be a fixture of the file's own, but hardly one whose
    name is all but that of ours."""
    if not function.name.startswith("test_") or function.decorator_list:
        return
    for item in function.args.args:
        near = nearest(item.arg, _GIVEN, least=0.8)
        if near and item.arg not in (*_GIVEN, *_top_names(grader)):
            yield item, f"a check is given no {item.arg!r}", f"did you mean {near[0]!r}?"


def _top_names(grader: ast.Module) -> Iterator[str]:
    """What the file itself defines or imports."""
    for node in grader.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (item.asname or item.name for item in node.names)


def _method(node: ast.Attribute, owner: str, known: Collection[str]) -> Iterator[Slip]:
    if node.attr not in known and not node.attr.startswith("_"):
        yield node, f"{owner} has no {node.attr!r}", did_you_mean(node.attr, known)


def _expects_nothing(said: ast.expr) -> Iterator[Slip]:
    """A statement that begins to expect something, and does not say what."""
    bare = said.value if isinstance(said, ast.Attribute) else said
    if _is_expecting(bare):
        what = "expect() by itself expects nothing"
        yield said, what, "go on with .to_match(...) or another .to_…, with brackets"


def _of_call(call: ast.Call, imported: Mapping[str, str], own: Collection[str]) -> Iterator[Slip]:
    if isinstance(call.func, ast.Name) and call.func.id in imported:
        name = imported[call.func.id]
        yield from _keywords(call, name, OF_PROBLEMS[name])
        if name == "Descent":
            yield from _word(call, "reduction", REDUCTIONS)
        return
    if not isinstance(call.func, ast.Attribute):
        return
    method, owner = call.func.attr, call.func.value
    if _is_expecting(owner) and OF_EXPECTATION.get(method) is not None:
        yield from _keywords(call, method, OF_EXPECTATION[method] or ())
        yield from _expected(call, method, own)
    elif isinstance(owner, ast.Name) and owner.id in _FIXTURES:
        keywords = _FIXTURES[owner.id].get(method)
        if keywords is not None:
            yield from _keywords(call, method, keywords)
        if method == "inputs":
            yield from _word(call, "dtype", DTYPES)
        if method == "call":
            yield from _nearly_may_change(call)


def _keywords(call: ast.Call, called: str, known: Collection[str]) -> Iterator[Slip]:
    for keyword in call.keywords:
        if keyword.arg is not None and keyword.arg not in known:
            what = f"{called}() has no option {keyword.arg!r}"
            yield keyword.value, what, did_you_mean(keyword.arg, known)


def _nearly_may_change(call: ast.Call) -> Iterator[Slip]:
    """Any keyword may be the student's function's, but hardly one that is all but ours."""
    for keyword in call.keywords:
        if keyword.arg == "may_change" or not nearest(keyword.arg, ["may_change"], least=0.8):
            continue
        if keyword.arg is not None:
            what = f"{keyword.arg!r} would go to the student's function"
            yield keyword.value, what, "did you mean 'may_change'?"


def _word(call: ast.Call, option: str, known: Collection[str]) -> Iterator[Slip]:
    for keyword in call.keywords:
        word = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if keyword.arg == option and isinstance(word, str) and word not in known:
            yield keyword.value, f"{option}={word!r} is not known", did_you_mean(word, known)


def _expected(call: ast.Call, method: str, own: Collection[str]) -> Iterator[Slip]:
    """What cannot be meant by an expectation other than to_match."""
    if method == "to_be_one_of" and not call.args:
        yield call, "to_be_one_of() takes words", 'write to_be_one_of("up", "down")'
    if method == "to_raise" and call.args and isinstance(call.args[0], ast.Constant):
        name = call.args[0].value
        if isinstance(name, str) and not _is_exception(name, own):
            yield call.args[0], *_unknown_exception(name, own)


def _raised_types(exercise: ExerciseFiles) -> Iterator[CourseProblem]:
    """By which exceptions the YAML knows misconceptions."""
    own = _own_exceptions(exercise)
    for number, part in enumerate(exercise.spec.parts if exercise.spec else ()):
        if isinstance(part, ExplanationPart):
            continue
        for index, item in enumerate(part.misconceptions):
            if item.raises is None or _is_exception(item.raises.type, own):
                continue
            at = ("parts", number, "misconceptions", index, "raises", "type")
            yield exercise.problem(*_unknown_exception(item.raises.type, own), *at)


def _is_exception(name: str, own: Collection[str]) -> bool:
    """Whether there may be an exception of that name; of a library's nobody knows here."""
    module, _, last = name.rpartition(".")
    if module == "builtins":
        return last in OF_PYTHON
    return bool(module) or last in OF_PYTHON or last in OF_TORCH or last in own


def _unknown_exception(name: str, own: Collection[str]) -> tuple[str, str]:
    known = [*OF_PYTHON, *OF_TORCH, *sorted(own)]
    remedy = did_you_mean(
        name, known, "a library's is written with its module, as in numpy.exceptions.AxisError"
    )
    return f"no exception has the name {name!r}", remedy


def _own_exceptions(exercise: ExerciseFiles) -> set[str]:
    """Every class that the exercise itself defines, in any of its code."""
    texts = [cell.text for cell in exercise.solution or ()]
    if exercise.grader is not None:
        texts.append(ast.unparse(exercise.grader))
    texts += exercise.document.lines
    return _classes(texts)


def _classes(texts: Iterable[str]) -> set[str]:
    """The names of all classes that these texts define."""
    return {name for text in texts for name in re.findall(r"\bclass\s+(\w+)", text)}


def _is_expecting(node: ast.expr) -> bool:
    """Whether it is ``reference.expect(...)``."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = node.func.value
    return node.func.attr == "expect" and isinstance(owner, ast.Name) and owner.id == "reference"


def _imported_problems(grader: ast.Module) -> dict[str, str]:
    """Local name -> the class of ``gradeprop.gradients`` that it stands for."""
    return {
        item.asname or item.name: item.name
        for node in ast.walk(grader)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gradeprop")
        for item in node.names
        if item.name in OF_PROBLEMS
    }
