"""Which answers of a class are more alike than the exercise explains."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from gradeprop.course.keys import PartKey
from gradeprop.course.model import LoadedAssignment, LoadedExercise
from gradeprop.notebook.sources import plain
from gradeprop.records.similar.fingerprints import RUN, Fingerprint, Numbering
from gradeprop.records.similar.tokens import tokens

LENGTH: Final = 40
"""Tokens of their own that answers must have: with fewer, two people write the same by chance."""
LEAST: Final = 0.6
"""The share of the shorter one's own tokens from which on a pair is told."""


@dataclass(frozen=True)
class Side:
    """One of two answers; ``lines``, from 0, are those that the other has, too."""

    student: str
    source: str
    lines: frozenset[int]


@dataclass(frozen=True)
class Pair:
    """Two answers to one part.

    Attributes:
        tokens: how many of their own tokens, of the one that has fewer, are in the other.
        share: of how many, from 0 to 1.
    """

    key: PartKey
    first: Side
    second: Side
    tokens: int
    share: float


@dataclass(frozen=True)
class PartCompared:
    """One part: how many answers there are, how many are long enough to tell, and the pairs, the
    most alike first."""

    key: PartKey
    answers: int
    long_enough: int
    pairs: tuple[Pair, ...]

    @property
    def can_tell(self) -> bool:
        return self.long_enough > 1


def compare(
    assignment: LoadedAssignment,
    answers: Mapping[str, Mapping[PartKey, str]],
    least: float = LEAST,
) -> tuple[PartCompared, ...]:
    """Compare the code of a class, part by part.

    What was given (starters, locked code), the solution, samples of known mistakes and what more
    than half of the class wrote is left out of every answer first: it shows nothing.

    Args:
        answers: by student and part, the sources. Untouched starters are passed over.
    """
    return tuple(
        _part(exercise, key, part.starter, _sources(answers, key, part.starter), least)
        for exercise in assignment.exercises
        for part in exercise.spec.parts
        if part.kind in ("code", "repair")
        for key in (exercise.key(part.part),)
    )


def _sources(
    answers: Mapping[str, Mapping[PartKey, str]], key: PartKey, starter: str
) -> dict[str, str]:
    found = {student: plain(own.get(key, "")) for student, own in answers.items()}
    return {
        student: source for student, source in found.items() if source and source != plain(starter)
    }


def _part(
    exercise: LoadedExercise, key: PartKey, starter: str, sources: Mapping[str, str], least: float
) -> PartCompared:
    number = Numbering()
    found = {student: tuple(tokens(source)) for student, source in sources.items()}
    runs = {student: number.of(code) for student, code in found.items()}
    known: set[int] = set()
    for text in _given(exercise, key, starter):
        known.update(number.of(tokens(text)))
    having = Counter(run for every in runs.values() for run in set(every))
    most = max(2, len(found) / 2)
    shared = frozenset(known | {run for run, count in having.items() if count > most})
    prints = {student: Fingerprint(found[student], runs[student], shared) for student in found}
    telling = {student: item for student, item in prints.items() if item.length >= LENGTH}
    pairs = [
        pair
        for names in _meeting(telling)
        if (pair := _pair(key, sources, telling, names, least)) is not None
    ]
    pairs.sort(key=lambda pair: (-pair.share, -pair.tokens, pair.first.student))
    return PartCompared(key, len(found), len(telling), tuple(pairs))


def _given(exercise: LoadedExercise, key: PartKey, starter: str) -> Iterator[str]:
    """All code that a student has seen in the notebook, the right answer, and the known wrong
    ones, which people come to by themselves."""
    yield starter
    yield from (text for text in (exercise.spec.given,) if text)
    yield from (part.given for part in exercise.spec.parts if part.given)
    yield exercise.solution.get(key.part, "")
    for samples in exercise.samples(key.part).values():
        yield from samples


def _meeting(telling: Mapping[str, Fingerprint]) -> Sequence[tuple[str, str]]:
    """Pairs that have a run of their own in common."""
    having: dict[int, list[str]] = defaultdict(list)
    for student, item in telling.items():
        for run in item.own:
            having[run].append(student)
    groups = {tuple(students) for students in having.values() if len(students) > 1}
    return sorted({pair for group in groups for pair in combinations(group, 2)})


def _pair(
    key: PartKey,
    sources: Mapping[str, str],
    telling: Mapping[str, Fingerprint],
    names: tuple[str, str],
    least: float,
) -> Pair | None:
    """The two answers; None where they are less alike than ``least``."""
    one, other = (telling[name] for name in names)
    both = one.own & other.own
    shorter = min(one, other, key=lambda item: item.length)
    if len(both) * RUN < least * shorter.length:  # even if no two of these runs overlap
        return None
    alike = shorter.covered(both)
    if alike < least * shorter.length:
        return None
    first, second = (Side(name, sources[name], telling[name].lines(both)) for name in names)
    return Pair(key, first, second, alike, alike / shorter.length)
