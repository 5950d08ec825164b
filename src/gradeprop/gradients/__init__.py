"""Autograd references, comparison and diagnosis of gradients.

Importing this package is cheap: torch is loaded when a name below is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradeprop.gradients.comparison.rule import Rule
    from gradeprop.gradients.problems.descent import Descent
    from gradeprop.gradients.problems.field import Field
    from gradeprop.gradients.problems.fixed import Fixed
    from gradeprop.gradients.problems.gradient import Gradient

__all__ = ["Descent", "Field", "Fixed", "Gradient", "Rule"]

_HOMES = {
    "Descent": "problems.descent",
    "Field": "problems.field",
    "Fixed": "problems.fixed",
    "Gradient": "problems.gradient",
    "Rule": "comparison.rule",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
