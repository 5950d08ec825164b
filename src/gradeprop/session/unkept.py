"""Why a name is missing though a cell defines it: a magic that keeps no names, or a ``del``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from gradeprop.session.interface import Missing

__all__ = ["not_kept"]

# Magics that run a cell apart from the notebook's names, or do not run it at all.
_APART: Final = frozenset({
    "bash", "file", "html", "HTML", "javascript", "js", "latex", "markdown", "perl", "pypy",
    "python", "python2", "python3", "ruby", "script", "sh", "svg", "SVG", "sx", "system",
    "timeit", "writefile",
})  # fmt: skip
# As a student writes it, and as IPython keeps it.
_MAGIC = re.compile(r"\s*(?:%%|get_ipython\(\)\.run_cell_magic\(['\"])(\w+)")


def not_kept(missing: Missing, cells: Sequence[str]) -> Missing:
    """``missing`` with the magic that is to blame, if the last cell with the name has one, or with
    the ``del`` that was the last thing done with it.

    Args:
        cells: sources of the student's cells, in order.
    """
    if missing.found_type is not None:
        return missing
    word = re.compile(rf"\b{re.escape(missing.name)}\b")
    if _is_deleted(missing.name, [source for source in cells if word.search(source)]):
        return replace(missing, deleted_by=f"`del {missing.name}`")
    for source in reversed(cells):
        magic = _MAGIC.match(source)
        if magic is not None and magic[1] in _APART and word.search(source, magic.end()):
            return replace(missing, unkept_by=f"%%{magic[1]}")
    return missing


def _is_deleted(name: str, cells: Sequence[str]) -> bool:
    """Whether the last that was done with a name is to delete it."""
    for source in reversed(cells):
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        done = [context for found, context in _bindings(tree) if found == name]
        if done:
            return isinstance(done[-1], ast.Del)
    return False


def _bindings(tree: ast.AST) -> Iterator[tuple[str, ast.expr_context]]:
    """The names that code binds or deletes, in order; not those of its functions and classes."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, ast.Store()
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((item.asname or item.name, ast.Store()) for item in node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id, node.ctx
        else:
            yield from _bindings(node)
