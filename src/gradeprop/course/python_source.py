"""Looks at Python text without ever running it."""

from __future__ import annotations

import ast
import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True)
class SyntaxFault:
    """Why a text is not Python; ``line`` and ``column`` count from 1 within the text."""

    line: int
    column: int
    what: str


def parse_python(text: str) -> tuple[ast.Module | None, SyntaxFault | None]:
    """The syntax tree of a cell or file, or why there is none. Top-level ``await`` is allowed, as
    in a notebook; IPython's magics (``%`` and ``!`` lines) are not."""
    try:
        with warnings.catch_warnings():
            # an invalid escape in a docstring is no reason to refuse
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            # What only the compiler sees, such as a return outside a function.
            compile(
                tree, "<course>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
            )
    except SyntaxError as error:
        return None, SyntaxFault(
            error.lineno or 1, error.offset or 1, f"is not Python: {error.msg}"
        )
    except (ValueError, RecursionError, MemoryError) as error:
        return None, SyntaxFault(1, 1, f"is not Python: {error or 'nested too deeply'}")
    return tree, None


def same_code(one: str, other: str) -> bool:
    """Whether two texts are the same but for comments and layout; False if either is not Python."""
    first, second = _meaning(one), _meaning(other)
    return first is not None and first == second


@lru_cache(maxsize=4096)  # one solution is compared with every sample
def _meaning(text: str) -> str | None:
    tree, _ = parse_python(text)
    return None if tree is None else ast.dump(tree)


def assigned_literals(tree: ast.Module) -> dict[str, Any]:
    """What plain assignments at top level bind names to, the last of each, where that is written
    as a literal; ``a, b = 1, 2`` counts, too."""
    found: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets: list[ast.expr] = node.targets
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        else:
            continue
        assert node.value is not None
        for target in targets:
            for name, value in _bound(target, node.value):
                found.pop(name, None)
                with contextlib.suppress(ValueError, TypeError, MemoryError, RecursionError):
                    found[name] = ast.literal_eval(value)
    return found


def assigned_names(tree: ast.Module) -> set[str]:
    """Every name that is stored to anywhere in a text."""
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _bound(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        for one, item in zip(target.elts, value.elts, strict=False):
            yield from _bound(one, item)


def collected_tests(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions at top level that pytest would collect, in order, repeated names included."""
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
    ]


def escaped(text: str) -> str:
    """A text that can be printed: bytes of a file's name that are not UTF-8 are shown as
    ``\\udcff``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
