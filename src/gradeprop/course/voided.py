"""``voided.yaml``: checks that are taken out of everyone's marks.

The file is part of the course: it belongs under version control, and results depend on it. A voided
check keeps its place in the exercise; what changes is its points."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import Field

from gradeprop.course.document import Document
from gradeprop.course.fields import Model, Slug, Text
from gradeprop.course.folder import CourseFiles
from gradeprop.course.model import Check, Course, Exercise, LoadedExercise
from gradeprop.course.nearest import did_you_mean
from gradeprop.errors import CourseProblem

FILE = "voided.yaml"
SCHEMA = "schemas/voided.schema.json"
_SCHEMA_LINE = f"# yaml-language-server: $schema={SCHEMA}"
_HEADER = (
    "# Checks taken out of everyone's marks. `gradeprop void` writes this file; grade again "
    "afterwards."
)


class Voided(Model):
    """One entry of ``voided.yaml``."""

    exercise: Slug
    check: Slug
    give: bool = Field(
        False, description="Everybody gets the points; else they leave the maximum and nobody does."
    )
    reason: Text | None = Field(None, description="Why, in words that students read.")

    @property
    def key(self) -> tuple[str, str]:
        return self.exercise, self.check


class VoidedList(Model):
    """``voided.yaml``."""

    checks: tuple[Voided, ...] = ()


class VoidedCheck(Check):
    """A check that is not run any more. ``points`` is what it adds to every score and to the
    maximum."""

    points: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    worth: float = Field(description="Its points before it was taken out.")
    give: bool = False
    reason: str | None = None

    @property
    def voided(self) -> bool:
        return True


def check_voided(document: Document, spec: VoidedList, files: CourseFiles) -> list[CourseProblem]:
    """Entries that name nothing that exists, or the same check twice."""
    known: dict[str, list[str]] = {}
    unread = {slug for (_, slug), exercise in files.exercises.items() if exercise.spec is None}
    for (_, slug), exercise in files.exercises.items():
        if exercise.spec is not None:
            parts = exercise.spec.parts
            known[slug] = [check.check for part in parts for check in part.checks]
    problems = []
    seen = set()
    for number, entry in enumerate(spec.checks):
        if entry.exercise in unread:
            continue
        if entry.exercise not in known:
            what, remedy = (
                f"there is no exercise {entry.exercise!r}",
                did_you_mean(entry.exercise, known),
            )
            key = "exercise"
        elif entry.check not in known[entry.exercise]:
            what = f"{entry.exercise} has no check {entry.check!r}"
            remedy, key = did_you_mean(entry.check, known[entry.exercise]), "check"
        elif entry.key in seen:
            what, remedy, key = f"{entry.check!r} is listed twice", "delete one of them", "check"
        else:
            seen.add(entry.key)
            continue
        problems.append(document.problem(document.place(("checks", number, key)), what, remedy))
    return problems


def with_voided(exercise: Exercise, slug: str, voided: Sequence[Voided]) -> Exercise:
    """The exercise as it counts now: the same one, if nothing of it was taken out."""
    entries = {entry.check: entry for entry in voided if entry.exercise == slug}
    if not entries:
        return exercise

    def counted(check: Check) -> Check:
        entry = entries.get(check.check)
        if entry is None:
            return check
        points = check.points if entry.give else 0.0
        data = {**check.model_dump(), "points": points, "worth": check.points}
        return VoidedCheck(**data, give=entry.give, reason=entry.reason)

    return _with_checks(exercise, counted)


def voided_in(course: Course) -> tuple[Voided, ...]:
    """What is taken out of a loaded course."""
    found: list[Voided] = []
    for assignment in course.assignments:
        for key, check in assignment.checks():
            if isinstance(check, VoidedCheck):
                entry = Voided(
                    exercise=key.exercise, check=check.check, give=check.give, reason=check.reason
                )
                found.append(entry)
    return tuple(found)


def as_written(course: Course) -> Course:
    """The course with every check and all its points, as if nothing had been taken out."""

    def written(exercise: LoadedExercise) -> LoadedExercise:
        return exercise.model_copy(update={"spec": _as_written(exercise.spec)})

    assignments = []
    for assignment in course.assignments:
        exercises = tuple(map(written, assignment.exercises))
        assignments.append(assignment.model_copy(update={"exercises": exercises}))
    return course.model_copy(update={"assignments": tuple(assignments)})


def _as_written(exercise: Exercise) -> Exercise:
    def written(check: Check) -> Check:
        if not isinstance(check, VoidedCheck):
            return check
        data = check.model_dump(include=set(Check.model_fields))
        return Check(**{**data, "points": check.worth})

    return _with_checks(exercise, written)


def _with_checks(exercise: Exercise, change: Callable[[Check], Check]) -> Exercise:
    parts = tuple(
        part.model_copy(update={"checks": tuple(map(change, part.checks))}) if part.checks else part
        for part in exercise.parts
    )
    return exercise.model_copy(
        update={"parts": parts, "points": sum(part.points for part in parts)}
    )


def changed(voided: Sequence[Voided], entry: Voided) -> tuple[Voided, ...]:
    """The list with this entry, in place of an earlier one of the same check."""
    return (*removed(voided, entry.key), entry)


def removed(voided: Sequence[Voided], key: tuple[str, str]) -> tuple[Voided, ...]:
    """The list without this check."""
    return tuple(item for item in voided if item.key != key)


def as_yaml(voided: Sequence[Voided], *, schema: bool = False) -> bytes:
    """The text of ``voided.yaml``; with ``schema``, its first line names the schema."""
    lines = [*([_SCHEMA_LINE] if schema else []), _HEADER, "checks:" if voided else "checks: []"]
    for entry in sorted(voided, key=lambda item: item.key):
        first, *others = entry_lines(entry)
        lines += [f"  - {first}", *(f"    {line}" for line in others)]
    return ("\n".join(lines) + "\n").encode()


def entry_lines(entry: Voided) -> list[str]:
    """``key: value`` of all that an entry says."""
    lines = [f"exercise: {entry.exercise}", f"check: {entry.check}"]
    if entry.give:
        lines.append("give: true")
    if entry.reason is not None:
        lines.append(f"reason: {in_quotes(entry.reason)}")
    return lines


def in_quotes(text: str) -> str:
    """A JSON text is a YAML text in double quotes."""
    return json.dumps(text, ensure_ascii=False)
