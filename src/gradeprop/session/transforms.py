"""IPython's input transformation, without taking cells apart that have nothing to transform.

IPython looks for ``%magic``, ``!command`` and ``help?`` by tokens, and for prompts that were pasted along
by regular expressions over the whole cell: 2 ms for each cell in a fresh process, more than half of all
that a cell takes. A glance at the text tells for most cells that there is nothing to find.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from typing import Final

from IPython.core.inputtransformer2 import TransformerManager, classic_prompt, ipython_prompt

__all__ = ["QuickTransformers", "may_await"]

_BY_TOKENS: Final = tuple(TransformerManager().token_transformers)
# What a magic, a command or a question for help begins or ends with, where one could stand.
_ESCAPE = re.compile(r"^[ \t]*[%!,;/?]|=[ \t]*[%!]|\?[ \t]*(#.*)?$", re.MULTILINE)
_PROMPTS: Final = (">>>", "...", "In [")


class QuickTransformers(TransformerManager):
    """Transforms as its base class does."""

    def __init__(self) -> None:
        super().__init__()
        self.cleanup_transforms = [
            _only_with_prompts(transform) if transform in (classic_prompt, ipython_prompt) else transform
            for transform in self.cleanup_transforms
        ]

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        own = tuple(self.token_transformers) != _BY_TOKENS  # student code may have added some
        source = "".join(lines)
        if not own and (not _ESCAPE.search(source) or _is_python(source)):
            return lines
        transformed: list[str] = super().do_token_transforms(lines)
        return transformed


def _only_with_prompts(strip: Callable[[list[str]], list[str]]) -> Callable[[list[str]], list[str]]:
    def transform(lines: list[str]) -> list[str]:
        source = "".join(lines)
        return strip(lines) if any(prompt in source for prompt in _PROMPTS) else lines

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
    """Whether ``source`` could await at its top level; if not, it need not be compiled to see that."""
    return "await" in source or "async" in source
