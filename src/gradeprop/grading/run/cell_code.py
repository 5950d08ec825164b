"""What the code of one cell says, in the words that it uses. Nothing here runs it."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gradeprop.grading.run.vocabulary import MODULES, PLOTS

__all__ = ["CellCode", "imported_words", "read_cell", "read_function"]

# What may be left in the middle, with a mode set that somebody meets then.
_LEAVES_OPEN = {
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
    ast.AsyncFor,
    ast.AsyncWith,
    ast.AsyncFunctionDef,
    ast.Global,
}
_IMPORTS = (ast.Import, ast.ImportFrom)
# Where a function's node keeps what it says.
_READ = "gradeprop_read"
_PICTURES_INLINE = re.compile(r"^%matplotlib inline[ \t]*$", re.MULTILINE)
# What libraries are called in nearly every notebook.
_LIBRARIES = {name.partition(".")[0] for name in MODULES} | {"nn", "F", "optim", "np", "plt"}
_MAY_BE_SET = frozenset({"grad", "data", "requires_grad"})


@dataclass(frozen=True)
class CellCode:
    """What the code of one cell says.

    Attributes:
        binds: each global name that it binds, once for every time, and the top-level statement if
            that is a plain one.
        names: the global ones that it looks up, at the top or in any function.
        attributes: what stands after a dot, and what it imports by name; not what methods of its
            own classes say of ``self``, nor where one of the attributes that these give to ``self``
            is looked up elsewhere and not called.
        held: the names, and the words after a dot, that stand for a value by themselves: that are
            neither called, looked into nor derived from. What it imports by name may be.
        looked_into: the names that a dot follows.
        sets: whether it sets attributes.
        plain: whether its statements are all of a kind that changes nothing else.
    """

    binds: tuple[tuple[str, ast.stmt | None], ...]
    names: frozenset[str]
    attributes: frozenset[str]
    held: frozenset[str]
    looked_into: frozenset[str]
    sets: bool
    plain: bool


@lru_cache(maxsize=4096)
def read_cell(source: str) -> CellCode | None:
    """What a cell says; None if it is not Python alone, but for where pictures are to be shown."""
    text = _PICTURES_INLINE.sub("", source)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    code = _read(tree, text)
    if len(tree.body) == 1 and isinstance(tree.body[0], ast.FunctionDef):
        vars(tree.body[0])[_READ] = code  # which need not be read once more by itself
    return code


def read_function(function: ast.FunctionDef) -> CellCode:
    """What one function of a cell says."""
    known: CellCode | None = vars(function).get(_READ)
    if known is None:
        tree = ast.Module([function], [])
        known = vars(function)[_READ] = _read(tree, ast.unparse(tree))
    return known


def _read(tree: ast.Module, text: str) -> CellCode:
    """What the code of ``tree`` says, which is that of ``text``."""
    attributes = set[str]()
    nodes = tuple(ast.walk(tree))
    kinds = set(map(type, nodes))
    looked_up = [node for node in nodes if isinstance(node, ast.Attribute)]
    own = _of_self(nodes) if ast.ClassDef in kinds else set()
    own |= _of_its_kind(nodes, looked_up, own) if own else set()
    plain = not kinds & _LEAVES_OPEN
    for node in looked_up:
        if id(node) not in own:
            plain = plain and _may_stand(node)
            attributes.add(node.attr)
    for imported in (node for node in nodes if isinstance(node, _IMPORTS)):
        plain = plain and _may_import(imported)
        attributes.update(imported_words(imported))
    return CellCode(
        tuple(_bindings(tree)),
        frozenset(_globals_in(symtable.symtable(text, "cell", "exec"))),
        frozenset(attributes),
        frozenset(_held_in(nodes)),
        frozenset(node.value.id for node in looked_up if isinstance(node.value, ast.Name)),
        not all(isinstance(node.ctx, ast.Load) for node in looked_up),
        plain,
    )


def _of_self(nodes: Iterable[ast.AST]) -> set[int]:
    """The identities of the nodes by which methods of the code's own classes mean their object's
    attributes."""
    methods = [
        item
        for node in nodes
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


def _of_its_kind(
    nodes: Sequence[ast.AST], looked_up: Sequence[ast.Attribute], of_self: set[int]
) -> set[int]:
    """The identities of the nodes that look up what those in ``of_self`` set, of any object but a
    library, which may have another thing of that name."""
    given = {
        node.attr for node in looked_up if id(node) in of_self and isinstance(node.ctx, ast.Store)
    }
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    return {
        id(node)
        for node in looked_up
        if node.attr in given and isinstance(node.ctx, ast.Load) and id(node) not in called
        if not _is_of_library(node)
    }


def _is_of_library(node: ast.Attribute) -> bool:
    inner: ast.expr = node.value
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return isinstance(inner, ast.Name) and inner.id in _LIBRARIES


def _held_in(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """The words that code takes the values of, to bind, pass on or keep."""
    passed_through, words = set[int](), list[ast.Attribute | ast.Name]()
    for node in nodes:
        if isinstance(node, ast.Name):
            words.append(node)
        elif isinstance(node, ast.Attribute):
            passed_through.add(id(node.value))
            words.append(node)
        elif isinstance(node, ast.Call):
            passed_through.add(id(node.func))
        elif isinstance(node, ast.ClassDef):
            passed_through.update(map(id, node.bases))
        elif isinstance(node, _IMPORTS):
            yield from imported_words(node)
            yield from (alias.name.rpartition(".")[2] for alias in node.names if alias.asname)
    for word in words:
        if id(word) in passed_through:
            continue
        if isinstance(word, ast.Attribute):
            yield word.attr
        elif isinstance(word.ctx, ast.Load):
            yield word.id


def _may_stand(node: ast.Attribute) -> bool:
    """Whether it is looked up, or set for a tensor that a name of its own means."""
    if isinstance(node.ctx, ast.Load):
        return True
    return node.attr in _MAY_BE_SET and isinstance(node.value, ast.Name)


def _may_import(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.Import):
        return all(alias.name in MODULES for alias in node.names)
    return node.level == 0 and node.module in MODULES


def imported_words(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """What is imported by name, and the library where that is one for plots."""
    if isinstance(node, ast.ImportFrom):
        yield from (alias.name for alias in node.names)
        paths = [node.module or ""]
    else:
        paths = [alias.name for alias in node.names]
    yield from {path.partition(".")[0] for path in paths} & PLOTS


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
