"""Whether a late answer is as good as one at the place, seen from the code alone.

A late answer that is not right is asked again, which costs a further run of the notebook. That can
make no difference where what was asked is a plain function (of its arguments, of constants and of
other plain functions) and no cell does anything but compute and bind names of its own. Both are
told from a short list of words (see `gradeprop.grading.run.vocabulary`): whatever is not on it
means that the check is asked again. Nothing here runs or believes student code; who tricks it only
has a wrong answer of his own count."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from gradeprop.course.keys import PartKey
from gradeprop.grading.run.cell_code import CellCode, imported_words, read_cell, read_function
from gradeprop.grading.run.vocabulary import (
    ATTRIBUTES,
    BUILTINS,
    NOT_IN_FUNCTIONS,
    PLOTS,
    SHARED,
)
from gradeprop.notebook.restore import RunCell
from gradeprop.session.interface import CellOutcome

__all__ = ["Settled", "leaves_nothing"]

_MOST_CONSTANTS = 64


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
        self._codes: list[CellCode | None] = []
        self._by_students: list[CellCode] = []
        self._places: dict[PartKey, int] = {}
        for cell in cells:
            if cell.judge is not None:
                self._places[cell.judge] = len(self._codes)
            elif cell.runs:
                ended = ran[id(cell)].status in ("ok", "error")
                code = read_cell(cell.source) if ended else None
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
        if _sets_what_is_shared(written.values(), bound):
            return False
        return _Plain(_bound_in(earlier), _bound_in(later)).are(names)


def leaves_nothing(before: Iterable[str], source: str, names: Iterable[str]) -> bool:
    """Whether calls of ``names`` give the same however often they are asked in one process that has
    run ``source`` after the cells ``before``, as far as can be told from the code."""
    code, *earlier = map(read_cell, (source, *before))
    if code is None:
        return False
    known = [item for item in (*earlier, code) if item is not None]
    if len(known) != len(earlier) + 1:
        return False
    bound = _bound_in(known)
    if not _computes_only(code, bound.keys()) or _sets_what_is_shared([code], bound):
        return False
    return _Plain(bound, {}).are(names)


_Bound: TypeAlias = dict[str, list[ast.stmt | None]]


def _bound_in(codes: Iterable[CellCode]) -> _Bound:
    """All bindings of each global name, with their statements."""
    bound: _Bound = {}
    for code in codes:
        for name, statement in code.binds:
            bound.setdefault(name, []).append(statement)
    return bound


def _computes_only(code: CellCode, bound: Iterable[str]) -> bool:
    """Whether a cell does nothing but compute and bind names of its own."""
    return code.plain and code.names <= BUILTINS.union(bound) and code.attributes <= ATTRIBUTES


def _sets_what_is_shared(codes: Iterable[CellCode], bound: _Bound) -> bool:
    """Whether what is set may be an attribute of a library's module or class, which a name of one's
    own can stand for: `T = torch.Tensor`, then `T.grad = None`."""
    if not any(code.sets for code in codes):
        return False
    modules = {name for name, found in bound.items() if any(map(_is_import_of_module, found))}
    shared = SHARED | modules
    return any("type" in code.names or code.held & shared for code in codes)


def _is_import_of_module(statement: ast.stmt | None) -> bool:
    return isinstance(statement, ast.Import)


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
            return frozenset() if same and not _is_of_plots(statements) else None
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
        code = read_function(function)
        functions = {name for name, found in self._bound.items() if _is_function(found)}
        if not code.plain or not code.attributes <= ATTRIBUTES - NOT_IN_FUNCTIONS:
            return None
        if code.looked_into & functions:  # a function can carry state, too
            return None
        return code.names


def _is_function(statements: Sequence[ast.stmt | None]) -> bool:
    return any(isinstance(item, ast.FunctionDef) for item in statements)


def _is_of_plots(imports: Sequence[ast.stmt | None]) -> bool:
    return any(
        word in PLOTS
        for item in imports
        if isinstance(item, (ast.Import, ast.ImportFrom))
        for word in imported_words(item)
    )


def _is_constant(value: ast.expr) -> bool:
    """Numbers, strings and tuples of them, and arithmetic with them."""
    parts = list(ast.walk(value))
    kinds = (ast.Constant, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.operator, ast.unaryop, ast.Load)
    return len(parts) <= _MOST_CONSTANTS and all(isinstance(part, kinds) for part in parts)
