"""``gradeprop extend``: until when one student may hand in."""

from __future__ import annotations

import importlib.util
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from gradeprop.cli import screen
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.course.dates import as_text, beside, moment, moment_from, moment_in_words
from gradeprop.course.model import LoadedAssignment
from gradeprop.errors import UsageError
from gradeprop.records.enrolment import Everybody
from gradeprop.records.files.extensions import FILE, read_extensions, write_extensions
from gradeprop.records.files.names import shown_id
from gradeprop.records.gradebook.roster import is_id

_LONGER: Final = re.compile(r"\+(\d{1,4})([dh])")


def run(student: str, name: str, until: str | None, folder: Path | None, *, as_json: bool) -> None:
    """Write an extension, take it back, or say what there is.

    Raises:
        UsageError: no such assignment, nobody of that id, no due date, or no later moment.
        MissingFacility, StorageError: extensions.csv or the gradebook cannot be written.
    """
    root, course = open_course(folder)
    assignment = named_assignment(course, name)
    extensions = read_extensions(root)
    key = (student, assignment.id)
    changes = False
    if until is not None:
        if not is_id(student):
            raise UsageError(f"{student!r} cannot be a student's id")
        Everybody(root, course, root / "submitted").demand(student)
        moment_then = None if until == "none" else _moment(assignment, until)
        changes = extensions.get(key) != moment_then
        if moment_then is None:
            extensions.pop(key, None)
        else:
            extensions[key] = moment_then
        if changes:
            write_extensions(root, extensions)
        changes |= _into_gradebook(root, student, assignment.id, moment_then, course.spec.gradebook)
    now = extensions.get(key)
    if as_json:
        screen.print_json(
            {
                "student": student,
                "assignment": assignment.id,
                "until": now and as_text(now),
            }
        )
        return
    said = f"no extension in {FILE}"
    if now is not None:
        said = f"until {moment_in_words(beside(assignment.spec.due, now))}"
    screen.out().print(f"{shown_id(student)}, {assignment.id}: {said}", soft_wrap=True)
    if changes:
        screen.err().print(f"`gradeprop grade {assignment.id}` takes it into account.")
    elif until is not None:
        already = "There was none" if now is None else "So it was before"
        screen.err().print(f"{already}: nothing is written.")


def _moment(assignment: LoadedAssignment, text: str) -> datetime:
    due = assignment.spec.due
    if due is None:
        raise UsageError(
            f"{assignment.id} has no due date, so nobody is late",
            remedy="give it one (`due`) in course.yaml",
        )
    longer = _LONGER.fullmatch(text)
    if longer:
        count = int(longer[1])
        if longer[2] == "h":
            return moment(due) + timedelta(hours=count)
        return moment(due + timedelta(days=count))  # the same time of the day, summer or not
    try:
        found = moment_from(text, due.tzinfo)
    except ValueError:
        raise UsageError(
            f"{text!r} is no date",
            remedy="write it as 2026-12-03, 2026-12-03T18:00+01:00, +3d, +12h or none",
        ) from None
    if found <= moment(due):
        raise UsageError(
            f"{moment_in_words(beside(due, found))} is not after the due date",
            remedy=f"it is due {moment_in_words(due)}",
        )
    return found


def _into_gradebook(
    root: Path, student: str, assignment: str, until: datetime | None, configured: str | None
) -> bool:
    if importlib.util.find_spec("nbgrader") is None:
        return False
    if configured is None and not (root / "gradebook.db").exists():
        return False  # nbgrader takes seconds to load
    from gradeprop.records.gradebook.extending import extend_in_gradebook

    return extend_in_gradebook(root, student, assignment, until, configured)
