"""The value that a probe looks at: an item, a ``.grad``, or all of what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.wrong_type import wrong_type
from gradeprop.gradients.values import TensorState, Value
from gradeprop.grading.checks.script import Probe
from gradeprop.session.interface import Outcome, Returned

__all__ = ["Found", "NoSuchItem", "looked_at", "resolved"]


@dataclass(frozen=True)
class Found:
    """A value; ``owner`` is the tensor whose ``.grad`` it is, if it is one."""

    value: Value
    owner: Value = None


@dataclass(frozen=True)
class NoSuchItem:
    """What came, and what is wrong with it: it has no such item."""

    container: Value
    mismatch: Mismatch


def resolved(probe: Probe, outcomes: Sequence[Outcome]) -> Value | TypeError:
    """The value that a probe looks at, or an error if what came has no such item."""
    found = looked_at(probe, outcomes)
    return found.value if isinstance(found, Found) else TypeError("there is no such item")


def looked_at(probe: Probe, outcomes: Sequence[Outcome]) -> Found | NoSuchItem:
    """What a probe looks at, of a question that was answered."""
    outcome = outcomes[probe.handle.ask]
    assert isinstance(outcome, Returned)  # all else was dealt with before
    return _resolve(outcome.value, probe)


def _resolve(value: Value, probe: Probe) -> Found | NoSuchItem:
    owner: Value = None
    for step in probe.handle.path:
        owner = value if step == "grad" else None
        if step == "grad":
            if not isinstance(value, TensorState):
                return NoSuchItem(value, wrong_type(value, "a tensor with a .grad", ""))
            value = None if value.grad is None else TensorState(value.grad, value.device)
        elif isinstance(value, (list, tuple)) and step < len(value):
            value = value[step]
        else:
            return NoSuchItem(value, wrong_type(value, f"a tuple of at least {step + 1} items", ""))
    return Found(value, owner)
