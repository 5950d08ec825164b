"""Marking answers, one group with the same words after the other: what each key does. Pure values;
nothing is read or written here.

Whoever drives it writes `unsaved` marks down whenever the marker leaves an answer, so that one who
is interrupted loses no more than the keys pressed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from gradeprop.course.keys import PartKey
from gradeprop.course.model import ExplanationPart
from gradeprop.records.gradebook.rubric_comment import points_of, read, written
from gradeprop.records.marking.groups import Group

Standing: TypeAlias = Literal["open", "again", "marked"]
KEYS = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The key of each criterion, in order."""


@dataclass(frozen=True)
class Item:
    """One answer to mark.

    Attributes:
        id: what the gradebook knows its grade by; says nothing about the student.
        text: what the student wrote; None if there is nothing.
        note: what the grader said about it.
        answer: the digest of the answer in the gradebook, to see whether it is still this one.
    """

    id: str
    part: PartKey
    text: str | None
    note: str | None = None
    answer: str | None = None


@dataclass(frozen=True)
class Given:
    """What a person gave an answer.

    Attributes:
        standing: ``open``: no score yet. ``again``: it has one, but of an earlier answer or rubric.
        other: a score that did not come from the criteria (but from formgrader); it stands before
            them."""

    standing: Standing = "open"
    met: frozenset[str] = frozenset()
    comment: str = ""
    other: float | None = None

    def points(self, part: ExplanationPart) -> float:
        """What it is worth, or would be if it were given now."""
        return points_of(part.rubric, self.met) if self.other is None else self.other

    def score(self, part: ExplanationPart) -> float | None:
        """The score for the gradebook; None as long as nobody gave one."""
        return None if self.standing == "open" else self.points(part)

    def text(self, part: ExplanationPart) -> str:
        """The comment for the gradebook, which students read."""
        if self.standing == "open" or self.other is not None:
            return self.comment
        return written(part.rubric, self.met, self.comment)


def given(part: ExplanationPart, score: float | None, comment: str, *, needed: bool) -> Given:
    """What the gradebook holds, as a `Given`.

    Args:
        needed: whether the gradebook says that a person must look.
    """
    met, rest = read(part.rubric, comment)
    if score is None:
        return Given("open", met or frozenset(), rest)
    agrees = met is not None and score == points_of(part.rubric, met)
    return Given(
        "again" if needed else "marked",
        (met or frozenset()) if agrees else frozenset(),
        rest,
        None if agrees else score,
    )


@dataclass(frozen=True)
class Marking:
    """All answers, what they have been given, and where the marker is.

    Attributes:
        groups: the answers as they are looked at, in this order; each answer is in one of them.
        marks: of each of the ``items``; the answers of one group have the same.
        at: the present group.
        arrived: what the present group had been given when the marker came to it.
        history: (group, what was given there) before each step that can be undone.
        message: a word about the last key, if it needs one.
    """

    parts: Mapping[PartKey, ExplanationPart]
    items: tuple[Item, ...]
    groups: tuple[Group, ...]
    marks: tuple[Given, ...]
    at: int
    arrived: Given
    history: tuple[tuple[int, Given], ...] = ()
    message: str = ""

    @property
    def group(self) -> Group:
        return self.groups[self.at]

    @property
    def item(self) -> Item:
        """One of the present group's answers, which stands for all of them."""
        return self.items[self.group.members[0]]

    @property
    def part(self) -> ExplanationPart:
        return self.parts[self.item.part]

    @property
    def mark(self) -> Given:
        return self.given_to(self.at)

    @property
    def left(self) -> int:
        """How many answers are still to be marked."""
        return sum(mark.standing != "marked" for mark in self.marks)

    def given_to(self, group: int) -> Given:
        return self.marks[self.groups[group].members[0]]


