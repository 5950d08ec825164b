"""Autograd references, comparison and diagnosis of gradients.

Importing this package is cheap: torch is loaded when a name below is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradeprop.gradients.compare import Rule
    from gradeprop.gradients.descent import Descent
    from gradeprop.gradients.field import Field
    from gradeprop.gradients.fixed import Fixed
    from gradeprop.gradients.gradient import Gradient

__all__ = ["Descent", "Field", "Fixed", "Gradient", "Rule"]

_HOMES = {
    "Descent": "descent",
    "Field": "field",
    "Fixed": "fixed",
    "Gradient": "gradient",
    "Rule": "compare",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
