"""The words by which a grader says what counts as the same answer, where loading looks for slips of
the pen in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RULE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "kinds": ("same", "tensor", "number", "either"),
    "shapes": ("exact", "scalar", "single"),
    "dtype": ("exact", "floating", "any"),
}
"""Option -> what it may be; `gradeprop.gradients.comparison.rule` says what each means."""
