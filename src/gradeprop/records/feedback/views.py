"""What stands on a student's feedback page, as values."""

from __future__ import annotations

from dataclasses import dataclass

from gradeprop.records.answers import Answer


@dataclass(frozen=True)
class CheckView:
    """One check. ``tone`` is right, wrong or open (neither: nobody's mistake, or not run).
    ``picture`` is SVG of our own making."""

    describe: str
    tone: str
    word: str
    points: str
    hidden: bool
    asked: str | None = None
    report: str | None = None
    hint: str | None = None
    same_cause: bool = False
    picture: str | None = None


@dataclass(frozen=True)
class CriterionView:
    text: str
    points: str


@dataclass(frozen=True)
class PartView:
    """One part. ``tone`` is as of a check, or part: some of the points. ``title`` is None where the
    exercise has only one part."""

    title: str | None
    kind: str
    tone: str
    points: str
    message: str | None
    checks: tuple[CheckView, ...]
    criteria: tuple[CriterionView, ...]
    given: str | None
    comment: str | None
    answer: Answer | None


@dataclass(frozen=True)
class ExerciseView:
    title: str
    tone: str
    points: str
    parts: tuple[PartView, ...]


@dataclass(frozen=True)
class Page:
    """A student's page. ``share`` is how much of the bar is filled, in per cent."""

    course: str
    assignment: str
    student: str
    name: str | None
    points: str
    share: float
    opening: str
    lines: tuple[str, ...]
    problem: str | None
    note: str | None
    exercises: tuple[ExerciseView, ...]
