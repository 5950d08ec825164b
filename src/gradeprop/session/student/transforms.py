"""IPython's input transformation, without taking cells apart that have nothing to transform.

IPython looks for ``%magic``, ``!command`` and ``help?`` by tokens, and for prompts that were pasted
along by regular expressions over the whole cell: more than half of all that a cell takes in a fresh
process. A glance at the text tells for most cells that there is nothing to find."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from IPython.core.inputtransformer2 import (
    TransformerManager,
    classic_prompt,
    ipython_prompt,
    leading_indent,
)

__all__ = ["QuickTransformers", "may_await", "may_warn"]

Transform: TypeAlias = Callable[[list[str]], list[str]]

_BY_TOKENS: Final = tuple(TransformerManager().token_transformers)
# What a magic, a command or a question for help begins or ends with, where one could stand. One
# expression for each: a search for a fixed first letter is far faster, and set-up cells are long.
_AT_FIRST: Final = tuple("%!,;/?")
_ASSIGNED = re.compile(r"=[ \t]*[%!]")
_AT_LAST = re.compile(r"\?[ \t]*(#.*)?$", re.MULTILINE)
# What Python's compiler warns of most: escapes that are none, literals compared by identity, and
# tuples that are asserted.
_ODD_ESCAPE = re.compile(r"\\[^\n\\'\"abfnrtvxuUN0-7]")
_ASSERTED = re.compile(r"assert\s*\(")
# One expression that looks for all of it from each letter on takes ten times as long.
_IS = re.compile(r"is\b(\s*(not\b\s*)?[-\d'\"([{])?")
_NEAR: Final = 16
_LITERAL_ENDS: Final = tuple("0123456789'\"")
_LINE_PROMPTS: Final = (">>>", "...")
_PROMPT: Final = "In ["


class QuickTransformers(TransformerManager):
    """Transforms as its base class does."""

    def __init__(self) -> None:
        super().__init__()
        quick: dict[Any, Callable[[Transform], Transform]] = {
            leading_indent: _only_with_indents,
            classic_prompt: _only_with_prompts,
            ipython_prompt: _only_with_prompts,
        }
        transforms: list[Any] = self.cleanup_transforms
        self.cleanup_transforms = [
            quick.get(transform, _as_is)(transform) for transform in transforms
        ]

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        own = tuple(self.token_transformers) != _BY_TOKENS  # student code may have added some
        source = "".join(lines)
        if not own and (not _may_escape(lines, source) or _is_python(source)):
            return lines
        transformed: list[str] = super().do_token_transforms(lines)
        return transformed


def _may_escape(lines: list[str], source: str) -> bool:
    if any(line.lstrip(" \t").startswith(_AT_FIRST) for line in lines):
        return True
    return bool(_ASSIGNED.search(source) or _AT_LAST.search(source))


def _as_is(transform: Transform) -> Transform:
    return transform


def _only_with_indents(dedent: Transform) -> Transform:
    def transform(lines: list[str]) -> list[str]:
        # No indent is common to all lines, and no line of blanks is to be emptied.
        if lines and not lines[0][:1].isspace() and not any(map(_is_blank, lines)):
            return lines
        return dedent(lines)

    return transform


def _is_blank(line: str) -> bool:
    return line.startswith((" ", "\t")) and not line.strip(" \t\n")


def _only_with_prompts(strip: Transform) -> Transform:
    def transform(lines: list[str]) -> list[str]:
        source = "".join(lines)
        if _PROMPT in source:
            return strip(lines)
        # Dots stand in many texts, at the beginning of a line in hardly any.
        there = any(prompt in source for prompt in _LINE_PROMPTS)
        if there and any(line.lstrip().startswith(_LINE_PROMPTS) for line in lines):
            return strip(lines)
        return lines

    return transform


def _is_python(source: str) -> bool:
    """Whether Python can parse ``source``; then it holds nothing of IPython's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are for when the cell runs
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def may_await(source: str) -> bool:
    """Whether ``source`` could await at its top level; if not, it is not compiled to see that."""
    return "await" in source or "async" in source


def may_warn(source: str) -> bool:
    """Whether the compiler might warn of something in ``source``; if not, it need not be asked."""
    if "\\" in source and _ODD_ESCAPE.search(source):
        return True
    return bool(_ASSERTED.search(source)) or any(
        _compares_literal(source, found) for found in _IS.finditer(source)
    )


def _compares_literal(source: str, found: re.Match[str]) -> bool:
    """Whether this ``is`` may stand beside a literal."""
    begin = found.start()
    before = source[max(0, begin - _NEAR) : begin]
    if before.rstrip().endswith(_LITERAL_ENDS) or (begin and before.isspace()):
        return True
    in_a_word = before[-1:].isalnum() or before.endswith("_")
    return found[1] is not None and not in_a_word
