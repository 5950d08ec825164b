"""Which assignments in a grader give the same wherever and whenever they run."""

from __future__ import annotations

import ast
from typing import Final

__all__ = ["is_constant"]

_TENSORS: Final = frozenset({
    "tensor", "zeros", "ones", "full", "eye", "arange", "linspace", "diag", "stack", "cat",
    "reshape", "double", "float", "to", "clone", "size",
})  # fmt: skip
_PYTHON: Final = frozenset({
    "abs", "dict", "enumerate", "float", "frozenset", "int", "len", "list", "max", "min", "range",
    "reversed", "round", "set", "sorted", "str", "sum", "tuple", "zip",
})  # fmt: skip
_NEVER: Final = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda)


def is_constant(statement: ast.stmt) -> bool:
    """Whether it binds one name to literals, arithmetic with them, and tensors made of them."""
    if isinstance(statement, ast.Assign):
        alone = [type(target) for target in statement.targets] == [ast.Name]
        return alone and _is_fixed(statement.value)
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.value is not None and _is_fixed(statement.value)
    return False


def _is_fixed(value: ast.expr) -> bool:
    nodes = list(ast.walk(value))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return all(map(_repeats, calls)) and not any(isinstance(node, _NEVER) for node in nodes)


def _repeats(call: ast.Call) -> bool:
    """Whether it gives the same each time."""
    if isinstance(call.func, ast.Name):
        return call.func.id in _PYTHON
    if not isinstance(call.func, ast.Attribute):
        return False
    of_math = isinstance(call.func.value, ast.Name) and call.func.value.id == "math"
    return of_math or call.func.attr in _TENSORS
