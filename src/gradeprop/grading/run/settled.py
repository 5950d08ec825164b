"""Whether a late answer is as good as one at the place, seen from the code alone.

A late answer that is not right is asked again, which costs a further run of the notebook. That can
make no difference where what was asked is a plain function (of its arguments, of constants and of
other plain functions) and no cell does anything but compute and bind names of its own. Both are
told from a short list of words (see `gradeprop.grading.run.vocabulary`): whatever is not on it
means that the check is asked again. Nothing here runs or believes student code; who tricks it only
has a wrong answer of his own count."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from gradeprop.course.keys import PartKey
from gradeprop.grading.run.vocabulary import ATTRIBUTES, BUILTINS, DRAWS, MODULES
from gradeprop.notebook.restore import RunCell
from gradeprop.session.interface import CellOutcome

__all__ = ["Settled"]

# What may be left in the middle, with a mode set that somebody meets then.
_LEAVES_OPEN = (
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
    ast.AsyncFor,
    ast.AsyncWith,
    ast.AsyncFunctionDef,
)
_MAY_BE_SET = frozenset({"grad", "data", "requires_grad"})
_MOST_CONSTANTS = 64


@dataclass(frozen=True)
class _Cell:
    """What the code of one cell says.

    Attributes:
        binds: each global name that it binds, once for every time, and the top-level statement if
            that is a plain one.
        names: the global ones that it looks up, at the top or in any function.
        attributes: what stands after a dot, and what it imports by name; not what methods of its
            own classes say of ``self``.
        plain: whether its statements are all of a kind that changes nothing else.
    """

    binds: tuple[tuple[str, ast.stmt | None], ...]
    names: frozenset[str]
    attributes: frozenset[str]
    plain: bool


class Settled:
    """Of one notebook.

    Args:
        cells: all that ran and the places between them, in order.
        outcomes: what came of those that ran.
    """

    def __init__(
        self, cells: Sequence[RunCell], outcomes: Sequence[tuple[RunCell, CellOutcome]]
    ) -> None:
        ran = {id(cell): outcome for cell, outcome in outcomes}
        self._codes: list[_Cell | None] = []
        self._by_students: list[_Cell] = []
        self._places: dict[PartKey, int] = {}
        for cell in cells:
            if cell.judge is not None:
                self._places[cell.judge] = len(self._codes)
            elif cell.kind == "code":
                ended = ran[id(cell)].status in ("ok", "error")
                code = _read(cell.source) if ended else None
                self._codes.append(code)
                if code is not None and cell.origin != "release":
                    self._by_students.append(code)

    def is_settled(self, part: PartKey, names: Iterable[str]) -> bool:
        """Whether calls of ``names`` after the last cell give what they gave at the part's place,
        as far as that depends on the notebook."""
        known = [code for code in self._codes if code is not None]
        if len(known) != len(self._codes):
            return False
        place = self._places[part]
        earlier, later = known[:place], known[place:]
        # A later cell may call what an earlier one has defined.
        written = {id(code): code for code in (*self._by_students, *later)}
        bound = _bound_in(known)
        if not all(_computes_only(code, bound.keys()) for code in written.values()):
            return False
        return _Plain(_bound_in(earlier), _bound_in(later)).are(names)


_Bound: TypeAlias = dict[str, list[ast.stmt | None]]


def _bound_in(codes: Iterable[_Cell]) -> _Bound:
    """All bindings of each global name, with their statements."""
    bound: _Bound = {}
    for code in codes:
        for name, statement in code.binds:
            bound.setdefault(name, []).append(statement)
    return bound


def _computes_only(code: _Cell, bound: Iterable[str]) -> bool:
    """Whether a cell does nothing but compute and bind names of its own."""
    return code.plain and code.names <= BUILTINS.union(bound) and code.attributes <= ATTRIBUTES


class _Plain:
    """Tells plain functions, by all statements before the place that bind a name, and after it."""

    def __init__(self, bound: _Bound, later: _Bound) -> None:
        self._bound = bound
        self._later = later

    def are(self, names: Iterable[str]) -> bool:
        """Whether each of these is one, and so is all that they name."""
        waiting, seen = list(names), set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            found = self._named_by(name)
            if found is None:
                return False
            waiting += found
        return True

    def _named_by(self, name: str) -> frozenset[str] | None:
        """The names that the one thing which ``name`` means refers to; None if it is not plain."""
        statements, later = self._bound.get(name, []), self._later.get(name, [])
        if not statements:
            return frozenset() if name in BUILTINS and not later else None
        if all(isinstance(item, (ast.Import, ast.ImportFrom)) for item in (*statements, *later)):
            same = len({ast.dump(item) for item in (*statements, *later) if item}) == 1
            return frozenset() if same else None
        if len(statements) != 1 or later:
            return None
        (statement,) = statements
        if isinstance(statement, ast.FunctionDef):
            return self._in_function(statement)
        if isinstance(statement, ast.Assign) and _is_constant(statement.value):
            return frozenset()
        return None

    def _in_function(self, function: ast.FunctionDef) -> frozenset[str] | None:
        defaults = [*function.args.defaults, *filter(None, function.args.kw_defaults)]
        if function.decorator_list or not all(map(_is_constant, defaults)):
            return None
        code = _read_tree(ast.Module([function], []))
        functions = {name for name, found in self._bound.items() if _is_function(found)}
        if not code.plain or not code.attributes <= ATTRIBUTES - DRAWS:
            return None
        if any(_looks_into(node, functions) for node in ast.walk(function)):
            return None
        return code.names


def _is_function(statements: Sequence[ast.stmt | None]) -> bool:
    return any(isinstance(item, ast.FunctionDef) for item in statements)


def _looks_into(node: ast.AST, functions: set[str]) -> bool:
    """A function can carry state, too."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in functions
    )


