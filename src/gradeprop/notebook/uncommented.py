"""Code without what its author wrote beside it."""

from __future__ import annotations

import re

from pygments.lexers import PythonLexer
from pygments.token import Comment, String

__all__ = ["without_comments"]

_BLANK_LINES = re.compile(r"\n[ \t]*(?=\n)")


def without_comments(source: str) -> str:
    """Code without comments, docstrings and the blank lines that they leave. A lexer reads it and
    never Python's parser: nobody knows what a student's source holds."""
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    kept = [
        text
        for kind, text in lexer.get_tokens(source)
        if kind not in Comment and kind is not String.Doc
    ]
    lines = (line.rstrip() for line in "".join(kept).split("\n"))
    return _BLANK_LINES.sub("", "\n".join(lines)).strip("\n")
