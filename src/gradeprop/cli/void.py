"""``gradeprop void``: take a check out of everyone's marks, or put it back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop import wording
from gradeprop.cli import screen
from gradeprop.cli.selection import as_slug, named_assignment, open_course
from gradeprop.course.voided import FILE, SCHEMA, Voided, VoidedCheck, changed, removed, voided_in
from gradeprop.course.voided_text import edited
from gradeprop.errors import UsageError
from gradeprop.records.files.atomic import remove, write_atomically

if TYPE_CHECKING:
    from gradeprop.course.model import Check, Course, LoadedAssignment, LoadedExercise


def run(
    name: str | None,
    only: str | None,
    reason: str | None,
    folder: Path | None,
    *,
    give: bool,
    undo: bool,
    as_json: bool,
) -> None:
    """Change ``voided.yaml`` and say what that means; without a check, list what is in it.

    Raises:
        UsageError: no such check, several of that name, nothing to undo, or a file that has
            comments where it cannot be changed without losing them.
        StorageError: the file cannot be written.
    """
    root, course = open_course(folder)
    voided = voided_in(course)
    if name is None:
        if give or undo or reason:
            raise UsageError("which check?", remedy="name it: gradeprop void CHECK")
        _list(voided, as_json)
        return
    if undo and (give or reason):
        raise UsageError("--undo goes with neither --give nor --reason", remedy="leave them out")
    exercise, check = _find(course, name, only)
    key = (exercise.slug, check.check)
    if undo:
        if not check.voided:
            raise UsageError(
                f"{'.'.join(key)} is not taken out", remedy="`gradeprop void` lists what is"
            )
        left = removed(voided, key)
    else:
        text = " ".join(reason.split()) if reason else None
        entry = Voided(exercise=exercise.slug, check=check.check, give=give, reason=text or None)
        left = changed(voided, entry)
    _write(root, left)
    if as_json:
        _list(left, as_json)
        return
    points = check.worth if isinstance(check, VoidedCheck) else check.points
    some = wording.points(points)
    if undo:
        said = f"{'.'.join(key)} counts again ({some})."
    elif give:
        said = f"{'.'.join(key)} is taken out: everybody gets its {some}."
    else:
        leave = "leaves" if points == 1 else "leave"
        said = (
            f"{'.'.join(key)} is taken out: it counts for nobody, and its {some} {leave} the "
            "maximum."
        )
    screen.out().print(said, soft_wrap=True)
    screen.err().print(
        f"Written to {FILE}, which belongs under version control. To change the marks:"
        f" gradeprop grade {exercise.assignment}",
        soft_wrap=True,
    )


def _write(root: Path, voided: Sequence[Voided]) -> None:
    path = root / FILE
    raw = path.read_bytes() if path.is_file() else None
    text = edited(raw, voided, schema=(root / SCHEMA).is_file())
    if text is None:
        remove(path)
    else:
        write_atomically(path, text)


def _find(course: Course, name: str, only: str | None) -> tuple[LoadedExercise, Check]:
    """The one check of that name; ``exercise.check`` tells checks of the same name apart."""
    slug, _, wanted = map(as_slug, name.rpartition("."))
    assignments: Sequence[LoadedAssignment] = (
        [named_assignment(course, only)] if only else course.assignments
    )
    known: list[tuple[LoadedExercise, Check]] = []
    for assignment in assignments:
        for exercise in assignment.exercises:
            known += [(exercise, check) for check in exercise.checks()]
    found = [(e, check) for e, check in known if check.check == wanted and slug in ("", e.slug)]
    if len(found) == 1:
        return found[0]
    place = f"in {only}" if only else "in this course"
    if found:
        names = ", ".join(f"{exercise.slug}.{check.check}" for exercise, check in found)
        raise UsageError(
            f"several checks {place} are called {wanted!r}", remedy=f"name one: {names}"
        )
    # All checks of a course would fill the screen; those of a named exercise or assignment do not.
    near = [f"{e.slug}.{check.check}" for e, check in known if only or slug == e.slug]
    raise UsageError(
        f"there is no check {name!r} {place}",
        remedy=f"known: {', '.join(near)}"
        if near
        else "`gradeprop show ASSIGNMENT STUDENT` names them",
    )


def _list(voided: Sequence[Voided], as_json: bool) -> None:
    if as_json:
        screen.print_json({"voided": [entry.model_dump() for entry in voided]})
    elif not voided:
        screen.err().print("Every check counts.")
    for entry in () if as_json else voided:
        given = "everybody gets its points" if entry.give else "counts for nobody"
        reason = f": {entry.reason}" if entry.reason else ""
        screen.out().print(f"{entry.exercise}.{entry.check}  {given}{reason}", soft_wrap=True)
