"""Whether what a grader runs on the student's side can travel there, as far as its text tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gradeprop.course.folder import ExerciseFiles
from gradeprop.course.harness import PythonFile, bindings, shared_name, travelling
from gradeprop.errors import CourseProblem

__all__ = ["check_harnesses"]

_ASKING: Final = ("run", "call")
_HOME: Final = "define it with def at the top of the file, and pass it what it needs as arguments"


def check_harnesses(
    exercise: ExerciseFiles, shared: Mapping[str, PythonFile]
) -> Iterator[CourseProblem]:
    """Functions given to ``student.run`` or ``student.call`` that name what does not travel.

    What is passed under a name of the test's own is looked at when the check is written.
    """
    file = exercise.grader_file
    if file is None:
        return
    seen: set[str] = set()
    for function in file.tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        own = _own_names(function)
        for call in _questions(function):
            for passed in _passed(call):
                yield from _one(passed, call, own, file, shared, seen)


def _one(
    passed: ast.expr,
    call: ast.Call,
    own: Mapping[str, ast.AST],
    file: PythonFile,
    shared: Mapping[str, PythonFile],
    seen: set[str],
) -> Iterator[CourseProblem]:
    if isinstance(passed, ast.Lambda):
        yield _problem(file, passed, "a lambda cannot run on the student's side", _HOME)
        return
    if not isinstance(passed, ast.Name):
        return
    name = passed.id
    if name in own:
        if isinstance(own[name], ast.FunctionDef | ast.Lambda):
            what = f"{name!r} is defined inside a function, and cannot run on the student's side"
            yield _problem(file, passed, what, _HOME)
        return
    found = bindings(file.tree).get(name, [])
    if any(_is_function(item, name) for item in found):
        if name not in seen:
            seen.add(name)
            yield from travelling(name, file, shared).refused
    elif _is_harness(passed, call):
        what = f"student.run() is given {name!r}, which is no function of this file"
        yield _problem(file, passed, what, _HOME)


def _is_function(statement: ast.stmt, name: str) -> bool:
    return isinstance(statement, ast.FunctionDef) or shared_name(statement, name) is not None


def _is_harness(passed: ast.expr, call: ast.Call) -> bool:
    """Whether it is what ``student.run`` is to run."""
    assert isinstance(call.func, ast.Attribute)
    return call.func.attr == "run" and bool(call.args) and passed is call.args[0]


def _questions(function: ast.FunctionDef) -> Iterator[ast.Call]:
    """Its calls of ``student.run`` and ``student.call``."""
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _ASKING
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "student"
        ):
            yield node


def _passed(call: ast.Call) -> Iterator[ast.expr]:
    """What is passed, also in lists, tuples and dicts that are written there."""
    waiting = [*call.args, *(item.value for item in call.keywords)]
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, ast.List | ast.Tuple):
            waiting += item.elts
        elif isinstance(item, ast.Dict):
            waiting += item.values
        else:
            yield item


def _own_names(function: ast.FunctionDef) -> dict[str, ast.AST]:
    """The names that are a function's own, each with what it is bound to where that is plain."""
    arguments = function.args
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    own: dict[str, ast.AST] = {item.arg: item for item in given}
    for node in _below(function.body):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            own[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            own[node.targets[0].id] = node.value
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.setdefault(node.id, node)
    return own


def _below(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    for statement in body:
        yield from ast.walk(statement)


def _problem(file: PythonFile, at: ast.expr, what: str, remedy: str) -> CourseProblem:
    return CourseProblem(file.path, at.lineno, at.col_offset + 1, what, remedy)
