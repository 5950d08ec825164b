"""The causes of a class's wrong answers: how many have each, since when, and in which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gradeprop.course.keys import PartKey
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.score import counted_in_class
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.result.words import words_for
from gradeprop.records.report.history import History

__all__ = ["CauseFigures", "Lasting", "cause_figures", "lasting", "letters"]


@dataclass(frozen=True)
class CauseFigures:
    """One cause in an assignment.

    Attributes:
        letter: what it is called on the map, ``A`` the most frequent.
        words: what most of these students were told.
        students: their ids.
        places: in which parts, and how many students in each, the most frequent first.
        before: those of them for whom it had been named in an exercise before.
        met_again: how many of them worked on a later exercise in which it can be told.
        still: how many of those had it in the last such exercise, too.
    """

    letter: str
    id: str
    words: str
    students: tuple[str, ...]
    places: tuple[tuple[PartKey, int], ...]
    before: tuple[str, ...]
    met_again: int
    still: int


@dataclass(frozen=True)
class Lasting:
    """One cause through the whole course.

    Attributes:
        by_assignment: how many students had it in each.
        students: how many had it at all.
        met_again: of them, how many worked on a later exercise in which it can be told.
        still: of those, how many had it in the last such exercise, too.
    """

    id: str
    by_assignment: Mapping[str, int]
    students: int
    met_again: int
    still: int


def letters() -> Iterator[str]:
    """``A`` to ``Z``, ``AA``, ``AB``, …"""
    number = 0
    while True:
        number += 1
        name, left = "", number
        while left:
            left, digit = divmod(left - 1, 26)
            name = chr(ord("A") + digit) + name
        yield name


def cause_figures(
    assignment: LoadedAssignment, results: Sequence[SubmissionResult], past: History
) -> tuple[CauseFigures, ...]:
    """All causes that were named, the most frequent first.

    Args:
        results: of everybody whose work could be read.
        past: of the whole course.
    """
    where: dict[str, dict[PartKey, list[str]]] = {}
    told: dict[str, Counter[str]] = {}
    for result in results:
        for key, part in result.parts():
            for verdict in counted_in_class(part):
                cause = verdict.misconception
                if cause is None:
                    continue
                here = where.setdefault(cause, {}).setdefault(key, [])
                if result.student not in here[-1:]:
                    here.append(result.student)
                if verdict.hint:
                    told.setdefault(cause, Counter())[verdict.hint] += 1
    declared = _declared(assignment)
    rows = []
    for cause, places in where.items():
        students = tuple(sorted({name for names in places.values() for name in names}))
        ordered = sorted(places.items(), key=lambda item: -len(item[1]))
        said = told.get(cause)
        words = said.most_common(1)[0][0] if said else words_for(cause, declared)
        if words == cause.replace("_", " "):
            words = ""  # the name says as much
        before = {
            student
            for key, names in places.items()
            for student in names
            if past.had_before(student, cause, key.exercise)
        }
        counts = tuple((key, len(names)) for key, names in ordered)
        again, still = _since(past, cause, _exercises(places))
        rows.append(
            (
                cause,
                " ".join(words.split()),
                students,
                counts,
                tuple(sorted(before)),
                again,
                still,
            )
        )
    rows.sort(key=lambda row: (-len(row[2]), row[0]))
    return tuple(CauseFigures(letter, *row) for letter, row in zip(letters(), rows, strict=False))


def lasting(past: History, assignments: Sequence[LoadedAssignment]) -> tuple[Lasting, ...]:
    """All causes of the course, those that most students had first."""
    of = {item.slug: one.id for one in assignments for item in one.exercises}
    had: dict[str, dict[str, set[str]]] = {}
    for exercise in past.exercises:
        for student, causes in past.causes[exercise].items():
            for cause in causes:
                had.setdefault(cause, {}).setdefault(of[exercise], set()).add(student)
    rows = []
    for cause, by_assignment in had.items():
        students = set().union(*by_assignment.values())
        again, still = _since(past, cause, _shown(past, cause, students))
        counts = {name: len(names) for name, names in by_assignment.items()}
        rows.append(Lasting(cause, counts, len(students), again, still))
    return tuple(sorted(rows, key=lambda row: (-row.students, row.id)))


def _since(past: History, cause: str, shown: Mapping[str, Collection[str]]) -> tuple[int, int]:
    """How many met the cause again after they had first shown it, and how many of them still had it
    at the end.

    Args:
        shown: by student, the exercises in which they showed it.
    """
    later = [past.later(student, cause, exercises) for student, exercises in shown.items()]
    return sum(map(bool, later)), sum(bool(after and after[-1]) for after in later)


def _exercises(places: Mapping[PartKey, Sequence[str]]) -> dict[str, set[str]]:
    shown: dict[str, set[str]] = {}
    for key, students in places.items():
        for student in students:
            shown.setdefault(student, set()).add(key.exercise)
    return shown


def _shown(past: History, cause: str, students: Iterable[str]) -> dict[str, set[str]]:
    return {
        student: {exercise for exercise, named in past.of(student, cause) if named}
        for student in students
    }


def _declared(assignment: LoadedAssignment) -> dict[str, str]:
    return {
        item.id: item.say
        for exercise in assignment.exercises
        for part in exercise.spec.parts
        for item in getattr(part, "misconceptions", ())
    }
