"""What is said of wrong values: the report, the detail, and the words for the cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.grading.checks.flags import Flag
from gradeprop.grading.checks.raising import Unraised
from gradeprop.grading.result.error_words import ERROR_WORDS
from gradeprop.grading.result.words import ENGINE_WORDS

__all__ = ["Wrong", "detail_of", "hint_of", "report_of"]

Wrong: TypeAlias = Mismatch | Flag | Unraised
"""What is wrong with what came on one probe."""


def hint_of(named: str | None, declared: Mapping[str, str]) -> str | None:
    """What to say of a cause besides what is wrong with the value."""
    if named is None:
        return None
    # of an empty .grad the report says all that there is to say
    spoken = named == "hard_coded" or (named in ERROR_WORDS and named != "grad_of_computed")
    return declared.get(named) or (ENGINE_WORDS[named] if spoken else None)


def detail_of(wrong: Sequence[tuple[str, Wrong]]) -> str:
    """For the instructor: of each expression what is wrong with it, of three at most."""
    return "; ".join(
        f"{said}: {item.text if isinstance(item, Flag) else item.detail()}"
        for said, item in wrong[:3]
    )


def report_of(wrong: Sequence[tuple[str, Wrong]], asked: int, public: bool) -> str:
    """For the student: what is wrong first.

    Args:
        asked: how many probes there were.
        public: whether numbers may be told.
    """
    _, first = wrong[0]
    report = first.text if isinstance(first, Flag) else first.student(public)
    if not public and len(wrong) < asked:
        report = f"{report} On some of the hidden inputs the answer is right, on others it is not."
    return report
