"""Looks at Python text without ever running it."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass


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
    first, second = parse_python(one)[0], parse_python(other)[0]
    return first is not None and second is not None and ast.dump(first) == ast.dump(second)


def assigned_text(tree: ast.Module, name: str) -> str | None:
    """The text that the last plain ``name = "…"`` at top level assigns; None if there is none."""
    found = None
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets: list[ast.expr] = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        else:
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            value = node.value
            found = (
                value.value
                if isinstance(value, ast.Constant) and isinstance(value.value, str)
                else None
            )
    return found


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
