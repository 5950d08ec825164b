"""A whole course: its assignments side by side, and which causes last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradeprop.course.model import Course
from gradeprop.records.report.causes import Lasting, lasting
from gradeprop.records.report.class_figures import ClassFigures
from gradeprop.records.report.history import History
from gradeprop.records.report.statistics import Quartiles

__all__ = ["AssignmentFigures", "CourseFigures", "course_figures"]


@dataclass(frozen=True)
class AssignmentFigures:
    """One assignment in a line; quartiles in points, of what ``counted`` and ``most`` say."""

    assignment: str
    title: str
    handed_in: int
    enrolled: int
    to_mark: int
    unreadable: int
    faults: int
    counted: str
    most: float
    quartiles: Quartiles | None
    alpha: float | None
    most_frequent: str | None


@dataclass(frozen=True)
class CourseFigures:
    """The course's id and title, its assignments with results, and the causes of all of them."""

    course: str
    title: str
    assignments: tuple[AssignmentFigures, ...]
    causes: tuple[Lasting, ...]


def course_figures(course: Course, classes: Sequence[ClassFigures], past: History) -> CourseFigures:
    """Put together what is known of each assignment."""
    return CourseFigures(
        course.spec.id,
        course.spec.title,
        tuple(map(_line, classes)),
        lasting(past, course.assignments),
    )


def _line(figures: ClassFigures) -> AssignmentFigures:
    handed = figures.handed
    return AssignmentFigures(
        figures.assignment,
        figures.title,
        handed.handed_in,
        len(handed.enrolled),
        len(handed.to_mark),
        len(handed.unreadable),
        len(handed.faults),
        figures.counted,
        figures.most,
        figures.quartiles,
        figures.alpha,
        figures.causes[0].id if figures.causes else None,
    )