def begin(
    parts: Mapping[PartKey, ExplanationPart],
    items: Sequence[Item],
    marks: Sequence[Given],
    groups: Sequence[Group],
) -> Marking:
    """Begin at the first group that is not marked; at the first of all if there is none."""
    state = Marking(parts, tuple(items), tuple(groups), tuple(marks), 0, marks[0])
    waiting = (at for at in range(len(groups)) if state.given_to(at).standing != "marked")
    return _at(state, next(waiting, 0))


def press(state: Marking, key: str) -> Marking:
    """What a key does: a criterion's own, or one of ``enter n p s u``; others say which there
    are."""
    state = replace(state, message="")
    criteria = state.part.rubric.criteria
    number = KEYS.find(key)
    if len(key) == 1 and 0 <= number < len(criteria):
        met = state.mark.met ^ {criteria[number].id}
        return _give(state, replace(state.mark, standing="marked", met=met, other=None))
    match key:
        case "enter":
            return _next_open(_give(state, replace(state.mark, standing="marked")))
        case "n":
            return _to(state, state.at + 1) or replace(state, message="This is the last answer.")
        case "p":
            return _to(state, state.at - 1) or replace(state, message="This is the first answer.")
        case "s":
            return _next_open(_give(state, state.arrived), skipping=True)
        case "u":
            return _undone(state)
        case _:
            return replace(state, message="No such key; see the last line.")


def number_alone(text: str) -> bool:
    """Whether a comment is no more than a number: what was meant is a criterion, or an earlier
    comment that is not there."""
    return text.strip().isdecimal()


def comment(state: Marking, text: str) -> Marking:
    """Comment on the present answers. This alone does not mark them."""
    return _give(replace(state, message=""), replace(state.mark, comment=" ".join(text.split())))


def used_comments(state: Marking) -> tuple[str, ...]:
    """The comments that answers to the present part have, those that most students read first;
    none that looks like the number by which another is chosen."""
    counts = Counter(
        mark.comment
        for item, mark in zip(state.items, state.marks, strict=True)
        if item.part == state.item.part and mark.comment and not number_alone(mark.comment)
    )
    return tuple(sorted(counts, key=lambda text: (-counts[text], text)))


def marked_before(state: Marking) -> tuple[Group, ...]:
    """Other groups whose answers say the same as the present ones, and are marked."""
    part, here = state.item.part, state.group
    return tuple(
        group
        for at, group in enumerate(state.groups)
        if group is not here
        and group.words == here.words
        and state.items[group.members[0]].part == part
        and state.given_to(at).standing == "marked"
    )


def unsaved(state: Marking, saved: Sequence[Given]) -> list[int]:
    """The positions whose marks differ from those saved."""
    return [number for number, mark in enumerate(state.marks) if mark != saved[number]]


def _give(state: Marking, mark: Given) -> Marking:
    if mark == state.mark:
        return state
    history = (*state.history, (state.at, state.mark))
    return replace(state, marks=_with(state, state.at, mark), history=history)


def _with(state: Marking, at: int, mark: Given) -> tuple[Given, ...]:
    members = set(state.groups[at].members)
    return tuple(mark if number in members else old for number, old in enumerate(state.marks))


def _at(state: Marking, at: int) -> Marking:
    return replace(state, at=at, arrived=state.given_to(at))


def _to(state: Marking, at: int) -> Marking | None:
    return _at(state, at) if 0 <= at < len(state.groups) else None


def _next_open(state: Marking, *, skipping: bool = False) -> Marking:
    """To the next group that is not marked, from the beginning again after the last."""
    count = len(state.groups)
    for step in range(1, count):
        at = (state.at + step) % count
        if state.given_to(at).standing != "marked":
            return _at(state, at)
    if skipping:
        return replace(state, message="No other answer is left to mark.")
    return replace(
        state, message="Every answer is marked. q ends; n and p go through them once more."
    )


def _undone(state: Marking) -> Marking:
    if not state.history:
        return replace(state, message="There is nothing to undo.")
    at, mark = state.history[-1]
    arrived = state.arrived if at == state.at else mark
    return replace(
        state, marks=_with(state, at, mark), at=at, arrived=arrived, history=state.history[:-1]
    )
