"""What an export is: a class's marks in, text out. Writing it somewhere is `export.py`'s job.

Exports are handed on, so none holds what a student may not see: no hidden input, reference or seed,
and of a check the student's message, never the instructor's detail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.score import at_worst
from gradeprop.grading.result.verdict import CheckVerdict, PartResult
from gradeprop.records.marks import ClassMarks, Marks, PartKey

CheckKey: TypeAlias = tuple[str, str, str]


def all_parts(marks: ClassMarks) -> list[PartKey]:
    """Exercise and part, as the course orders them; then parts that only older results have."""
    ours = {
        (exercise.slug, part.part): None
        for exercise in marks.assignment.exercises
        for part in exercise.spec.parts
    }
    theirs = {key: None for student in marks.students for key in student.parts}
    return list(ours | theirs)


def all_checks(marks: ClassMarks, key: PartKey) -> list[str]:
    """The checks of a part, as the course orders them; then those that only older results have."""
    ours = {
        check.check: None
        for exercise in marks.assignment.exercises
        for part in exercise.spec.parts
        if (exercise.slug, part.part) == key
        for check in part.checks
    }
    theirs = {
        check.check: None
        for student in marks.students
        for of, part in parts_of(student)
        if of == key
        for check in part.checks
    }
    return list(ours | theirs)


def parts_of(student: Marks) -> Iterator[tuple[PartKey, PartResult]]:
    for exercise in student.result.exercises:
        for part in exercise.parts:
            yield (exercise.exercise, part.part), part


def checks_of(part: PartResult) -> list[CheckVerdict]:
    """Of each check the verdict that counts: with several devices, the worst."""
    return at_worst(part.checks)


def describes(assignment: LoadedAssignment) -> dict[CheckKey, str]:
    """What each check checks, in the student's words, on one line."""
    return {
        (exercise.slug, part.part, check.check): " ".join(check.describe.split())
        for exercise in assignment.exercises
        for part in exercise.spec.parts
        for check in part.checks
    }


def causes(student: Marks) -> list[str]:
    """``exercise: misconception``, each once."""
    found = {
        f"{exercise}: {check.misconception}": None
        for (exercise, _), part in parts_of(student)
        for check in checks_of(part)
        if check.misconception
    }
    return list(found)
