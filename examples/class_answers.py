"""What a student of the bundled class writes: drawn from the course's own solutions, samples of
mistakes, slips and further right ways, with the same draw at every run."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import yaml
from class_students import TENDENCIES, Student

from gradeprop.course.keys import PartKey
from gradeprop.course.model import AnyPart, ExplanationPart, LoadedExercise
from gradeprop.course.slips import Slip, load_slips

DIFFICULTY = {1: 0.5, 2: 1.0, 3: 1.3}
"""By the exercise's level, how much more often than usual something goes wrong."""
TEMPTED = 1.5
"""How much more often where one of the mistakes goes with the student's tendencies."""
PULL = 9.0
"""How much likelier such a mistake is than the others."""
LEFT_BLANK = 0.7
"""The share of unfinished answers that were never begun."""
IN_ANOTHER_WAY = 0.7
"""The share of right answers that are not written as the course's solution is."""

Kind: TypeAlias = Literal["right", "mistake", "slip", "mistyped", "unfinished", "odd"]
QUALITIES = ("good", "weak", "wrong")  # of an explanation
_RIGHT_WAY = re.compile(r"^# %% honest\n(.*?)(?=^# %%|\Z)", re.MULTILINE | re.DOTALL)
_OF_A_MISTYPED_CELL = frozenset({"unknown_name", "missing_name", "wrong_type"})


@dataclass(frozen=True)
class Answer:
    """What stands in a part's cell, what kind of answer that is, and the ids that a check of it may
    name: none for what is right; ``None`` where anything may be said, of what is unfinished or
    odd."""

    kind: Kind
    source: str
    causes: frozenset[str] | None = frozenset()


@dataclass(frozen=True)
class Sources:
    """What answers are taken from, beside what the exercise itself holds: by exercise its slips, by
    part further right ways, by part and quality (good, weak, wrong) explanations."""

    slips: Mapping[str, tuple[Slip, ...]]
    right_ways: Mapping[PartKey, tuple[str, ...]]
    explanations: Mapping[PartKey, Mapping[str, tuple[str, ...]]]


def read_sources(root: Path, exercises: Iterable[LoadedExercise]) -> Sources:
    """The sources for these exercises of the repository at ``root``."""
    every = list(exercises)
    slips: dict[str, tuple[Slip, ...]] = {}
    for item in load_slips(root, every):
        slips[item.exercise] = (*slips.get(item.exercise, ()), item.spec)
    ways: dict[PartKey, tuple[str, ...]] = {}
    for exercise in every:
        for part in exercise.spec.parts:
            path = root / "tests/content/answers" / f"{exercise.slug}-{part.part}.txt"
            text = path.read_text(encoding="utf-8") if path.is_file() else ""
            ways[exercise.key(part.part)] = tuple(
                found.strip() for found in _RIGHT_WAY.findall(text)
            )
    return Sources(slips, ways, _explanations())


def _explanations() -> dict[PartKey, dict[str, tuple[str, ...]]]:
    path = Path(__file__).with_name("class_explanations.yaml")
    texts = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        PartKey(*name.split(".")): {quality: tuple(each) for quality, each in kinds.items()}
        for name, kinds in texts.items()
    }


def answers_to(exercise: LoadedExercise, student: Student, sources: Sources) -> dict[str, Answer]:
    """Part → what this student wrote. The draw depends on nothing but the names of the two and on
    what there is to draw from, so a change of one exercise leaves the other answers alone."""
    draw = random.Random(f"{student.name} {exercise.assignment} {exercise.slug}")
    writing = _Writing(exercise, student, sources, draw)
    slipped = writing.slipped()
    return {
        part.part: slipped.get(part.part) or writing.answer(part) for part in exercise.spec.parts
    }


@dataclass(frozen=True)
class _Writing:
    """One student at one exercise."""

    exercise: LoadedExercise
    student: Student
    sources: Sources
    draw: random.Random

    def slipped(self) -> dict[str, Answer]:
        """Part → the wrong answer, if it is one that no sample shows."""
        slips = self.sources.slips.get(self.exercise.slug, ())
        if not slips or not self._happens(self.student.profile.slips):
            return {}
        slip = self.draw.choice(slips)
        causes = frozenset(slip.causes)
        return {part: Answer("slip", text, causes) for part, text in slip.sources().items()}

    def answer(self, part: AnyPart) -> Answer:
        """What stands in the cell of a part without a slip."""
        if self._happens(self.student.profile.unfinished):
            return Answer("unfinished", self._unfinished(part), None)
        if isinstance(part, ExplanationPart):
            return self._explanation(part)
        solution = self.exercise.solution[part.part]
        if self._happens(self.student.profile.errors):
            return Answer("mistyped", _mistyped(solution), _OF_A_MISTYPED_CELL)
        mistake = self._mistake(part)
        if mistake is not None:
            sample = self.draw.choice(self.exercise.samples(part.part)[mistake])
            return Answer("mistake", sample, frozenset({mistake}))
        ways = self.sources.right_ways[self.exercise.key(part.part)]
        if ways and self.draw.random() < IN_ANOTHER_WAY:
            return Answer("right", self.draw.choice(ways))
        return Answer("right", solution)

    def _happens(self, share: float) -> bool:
        return self.draw.random() < share * DIFFICULTY[self.exercise.spec.level or 2]

    def _unfinished(self, part: AnyPart) -> str:
        if isinstance(part, ExplanationPart) or self.draw.random() < LEFT_BLANK:
            return part.starter
        return _half_of(self.exercise.solution[part.part])

    def _explanation(self, part: ExplanationPart) -> Answer:
        (quality,) = self.draw.choices(QUALITIES, self.student.profile.explanations)
        texts = self.sources.explanations[self.exercise.key(part.part)]
        written = self.draw.choice(texts[quality])
        return Answer("right" if quality == "good" else "odd", written)

    def _mistake(self, part: AnyPart) -> str | None:
        """The id of the mistake that the student makes, if any. An exercise lists its most frequent
        ones first; those that go with the student come before."""
        mistakes = [item.id for item in part.misconceptions]
        own = {each for name in self.student.tendencies for each in TENDENCIES[name]}
        tempted = TEMPTED if own.intersection(mistakes) else 1.0
        if not mistakes or not self._happens(self.student.profile.mistakes * tempted):
            return None
        weights = [
            (PULL if mistake in own else 1.0) / place
            for place, mistake in enumerate(mistakes, start=1)
        ]
        return self.draw.choices(mistakes, weights)[0]


def _half_of(solution: str) -> str:
    """Its upper half, with a mark where the work broke off."""
    lines = solution.splitlines()
    return "\n".join([*lines[: (len(lines) + 1) // 2], "    # to be continued", ""])


def _mistyped(solution: str) -> str:
    """With one letter wrong, or a character missing, so that the cell ends in an error."""
    if "torch." in solution:
        return solution.replace("torch.", "troch.", 1)
    if ":\n" in solution:
        return solution.replace(":\n", "\n", 1)
    return solution.replace("=", "==", 1)
