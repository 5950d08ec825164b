"""What a check that shows only its verdict says of a wrong answer, and how it finds out where the
right one is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.render import render_value
from gradeprop.gradients.diagnosis.clues import Clues
from gradeprop.gradients.diagnosis.diagnose import Diagnosis, by_clues
from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.gradients.diagnosis.undeclared import of_kinds
from gradeprop.gradients.values import Value
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.grading.checks.telling import Wrong

__all__ = ["Opened", "all_kept_secret", "kept_secret", "opened", "told_by_seal"]


@dataclass(frozen=True)
class Opened:
    """What explains values of which the right ones are sealed, with the words for it."""

    diagnosis: Diagnosis
    words: Mapping[str, str]


def kept_secret(mismatch: Mismatch, got: Value) -> Mismatch:
    """What is wrong with a value, without anything of the right one."""
    if mismatch.kind not in ("value", "not_finite"):
        return mismatch
    simple = isinstance(got, str | int | float)
    shown = render_value(got) if simple else ""
    return Mismatch(mismatch.kind, "", "", shown, total=1 if simple else 2, secret=True)


def all_kept_secret(
    told: Sequence[tuple[str, Wrong]], values: Sequence[Value]
) -> list[tuple[str, Wrong]]:
    """The same of all that is wrong.

    Args:
        values: what came of each.
    """
    return [
        (said, kept_secret(item, value) if isinstance(item, Mismatch) else item)
        for (said, item), value in zip(told, values, strict=True)
    ]


def told_by_seal(probe: Probe, got: Value, form: Mismatch | None) -> Mismatch | None:
    """What is wrong with a value; None if nothing is.

    Args:
        form: what the comparison with the form alone of the right answer said.
    """
    assert probe.seal is not None
    if form is not None and form.kind != "value":
        return form
    return None if probe.seal.fits(got) else Mismatch("value", "", "", "", secret=True)


def opened(
    script: Script, observations: Sequence[Observation], mismatches: Sequence[object]
) -> Opened:
    """What explains the values of a script whose right answers are sealed.

    Args:
        mismatches: what is wrong, one for each probe.
    """
    right = [mismatch is None for mismatch in mismatches]
    said = list(script.boxes.opened([item.got for item in observations], right))
    words = {str(item["id"]): str(item["say"]) for item in said}
    wrong = [item for item, fine in zip(observations, right, strict=True) if not fine]
    if not words:
        kinds = {item.kind for item in mismatches if isinstance(item, Mismatch)}
        own = of_kinds(kinds, wrong)
        return Opened(Diagnosis(own, (own,)) if own else Diagnosis(), {})
    clues = {
        str(item["id"]): Clues(tuple(item["seen"]), tuple(item["unseen"]), item["unsure"])
        for item in said
    }
    return Opened(by_clues(list(words), [item.seen for item in wrong], clues), words)
