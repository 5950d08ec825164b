"""What an export is: a class's marks in, text out. Writing it somewhere is `export.py`'s job.

Exports are handed on, so none holds what a student may not see: no hidden input, reference or seed,
and of a check the student's message, never the instructor's detail."""

from __future__ import annotations

from gradeprop.course.keys import CheckKey, PartKey
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.score import at_worst, counted_in_class
from gradeprop.grading.result.verdict import CheckVerdict, PartResult
from gradeprop.records.marks import ClassMarks, Marks


def all_parts(marks: ClassMarks) -> list[PartKey]:
    """Exercise and part, as the course orders them; then parts that only older results have."""
    known = dict.fromkeys(key for key, _ in marks.assignment.parts())
    for student in marks.students:
        known |= dict.fromkeys(student.parts)
    return list(known)


def all_checks(marks: ClassMarks, key: PartKey) -> list[str]:
    """The checks of a part, as the course orders them; then those that only older results have."""
    known = dict.fromkeys(check.check for of, check in marks.assignment.checks() if of == key)
    for student in marks.students:
        part = dict(student.result.parts()).get(key)
        if part is not None:
            known |= dict.fromkeys(check.check for check in part.checks)
    return list(known)


def checks_of(part: PartResult) -> list[CheckVerdict]:
    """Of each check the verdict that counts: with several devices, the worst."""
    return at_worst(part.checks)


def describes(assignment: LoadedAssignment) -> dict[CheckKey, str]:
    """What each check checks, in the student's words, on one line."""
    return {
        CheckKey(*key, check.check): " ".join(check.describe.split())
        for key, check in assignment.checks()
    }


def misconceptions(student: Marks) -> list[str]:
    """``exercise: misconception``, each once."""
    found: dict[str, None] = {}
    for key, part in student.result.parts():
        for check in counted_in_class(part):
            if check.misconception:
                found[f"{key.exercise}: {check.misconception}"] = None
    return list(found)


def by_checks_alone(student: Marks) -> float | None:
    """The points of all parts but explanations; None where a grader failed."""
    scores = [
        student.parts[key].score
        for key, part in student.result.parts()
        if part.kind != "explanation"
    ]
    return None if None in scores else sum(score or 0.0 for score in scores)


def part_titles(marks: ClassMarks) -> dict[PartKey, str]:
    """What each part is called, in the course's words; of older parts, by their ids."""
    titles: dict[PartKey, str] = {}
    for student in marks.students:
        for key in student.parts:
            titles[key] = " ".join(key).replace("_", " ")
    for exercise in marks.assignment.exercises:
        several = len(exercise.spec.parts) > 1
        for part in exercise.spec.parts:
            own = f", {part.title or part.part.replace('_', ' ')}" if several else ""
            titles[exercise.key(part.part)] = exercise.spec.title + own
    return titles
