"""What a value must be besides right: whether it requires grad, and what it was computed from."""

from __future__ import annotations

from dataclasses import dataclass

from gradeprop.gradients.values import Evidence, TensorState, Value
from gradeprop.grading.checks.script import Probe

__all__ = ["Flag", "flag_of"]


@dataclass(frozen=True)
class Flag:
    """What is wrong with a value that has the right numbers.

    Attributes:
        text: for the student and the instructor alike.
        attribute: of the tensor, if it is one of Python's that can be looked at; else empty.
        expected: what that should be.
    """

    text: str
    attribute: str = ""
    expected: bool = True


def flag_of(got: Value, probe: Probe, seen: Evidence) -> Flag | None:
    """None if all is as the probe asks, or where nobody can tell what a value came from."""
    if not isinstance(got, TensorState):
        return None
    if probe.requires_grad is not None and got.requires_grad != probe.requires_grad:
        return Flag(_about_grad(probe), "requires_grad", probe.requires_grad)
    if probe.is_leaf is not None and got.is_leaf != probe.is_leaf:
        return Flag(_about_leaf(probe), "is_leaf", probe.is_leaf)
    if probe.by_backward and seen.differentiated is False:
        return Flag(
            "its numbers are right, but no backward has run, so they were written there by hand. "
            "Call backward() on what you computed from the tensor, and let that fill its .grad."
        )
    absent = [name for name in probe.computed_from if name not in (seen.origins or ())]
    if seen.origins is not None and absent:
        names = _listed(absent)
        return Flag(
            f"backward does not get from it to {names}: make {names} with requires_grad=True "
            "before you compute with it, use it itself and no copy, and leave the name bound to it."
        )
    return None


def _about_grad(probe: Probe) -> str:
    if not probe.requires_grad:
        return "it should not require a gradient."
    if probe.is_leaf is not False:
        return "it does not require a gradient: create it with requires_grad=True and leave it so."
    origin = _listed(probe.computed_from) if probe.computed_from else "the tensors it starts from"
    return (
        f"it is cut off from {origin}: make {origin} with requires_grad=True, and compute it from "
        "them without .detach(), .data or torch.no_grad()."
    )


def _about_leaf(probe: Probe) -> str:
    if probe.is_leaf:
        return "it is the result of a computation: make the tensor itself with requires_grad=True."
    origin = _listed(probe.computed_from) if probe.computed_from else "tensors that require grad"
    return (
        f"backward does not get from it to {origin}: requires_grad belongs to the tensors that you "
        f"start from. Make {origin} with requires_grad=True and compute it from them, and leave "
        "requires_grad_() on the result out."
    )


def _listed(names: list[str] | tuple[str, ...]) -> str:
    """`x`, `y` and `z`."""
    quoted = [f"`{name}`" for name in names]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"
