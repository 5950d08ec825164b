"""What a probe looks at, in what came back."""

from __future__ import annotations

from collections.abc import Sequence

from gradeprop.gradients.values import Value
from gradeprop.grading.checks.resolve import Found, NoSuchItem, found_at
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.session.interface import Outcome, Returned

__all__ = ["looked_at", "resolved"]


def resolved(probe: Probe, script: Script, outcomes: Sequence[Outcome]) -> Value | TypeError:
    """The value that a probe looks at, or an error if what came has no such item."""
    found = looked_at(probe, script, outcomes)
    return found.value if isinstance(found, Found) else TypeError("there is no such item")


def looked_at(probe: Probe, script: Script, outcomes: Sequence[Outcome]) -> Found | NoSuchItem:
    """What a probe looks at, of a question that was answered."""
    outcome = outcomes[probe.handle.ask]
    assert isinstance(outcome, Returned)  # all else was dealt with before
    return found_at(probe.handle, outcome, script.asks[probe.handle.ask])
