"""Code as the sequence of what it does, so that other names, spaces and comments change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pygments.lexers import PythonLexer
from pygments.token import Comment, Name, Number, String, Text

_MOST = 20_000
"""Characters of an answer that are looked at: beyond, there is something else than an answer."""
_KEPT = frozenset({"torch", "nn", "F", "optim", "math", "np", "numpy", "plt"})
"""Names of modules, which nobody chooses."""


@dataclass(frozen=True)
class CodeToken:
    """One token; ``line`` counts from 0."""

    text: str
    line: int


def tokens(source: str) -> list[CodeToken]:
    """The tokens of Python code, which need not be correct.

    Names that somebody chose are all ``N``, numbers ``0`` and strings ``S``; keywords, operators,
    builtins, modules and what stands after a dot (``.grad``, ``.backward``) stay. Comments, texts
    that document and line ends are left out.
    """
    found = []
    line, before = 0, ""
    for kind, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(source[:_MOST]):
        shown = _shown(kind, text, before)
        if shown:
            # One string is several tokens to the lexer.
            if not (shown == "S" and before == "S"):
                found.append(CodeToken(shown, line))
            before = shown
        line += text.count("\n")
    return found


def _shown(kind: Any, text: str, before: str) -> str:
    """A token's stand-in; empty for what counts for nothing."""
    stripped = text.strip()
    if not stripped or kind in Comment or kind in Text or kind in String.Doc:
        return ""
    if kind in String:
        return "S"
    if kind in Number:
        return "0"
    if kind in Name and kind not in Name.Builtin:
        return stripped if before == "." or stripped in _KEPT else "N"
    return stripped
