"""The small faults that people make when they write gradients: what each would change."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Final

from gradeprop.grading.mutants.edits import Edit, Source

_SYMBOLS: Final[dict[type[ast.AST], str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_OTHER_SIGN: Final = {"+": "-", "-": "+"}
_OTHER_OPERATOR: Final = {"*": "/", "/": "*", "**": "*"}
_OTHER_COMPARISON: Final = {
    "<": (">", "<="), "<=": (">=", "<"), ">": ("<", ">="), ">=": ("<=", ">"),
    "==": ("!=",), "!=": ("==",),
}  # fmt: skip
_OTHER_NAME: Final = {
    "sum": ("mean", "with another reduction"),
    "mean": ("sum", "with another reduction"),
    "max": ("min", "with another reduction"),
    "min": ("max", "with another reduction"),
    "no_grad": ("enable_grad", "without no_grad"),
}
_LEFT_OUT: Final = ("detach", "clone", "requires_grad_", "abs", "squeeze", "unsqueeze")
_SIMPLE: Final = (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return)


def edits(source: Source) -> list[Edit]:
    """Every edit that makes a mutant, in the order of the text and always the same."""
    found = [edit for node in ast.walk(source.tree) for make in _ALL for edit in make(source, node)]
    return sorted(dict.fromkeys(found), key=lambda edit: (edit.begin, edit.end, edit.text))


def _dropped_statements(source: Source, node: ast.AST) -> Iterator[Edit]:
    for body in (getattr(node, "body", None), getattr(node, "orelse", None)):
        if not isinstance(body, list):  # of a lambda or of `a if b else c`
            continue
        for statement in body:
            if not isinstance(statement, _SIMPLE) or _says_nothing(statement):
                continue
            lines = source.whole_lines(statement)
            if len(body) > 1 and lines is not None:
                yield Edit(*lines, "", "without this statement")
            else:
                begin, end = source.begin(statement), source.end(statement)
                yield Edit(begin, end, "pass", "without this statement")


def _says_nothing(statement: ast.stmt) -> bool:
    """A docstring, ``...``, a name or a print: nothing depends on it."""
    match statement:
        case ast.Expr(ast.Constant() | ast.Name() | ast.Call(ast.Name("print"))):
            return True
    return False


def _signs(source: Source, node: ast.AST) -> Iterator[Edit]:
    match node:
        case ast.UnaryOp(ast.USub(), operand):
            yield Edit(source.begin(node), source.begin(operand), "", "without the minus")
        case ast.BinOp(left, operator, right):
            symbol = _SYMBOLS.get(type(operator), "")
            if symbol in _OTHER_SIGN:
                yield from _between(
                    source, left, right, symbol, _OTHER_SIGN[symbol], "with the other sign"
                )
        case ast.AugAssign(target, operator, value):
            symbol = _SYMBOLS.get(type(operator), "")
            if symbol in _OTHER_SIGN:
                yield from _between(
                    source, target, value, symbol, _OTHER_SIGN[symbol], "with the other sign"
                )


def _operators(source: Source, node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.BinOp):
        symbol = _SYMBOLS.get(type(node.op), "")
        if symbol in _OTHER_OPERATOR:
            other = _OTHER_OPERATOR[symbol]
            yield from _between(
                source, node.left, node.right, symbol, other, "with another operation"
            )


def _comparisons(source: Source, node: ast.AST) -> Iterator[Edit]:
    if not isinstance(node, ast.Compare):
        return
    sides = [node.left, *node.comparators]
    for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
        symbol = _SYMBOLS.get(type(operator), "")
        for other in _OTHER_COMPARISON.get(symbol, ()):
            yield from _between(source, left, right, symbol, other, "with another comparison")


def _between(
    source: Source, left: ast.expr, right: ast.expr, symbol: str, other: str, what: str
) -> Iterator[Edit]:
    """Another symbol in the gap between two operands, where brackets may stand, too."""
    gap = source.between(source.end(left), source.begin(right))
    place = gap.find(symbol)
    if place >= 0:
        begin = source.end(left) + len(gap[:place].encode())
        yield Edit(begin, begin + len(symbol), other, what)


def _names(source: Source, node: ast.AST) -> Iterator[Edit]:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) if name in _OTHER_NAME:
            other, what = _OTHER_NAME[name]
            end = source.end(node)
            yield Edit(end - len(name), end, other, what)


def _left_out(source: Source, node: ast.AST) -> Iterator[Edit]:
    match node:
        case ast.Call(ast.Attribute(value, name)) if name in _LEFT_OUT:
            yield Edit(source.end(value), source.end(node), "", f"without {name}")


def _swapped(source: Source, node: ast.AST) -> Iterator[Edit]:
    match node:
        case ast.Call(args=[first, second, *_]) if not isinstance(first, ast.Starred):
            if isinstance(second, ast.Starred):
                return
            middle = source.between(source.end(first), source.begin(second))
            text = source.of(second) + middle + source.of(first)
            yield Edit(source.begin(first), source.end(second), text, "with its arguments swapped")


def _constants(source: Source, node: ast.AST) -> Iterator[Edit]:
    match node:
        case ast.Constant(bool() as value):
            yield Edit(
                source.begin(node), source.end(node), str(not value), "with another constant"
            )
        case ast.Constant(int() as value):
            yield Edit(
                source.begin(node), source.end(node), str(value + 1), "with another constant"
            )
        case ast.Constant(float() as value):
            other = repr(2 * value if value else 1.0)
            yield Edit(source.begin(node), source.end(node), other, "with another constant")


_ALL: Final[tuple[Callable[[Source, ast.AST], Iterator[Edit]], ...]] = (
    _dropped_statements,
    _signs,
    _operators,
    _comparisons,
    _names,
    _left_out,
    _swapped,
    _constants,
)