def _is_constant(value: ast.expr) -> bool:
    """Numbers, strings and tuples of them, and arithmetic with them."""
    parts = list(ast.walk(value))
    kinds = (ast.Constant, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.operator, ast.unaryop, ast.Load)
    return len(parts) <= _MOST_CONSTANTS and all(isinstance(part, kinds) for part in parts)


@lru_cache(maxsize=4096)
def _read(source: str) -> _Cell | None:
    """What a cell says; None if it is not Python alone."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _read_tree(tree)


def _read_tree(tree: ast.Module) -> _Cell:
    attributes = set[str]()
    own, plain = _of_self(tree), True
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and id(node) not in own:
            plain = plain and _may_stand(node)
            attributes.add(node.attr)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            plain = plain and _may_import(node)
            if isinstance(node, ast.ImportFrom):
                attributes.update(alias.name for alias in node.names)
        elif isinstance(node, (*_LEAVES_OPEN, ast.Global)):
            plain = False
    return _Cell(
        tuple(_bindings(tree)),
        frozenset(_globals_in(symtable.symtable(ast.unparse(tree), "cell", "exec"))),
        frozenset(attributes),
        plain and not ("Tensor" in attributes and _sets_attributes(tree)),
    )


def _of_self(tree: ast.Module) -> set[int]:
    """The identities of the nodes by which methods of the code's own classes mean their object's
    attributes."""
    methods = [
        item
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.FunctionDef) and item.args.args[:1]
    ]
    return {
        id(node)
        for method in methods
        for node in ast.walk(method)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self" == method.args.args[0].arg
    }


def _sets_attributes(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
        for node in ast.walk(tree)
    )


def _may_stand(node: ast.Attribute) -> bool:
    """Whether it is looked up, or set for a tensor that a name of its own means."""
    if isinstance(node.ctx, ast.Load):
        return True
    return node.attr in _MAY_BE_SET and isinstance(node.value, ast.Name)


def _may_import(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.Import):
        return all(alias.name in MODULES for alias in node.names)
    return node.level == 0 and node.module in MODULES


def _globals_in(scope: symtable.SymbolTable) -> Iterator[str]:
    """The global names that code in a scope looks up, and in those within it."""
    top = scope.get_type() == "module"
    for symbol in scope.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name()
    for inner in scope.get_children():
        yield from _globals_in(inner)


def _bindings(tree: ast.Module) -> Iterator[tuple[str, ast.stmt | None]]:
    """Each binding of a global name, with its statement if it stands at the top by itself."""
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            yield statement.name, statement
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            for name in _imported(statement):
                yield name, statement
        else:
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            alone = list(map(type, targets)) == [ast.Name]
            for name in _stored_in(statement):
                yield name, statement if alone else None


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    for alias in node.names:
        yield alias.asname or alias.name.split(".")[0]


def _stored_in(tree: ast.AST) -> Iterator[str]:
    """The names that code binds or deletes, also those that are only local in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from _imported(node)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest
