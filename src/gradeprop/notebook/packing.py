"""The part of gradeprop that ``gp.check`` needs, as text that a set-up cell can carry."""

from __future__ import annotations

import ast
import base64
import bz2
import hashlib
import io
import json
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gradeprop.version import __version__

_SOURCE = Path(__file__).resolve().parents[2]
CARRIER = "gradeprop/notebook/carried.py"
"""The file that imports the others, in a notebook."""
_ROOTS = (
    "gradeprop",
    "gradeprop.grading.public.in_notebook",
    CARRIER.removesuffix(".py").replace("/", "."),
)
_LINE = 1000  # characters; a notebook keeps every line as a string of its own


@dataclass(frozen=True)
class Package:
    """Sources of gradeprop, packed.

    Attributes:
        version: of gradeprop.
        digest: the first 12 hexadecimal digits of the SHA-256 of the sources.
        text: JSON, ``{path: source}``, by `as_text`.
    """

    version: str
    digest: str
    text: str


@cache
def packed() -> Package:
    """What a notebook needs: the same for the same sources."""
    files = {
        _path(name).relative_to(_SOURCE).as_posix(): _lean(_path(name).read_text("utf-8"))
        for name in sorted(student_modules())
    }
    data = json.dumps(files, sort_keys=True, separators=(",", ":")).encode()
    return Package(__version__, hashlib.sha256(data).hexdigest()[:12], as_text(data))


def as_text(data: bytes) -> str:
    """Base64 of bzip2 of ``data``, in lines: ASCII without quotes or backslashes.

    Of sources it takes a fifth less than zlib."""
    coded = base64.b64encode(bz2.compress(data)).decode()
    return "\n".join(coded[at : at + _LINE] for at in range(0, len(coded), _LINE))


def student_modules() -> set[str]:
    """What ``gp.check`` imports of gradeprop, and what that imports, also within functions."""
    found: set[str] = set()
    waiting = list(_ROOTS)
    while waiting:
        name = waiting.pop()
        if name in found or not name.startswith("gradeprop") or not _is_module(name):
            continue
        found.add(name)
        if "." in name:
            waiting.append(name.rpartition(".")[0])
        waiting += _imported(ast.parse(_path(name).read_text("utf-8")))
    return found


def _path(name: str) -> Path:
    path = _SOURCE.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _is_module(name: str) -> bool:
    return _path(name).is_file()


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        yield from _imported(node)


def _lean(source: str) -> str:
    """The source without its comments and the docstrings of what is private, a third of it; every
    line keeps its number. The package's own docstrings stay: ``help(gp.check)``."""
    if source.startswith('"""gradeprop:'):
        return source
    lines = source.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip()
    for text in _docstrings(ast.parse(source)):
        first, last = text.lineno - 1, (text.end_lineno or text.lineno) - 1
        # Columns count bytes; before a docstring there are only blanks.
        lines[first] = lines[first][: text.col_offset] + '""'
        lines[first + 1 : last + 1] = [""] * (last - first)
    return "\n".join(lines)


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            match node.body:
                case [ast.Expr(ast.Constant(str()) as text), *_]:
                    yield text
