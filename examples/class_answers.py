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
AS_IN_THE_SOLUTION = 0.3
"""The share of right answers that are written as the course's solution is."""
PULL = 8.0
"""How much likelier a mistake is that goes with the student's tendencies."""
LEFT_BLANK = 0.7
"""The share of unfinished answers that were never begun."""

Kind: TypeAlias = Literal["right", "mistake", "slip", "mistyped", "unfinished", "odd"]
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
    difficulty = DIFFICULTY[exercise.spec.level or 2]
    slips = sources.slips.get(exercise.slug, ())
    slipped: Mapping[str, str] = {}
    causes: frozenset[str] = frozenset()
    if slips and draw.random() < student.profile.slips * difficulty:
        slip = draw.choice(slips)
        slipped, causes = slip.sources(), frozenset(slip.causes)
    answers = {}
    for part in exercise.spec.parts:
        if part.part in slipped:
            answers[part.part] = Answer("slip", slipped[part.part], causes)
        elif isinstance(part, ExplanationPart):
            answers[part.part] = _explanation(exercise, part, student, sources, draw)
        else:
            answers[part.part] = _code(exercise, part, student, sources, draw, difficulty)
    return answers


def _explanation(
    exercise: LoadedExercise,
    part: ExplanationPart,
    student: Student,
    sources: Sources,
    draw: random.Random,
) -> Answer:
    if draw.random() < student.profile.unfinished:
        return Answer("unfinished", part.starter, None)
    (quality,) = draw.choices(("good", "weak", "wrong"), student.profile.explanations)
    written = draw.choice(sources.explanations[exercise.key(part.part)][quality])
    return Answer("right" if quality == "good" else "odd", written)


def _code(
    exercise: LoadedExercise,
    part: AnyPart,
    student: Student,
    sources: Sources,
    draw: random.Random,
    difficulty: float,
) -> Answer:
    profile = student.profile
    solution = exercise.solution[part.part]
    if draw.random() < profile.unfinished * difficulty:
        written = part.starter if draw.random() < LEFT_BLANK else _half_of(solution)
        return Answer("unfinished", written, None)
    if draw.random() < profile.errors * difficulty:
        return Answer("mistyped", _mistyped(solution), _OF_A_MISTYPED_CELL)
    samples = exercise.samples(part.part)
    weights = _weights(samples, student)
    drawn_to = any(weight >= 1 for weight in weights)
    if samples and draw.random() < profile.mistakes * difficulty * (1.5 if drawn_to else 1):
        (mistake,) = draw.choices(list(samples), weights)
        return Answer("mistake", draw.choice(samples[mistake]), frozenset({mistake}))
    ways = sources.right_ways[exercise.key(part.part)]
    if ways and draw.random() > AS_IN_THE_SOLUTION:
        return Answer("right", draw.choice(ways))
    return Answer("right", solution)


def _weights(mistakes: Iterable[str], student: Student) -> list[float]:
    """An exercise lists its most frequent mistakes first; those that go with this student come
    before."""
    fitting = {mistake for name in student.tendencies for mistake in TENDENCIES[name]}
    return [
        (PULL if mistake in fitting else 0.9) / (1 + place)
        for place, mistake in enumerate(mistakes)
    ]


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
