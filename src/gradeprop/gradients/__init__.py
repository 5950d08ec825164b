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
    from gradeprop.gradients.problems.hessian import Hessian
    from gradeprop.gradients.problems.hvp import HVP
    from gradeprop.gradients.problems.jacobian import Jacobian
    from gradeprop.gradients.problems.optimizer import Optimizer

__all__ = [
    "HVP",
    "Descent",
    "Field",
    "Fixed",
    "Gradient",
    "Hessian",
    "Jacobian",
    "Optimizer",
    "Rule",
]

_HOMES = {
    "Descent": "problems.descent",
    "Field": "problems.field",
    "Fixed": "problems.fixed",
    "Gradient": "problems.gradient",
    "HVP": "problems.hvp",
    "Hessian": "problems.hessian",
    "Jacobian": "problems.jacobian",
    "Optimizer": "problems.optimizer",
    "Rule": "comparison.rule",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
