"""What may be assigned to a name that is asked for, and how answers are told apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Allowed", "joined", "plain"]

_AND = " + "


@dataclass(frozen=True)
class Allowed:
    """What may be assigned to a name.

    Attributes:
        words: the options; empty where any value may be given.
        several: a list, tuple or set of options is asked for, in any order.
        low, high: every number between them, both included, counts as the right one.
        tolerance: so does every number that is no further from the right one.
    """

    words: tuple[str, ...] = ()
    several: bool = False
    low: float | None = None
    high: float | None = None
    tolerance: float | None = None

    def admits(self, number: float, right: float) -> bool:
        """Whether a number counts as the right one by a range or a tolerance."""
        if self.low is not None and self.high is not None:
            return self.low <= number <= self.high
        return self.tolerance is not None and abs(number - right) <= self.tolerance

    @property
    def takes_none(self) -> bool:
        """Whether "None" is an option: then Python's own None, without quotes, chooses it."""
        return self.meant("None") in self.words

    def without_answer(self) -> Allowed:
        """What may be read by whoever is not to know which number is right."""
        return Allowed(self.words, self.several)

    def meant(self, word: str) -> str:
        """An option as the exercise spells it; a word that is none as it is."""
        return next((option for option in self.words if plain(option) == plain(word)), word)


def plain(option: str) -> str:
    """Without what does not count: capitals, and blanks before, after and more than one."""
    return " ".join(option.split()).casefold()


def joined(chosen: Iterable[str], options: Sequence[str]) -> str:
    """Several options as one word: each once, in the exercise's order."""
    taken = set(chosen)
    return _AND.join(option for option in options if option in taken)
