"""A class's figures as one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment

from gradeprop.course.dates import moment_in_words
from gradeprop.course.keys import PartKey
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.records.feedback.code import python
from gradeprop.records.html.frame import environment, rendered
from gradeprop.records.report.causes import CauseFigures
from gradeprop.records.report.checks import CheckFigures
from gradeprop.records.report.class_figures import ClassFigures, ExerciseFigures
from gradeprop.records.report.course_figures import CourseFigures
from gradeprop.records.report.map import SIGNS, MapRow
from gradeprop.records.report.people import People
from gradeprop.records.report.pictures import bars, distribution
from gradeprop.records.report.statistics import LEAST, Correlation
from gradeprop.wording import counted, number

__all__ = ["Links", "class_page", "course_page"]

_PACKAGE = "gradeprop.records.report"
_FEW = 8
"""Up to so many causes all are shown at once."""


@dataclass(frozen=True)
class Links:
    """Where a student's feedback and code are, as addresses from the page; None for none."""

    feedback: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class _Exercise:
    """An exercise with its checks, and the number that the map calls it by."""

    number: int
    figures: ExerciseFigures
    checks: tuple[CheckFigures, ...]


def class_page(
    course: Course,
    assignment: LoadedAssignment,
    figures: ClassFigures,
    rows: Sequence[MapRow],
    people: People,
    links: Mapping[str, Links],
    now: datetime,
) -> bytes:
    """The page of one assignment, as UTF-8.

    Args:
        rows: of the misconception map.
        links: by student.
        now: when it is made; with a time zone.
    """
    few = len(figures.causes) <= _FEW
    counts = bars(figures.scores, figures.most)
    exercises = [
        _Exercise(
            place, item, tuple(one for one in figures.checks if one.exercise == item.exercise)
        )
        for place, item in enumerate(figures.exercises, start=1)
    ]
    return rendered(
        _environment(),
        "class.html",
        "report.css",
        title=f"{assignment.spec.title}: the class",
        course=course.spec.title,
        figures=figures,
        handed=figures.handed,
        exercises=exercises,
        numbers={item.figures.exercise: item.number for item in exercises},
        titles=_titles(assignment),
        often=[cause for cause in figures.causes if len(cause.students) > 1 or few],
        seldom=[cause for cause in figures.causes if len(cause.students) < 2 and not few],
        bars=counts,
        picture=distribution(counts, figures.scores, figures.quartiles),
        rows=rows,
        signs=_signs(rows),
        people=people,
        links=links,
        least=LEAST,
        moment=moment_in_words(now),
    )


def course_page(figures: CourseFigures, people: People, now: datetime) -> bytes:
    """The page of the whole course, as UTF-8."""
    return rendered(
        _environment(),
        "course.html",
        "report.css",
        title=f"{figures.title}: the class",
        figures=figures,
        people=people,
        most=max((item.students for item in figures.causes), default=0),
        least=LEAST,
        moment=moment_in_words(now),
    )


def _titles(assignment: LoadedAssignment) -> dict[PartKey, str]:
    titles = {}
    for exercise in assignment.exercises:
        for part in exercise.spec.parts:
            own = part.title or part.part.replace("_", " ")
            several = len(exercise.spec.parts) > 1
            titles[exercise.key(part.part)] = (
                f"{exercise.spec.title}: {own}" if several else exercise.spec.title
            )
    return titles


def _signs(rows: Sequence[MapRow]) -> list[tuple[str, str, str]]:
    """Tone, sign and words of those that are on the map."""
    there = {cell.tone for row in rows for cell in row.cells}
    return [(kind, sign, words) for kind, (sign, words) in SIGNS.items() if kind in there]


@cache
def _environment() -> Environment:
    filters: dict[str, Any] = {
        "python": python,
        "number": _short,
        "percent": lambda share: f"{100 * share:.0f} %",
        "correlation": _correlation,
        "counted": counted,
        "plain": lambda text: text.replace("_", " "),
        "exercises": _by_exercise,
        "afterwards": _afterwards,
    }
    return environment(_PACKAGE, **filters)


def _short(value: float) -> str:
    return number(round(value, 2))


def _correlation(found: Correlation) -> str:
    return f"{_signed(found.value)} ({_signed(found.low)} to {_signed(found.high)})"


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _afterwards(cause: CauseFigures) -> str:
    """Who had the cause before, and who met it again, in sentences."""
    had, met, still, everybody = (
        len(cause.before),
        cause.met_again,
        cause.still,
        len(cause.students),
    )
    said = []
    if had:
        who = "This student" if everybody == 1 else f"{had} of them"
        said.append(f"{who} had it in an exercise before.")
    if met == 1:
        who = "This student" if everybody == 1 else "1 of them"
        then = "has it still" if still else "has it no longer"
        said.append(f"{who} met it again in a later exercise and {then}.")
    elif met:
        has = "has" if still == 1 else "have"
        said.append(
            f"{met} of them met it again in a later exercise; "
            f"{still or 'none'} of these {has} it still."
        )
    return " ".join(said)


def _by_exercise(cause: CauseFigures, numbers: Mapping[str, int]) -> str:
    """``in 3 and 5``: the exercises' numbers."""
    places = sorted({numbers[key.exercise] for key, _ in cause.places if key.exercise in numbers})
    words = [str(place) for place in places]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
