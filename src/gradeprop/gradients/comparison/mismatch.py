"""What is wrong with an answer, told twice: to the student and to the instructor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Kind: TypeAlias = Literal[
    "none", "type", "length", "keys", "dtype", "device", "shape", "not_finite", "value"
]

ORDER: tuple[Kind, ...] = get_args(Kind)
"""From the most basic to the most subtle: of several in a tuple the most basic is reported."""

WELL_KNOWN = frozenset(
    {
        "a tensor", "a bool", "an int", "a float", "text", "a list", "a tuple", "a dict",
        "a set",
        "a function", "a numpy.ndarray", "still the placeholder ...",
        "a Tensor", "a str", "a NoneType",
    }
)  # fmt: skip
"""What a value of the wrong type may be called where the question is hidden."""

_HIDDEN: dict[Kind, str] = {
    "length": (
        "{subject} does not have the expected number of items. Return them as one tuple, in the "
        "order that the exercise names."
    ),
    "keys": "{subject} does not have the expected keys. Name them as the exercise does.",
    "dtype": ("{subject} does not have the expected dtype. {remedy}"),
    "device": (
        "{subject} is on another device than expected. Make new tensors like the input, "
        "for example with torch.zeros_like(x) or device=x.device."
    ),
    "shape": (
        "{subject} does not have the expected shape. Look for a sum, a transpose or an extra "
        "dimension too many or too few: a gradient has the shape of what it is taken with respect "
        "to."
    ),
    "not_finite": (
        "{subject} contains nan or inf. Look for a division by zero, the logarithm of zero or a "
        "step that is too large."
    ),
    "value": (
        "{subject} has the expected form but not the expected value. Try it on a small input for "
        "which you can work out the answer by hand."
    ),
}
_PUBLIC: dict[Kind, str] = {
    "length": (
        "{subject} has {got}, expected {expected}. Return them as one tuple, in the order that the "
        "exercise names."
    ),
    "keys": "{subject} has {got}, expected {expected}.",
    "dtype": ("{subject} has dtype {got}, expected {expected}. {remedy}"),
    "device": (
        "{subject} is on {got}, expected {expected}. Make new tensors like the input, for example "
        "torch.zeros(1, dtype=x.dtype, device=x.device)."
    ),
    "shape": (
        "{subject} has shape {got}, expected {expected}. Look for a sum, a transpose or an extra "
        "dimension too many or too few."
    ),
    "not_finite": (
        "{subject} contains {got}{at}, expected {expected}. Look for a division by zero, the "
        "logarithm of zero or a step that is too large."
    ),
    "value": "{subject} is {got}{at}, expected {expected}.",
}


@dataclass(frozen=True)
class Mismatch:
    """The most basic difference between an answer and the right one.

    Attributes:
        kind: which test failed first.
        place: which item of a tuple, by label (``"b"``) or number (``"item 2"``); else empty.
        expected, got: short texts: numbers for values (at ``index``), else a dtype or the like.
        index: where the greatest absolute difference (or the first nan or inf) is.
        whole: both tensors in full when they are small: ``("[3.0, -1.4]", "[1.5, -0.7]")``.
        absolute, relative: the greatest differences; relative to what should not be 0.
        relative_index: where the greatest relative difference is.
        wrong, total: how many elements differ, of how many.
        remedy: what to do about a value of the wrong type or dtype, or about None.
        secret: the expected value must not be shown (words and truth values of a choice).
    """

    kind: Kind
    place: str
    expected: str
    got: str
    index: tuple[int, ...] = ()
    whole: tuple[str, str] | None = None
    absolute: float | None = None
    relative: float | None = None
    relative_index: tuple[int, ...] = ()
    wrong: int = 0
    total: int = 0
    remedy: str = ""
    secret: bool = False

    def student(self, public: bool) -> str:
        """For the student. Unless ``public``: no number, shape or dtype of the hidden question."""
        subject = f"Your {self.place}" if self.place else "Your answer"
        if self.kind == "none":
            return f"{subject} is None. {self.remedy}".rstrip()
        if self.kind == "type":
            # A student names their own types, and could name one after a hidden input.
            got = self.got if public or self.got in WELL_KNOWN else "of another type"
            remedy = f" {self.remedy}" if self.remedy else ""
            return f"{subject} is {got}, expected {self.expected}.{remedy}"
        if self.secret and public and self.total <= 1:
            return f"{subject} is {self.got}, which is not right."
        if self.secret:
            return f"{subject} is not right."
        text = (_PUBLIC if public else _HIDDEN)[self.kind]
        at = _at(self.index)
        message = text.format(
            subject=subject, got=self.got, expected=self.expected, at=at, remedy=self.remedy
        )
        if public and self.kind == "value" and self.total > 1:
            message += f" {self.wrong} of {self.total} values differ."
        return message

    def detail(self) -> str:
        """For the instructor: everything that is known, on one line."""
        place = f"{self.place}: " if self.place else ""
        if self.kind in ("none", "type", "length", "keys"):
            return f"{place}expected {self.expected}, got {self.got}"
        if self.kind in ("dtype", "device", "shape"):
            return f"{place}expected {self.kind} {self.expected}, got {self.got}"
        if self.total > 1 and self.whole:
            expected, got = self.whole
            return f"{place}expected {expected}, got {got}{self._differences()}"
        where = f"at index {list(self.index)}: " if self.index else ""
        return f"{place}{where}expected {self.expected}, got {self.got}{self._differences()}"

    def _differences(self) -> str:
        """`` (greatest absolute difference 3 at index [2, 0], relative 1; 1 of 20 differ)``."""
        if self.kind != "value" or self.absolute is None:
            return ""
        parts = f"greatest absolute difference {self.absolute:.3g}{_at(self.index)}"
        if self.relative is not None:
            parts += f", relative {self.relative:.3g}{_at(self.relative_index)}"
        if self.total > 1:
            parts += f"; {self.wrong} of {self.total} differ"
        return f" ({parts})"


def _at(index: tuple[int, ...]) -> str:
    return f" at index {list(index)}" if index else ""
