"""All figures of one assignment, as values: the page shows them, and programs get them as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gradeprop.course.keys import PartKey
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.faults import Fault, faults_in
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.answers import Answer
from gradeprop.records.marks import ClassMarks, Marks
from gradeprop.records.report.beside import Beside, beside
from gradeprop.records.report.causes import CauseFigures, cause_figures
from gradeprop.records.report.checks import CheckFigures, check_figures, exercise_alpha
from gradeprop.records.report.history import History
from gradeprop.records.report.statistics import LEAST, Quartiles, quartiles

__all__ = ["ClassFigures", "ExerciseFigures", "HandedIn", "class_figures"]


@dataclass(frozen=True)
class HandedIn:
    """Who is where, by id.

    Attributes:
        enrolled: everybody of the class, as far as is known.
        missing: enrolled, and nothing was handed in.
        ungraded: handed in, and there is no result yet.
        to_mark: a part waits for a person.
        unreadable: what was handed in could not be read.
        faults: a grader failed on their work.
        late: handed in after the due date, an extension counted in.
        extended: may hand in later than the others.
    """

    enrolled: tuple[str, ...]
    missing: tuple[str, ...]
    ungraded: tuple[str, ...]
    to_mark: tuple[str, ...]
    unreadable: tuple[str, ...]
    faults: tuple[str, ...]
    late: tuple[str, ...] = ()
    extended: tuple[str, ...] = ()

    @property
    def handed_in(self) -> int:
        return len(self.enrolled) - len(self.missing)


@dataclass(frozen=True)
class ExerciseFigures:
    """One exercise: the mean and the median of those whose points for it are ``known``; None for
    fewer than `gradeprop.records.report.statistics.LEAST`."""

    exercise: str
    title: str
    max_score: float
    known: int
    mean: float | None
    median: float | None


@dataclass(frozen=True)
class ClassFigures:
    """An assignment.

    Attributes:
        counted: what the distribution is of: ``total``: points with a person's marks and penalties,
            where everybody's are known; ``checks``: what the checks gave.
        open_for: why they are those of the checks: some wait for a ``person``'s points, some have
            left their ``group`` and have no total; empty where all totals are known.
        most: the points that there are of those.
        scores: of everybody on whom no grader failed; lowest first.
        readable: who handed in something that could be read.
        points: theirs, in the same order, as far as they are known.
        outdated: whose result is of other exercises than the course has by now; they are left out.
        alpha: Cronbach's, over exercises.
        seconds: median and longest time to grade a submission, in seconds; None for none.
    """

    assignment: str
    title: str
    handed: HandedIn
    counted: Literal["total", "checks"]
    open_for: frozenset[str]
    most: float
    scores: tuple[float, ...]
    readable: tuple[str, ...]
    points: tuple[float, ...]
    outdated: tuple[str, ...]
    quartiles: Quartiles | None
    alpha: float | None
    seconds: tuple[float, float] | None
    exercises: tuple[ExerciseFigures, ...]
    checks: tuple[CheckFigures, ...]
    causes: tuple[CauseFigures, ...]
    faults: tuple[Fault, ...]
    next: Beside | None


def class_figures(
    marks: ClassMarks,
    everybody: Sequence[str],
    submitted: Path,
    past: History,
    answers_of: Callable[[SubmissionResult], Mapping[PartKey, Answer]],
    names: Sequence[str] = (),
) -> ClassFigures:
    """Work all of it out.

    Args:
        everybody: ids of the whole class.
        submitted: the folder of hand-ins.
        past: the causes of the whole course.
        answers_of: finds what a student wrote.
        names: of everybody; what is shown of answers holds none of them.
    """
    assignment = marks.assignment
    could_be_read = [item for item in marks.students if item.result.status != "ungradable"]
    readable = [item for item in could_be_read if _is_of(item.result, assignment)]
    results = [item.result for item in readable]
    sound = [item for item in readable if item.result.status != "error"]
    totals = [item.score for item in sound if item.score is not None]
    whole = len(totals) == len(sound)
    scores = sorted(totals if whole else [item.result.auto_score for item in sound])
    causes = cause_figures(assignment, results, past)
    judged = [item.result for item in sound]
    took = [result.timing.total_s for result in results]
    return ClassFigures(
        assignment.id,
        assignment.spec.title,
        _handed_in(marks, everybody, submitted, assignment.id),
        "total" if whole else "checks",
        frozenset(item.awaits for item in sound if item.awaits is not None),
        assignment.points if whole else _checked_points(assignment),
        tuple(scores),
        tuple(result.student for result in results),
        tuple(item.certain if whole else item.result.auto_score for item in readable),
        tuple(item.result.student for item in could_be_read if item not in readable),
        quartiles(scores),
        exercise_alpha(judged),
        (statistics.median(took), max(took)) if took else None,
        tuple(_exercises(assignment, readable)),
        check_figures(assignment, judged),
        causes,
        tuple(faults_in([item.result for item in marks.students])),
        beside(assignment, results, causes, answers_of, names),
    )


def _handed_in(
    marks: ClassMarks, everybody: Sequence[str], submitted: Path, assignment: str
) -> HandedIn:
    graded = {item.result.student: item for item in marks.students}
    handed = {*graded, *marks.without_result}
    together = marks.together
    handed |= {name for name in everybody if together.handed_in(submitted, name, assignment)}
    enrolled = sorted({*everybody, *handed})

    def those(holds: Callable[[Marks], bool]) -> tuple[str, ...]:
        return tuple(name for name in enrolled if name in graded and holds(graded[name]))

    return HandedIn(
        tuple(enrolled),
        tuple(name for name in enrolled if name not in handed),
        tuple(name for name in enrolled if name in handed and name not in graded),
        those(lambda item: item.awaits == "person"),
        those(lambda item: item.result.status == "ungradable"),
        those(lambda item: item.result.status == "error"),
        those(lambda item: item.result.late is True),
        those(lambda item: item.result.extension is not None),
    )


def _checked_points(assignment: LoadedAssignment) -> float:
    """Of all checks; one that was taken out has none, or those that everybody is given."""
    return sum(check.points for _, check in assignment.checks())


def _is_of(result: SubmissionResult, assignment: LoadedAssignment) -> bool:
    """Whether the result is of the exercises that the assignment has."""
    names = [item.slug for item in assignment.exercises]
    return [item.exercise for item in result.exercises] == names


def _exercises(assignment: LoadedAssignment, students: Sequence[Marks]) -> list[ExerciseFigures]:
    rows = []
    for exercise in assignment.exercises:
        scores = [item.exercise_score(exercise.slug) for item in students]
        known = [score for score in scores if score is not None]
        rows.append(
            ExerciseFigures(
                exercise.slug,
                exercise.spec.title,
                sum(part.points for part in exercise.spec.parts),
                len(known),
                statistics.fmean(known) if len(known) >= LEAST else None,
                statistics.median(known) if len(known) >= LEAST else None,
            )
        )
    return rows
