"""Which answers are looked at together: those with the same words get their mark at once, those
that are worded alike come one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradeprop.course.keys import PartKey
from gradeprop.records.marking.same_words import same_words

if TYPE_CHECKING:
    from gradeprop.course.model import ExplanationPart
    from gradeprop.records.marking.queue import Given, Item


@dataclass(frozen=True)
class Group:
    """Answers to one part that say the same word for word and were given the same so far.

    Attributes:
        members: their positions; never empty.
        words: what they have in common, without case and punctuation.
        wordings: the texts as they were written, each once, the most frequent first; differences
            of white space do not count.
        untouched: the starter as it was, or nothing at all.
        place: the how-many-eth of answers that are alike it is, from 1.
        alike: how many those are; 1 for an answer that is like no other.
    """

    members: tuple[int, ...]
    words: str
    wordings: tuple[str, ...]
    untouched: bool = False
    place: int = 1
    alike: int = 1


def grouped(
    parts: Mapping[PartKey, ExplanationPart], items: Sequence[Item], marks: Sequence[Given]
) -> tuple[Group, ...]:
    """All answers in groups, part by part; within a part those without an answer first, then the
    most frequent kinds. Nothing in the order tells who wrote what."""
    found: list[Group] = []
    for key, part in parts.items():
        together: dict[tuple[str, str | None, Given], list[int]] = {}
        for number, item in enumerate(items):
            if item.part == key:
                words = same_words(item.text or "")
                together.setdefault((words, item.note, marks[number]), []).append(number)
        starter = same_words(part.starter)
        groups = [
            Group(tuple(members), words, _wordings(items, members), words in ("", starter))
            for (words, _, _), members in together.items()
        ]
        found += [group for group in groups if group.untouched]
        found += _by_likeness([group for group in groups if not group.untouched])
    return tuple(found)


def _by_likeness(groups: list[Group]) -> list[Group]:
    # Only here: numpy need not be there for the rest of marking.
    from gradeprop.records.marking.likeness import families

    found = [[groups[at] for at in family] for family in families([item.words for item in groups])]
    found.sort(key=lambda family: -sum(len(group.members) for group in family))
    return [
        replace(group, place=place, alike=len(family))
        for family in found
        for place, group in enumerate(family, start=1)
    ]


def _wordings(items: Sequence[Item], members: Sequence[int]) -> tuple[str, ...]:
    frequent: Counter[str] = Counter()
    first: dict[str, str] = {}
    for number in members:
        text = (items[number].text or "").strip()
        flat = " ".join(text.split())
        frequent[flat] += 1
        first.setdefault(flat, text)
    return tuple(first[flat] for flat, _ in frequent.most_common())
