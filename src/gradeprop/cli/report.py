"""``gradeprop report``: how a class did, as pages and as figures."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gradeprop.cli import screen
from gradeprop.cli.export import tell
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import UsageError
from gradeprop.records.files.key import course_key
from gradeprop.records.report.course_figures import course_figures
from gradeprop.records.report.history import history
from gradeprop.records.report.tidy import as_csv, class_data, course_data
from gradeprop.records.report.write import (
    Desk,
    ReportedClass,
    desk,
    reported,
    write_class,
    write_course,
)


@dataclass(frozen=True)
class Request:
    """What the command line asks for; no assignments: all of them, and the course."""

    assignments: Sequence[str]
    submitted: Path | None
    folder: Path | None
    anonymous: bool
    opens: bool
    as_csv: bool
    as_json: bool


def run(request: Request) -> None:
    """Write the pages and print their paths, or print the figures.

    Raises:
        UsageError: no such assignment, or nothing graded yet.
        MissingFacility, StorageError: there is a gradebook, but it cannot be used, or a page cannot
            be written.
    """
    root, course = open_course(request.folder)
    chosen = [named_assignment(course, name) for name in request.assignments]
    key = course_key(root) if request.anonymous else None
    submitted = request.submitted or root / "submitted"
    shared = desk(course, submitted, history(course), datetime.now(UTC), key)
    found = _found(shared, chosen or course.assignments)
    _require(found, chosen or ([] if found else course.assignments[:1]))
    for assignment, item in found:
        if not request.anonymous:
            tell(item.marks)
        if not item.results:
            screen.err().print(f"{assignment.id}: nothing that was handed in could be read.")
    if request.as_csv:
        rows = [result for _, item in found for result in item.results]
        sys.stdout.buffer.write(screen.plain_lines(as_csv(rows, shared.people)))
        sys.stdout.flush()
    elif request.as_json:
        screen.print_json(_data(shared, course, found, whole=not chosen))
    else:
        _write(shared, course, found, request, whole=not chosen)


def _found(
    shared: Desk, assignments: Sequence[LoadedAssignment]
) -> list[tuple[LoadedAssignment, ReportedClass]]:
    """Those with results."""
    with screen.progress("Reporting", len(assignments)) as bar:
        found = []
        for assignment in assignments:
            item = reported(shared, assignment)
            if item.marks.students:
                found.append((assignment, item))
            bar.step(assignment.id)
    return found


def _require(
    found: Sequence[tuple[LoadedAssignment, ReportedClass]], wanted: Sequence[LoadedAssignment]
) -> None:
    """Refuse to go on without what was asked for by name, or with nothing at all."""
    there = {assignment.id for assignment, _ in found}
    for assignment in wanted:
        if assignment.id not in there:
            raise UsageError(
                f"there are no results of {assignment.id} yet",
                where=f"results/{assignment.id}",
                remedy=f"run `gradeprop grade {assignment.id}` first",
            )


def _data(
    shared: Desk,
    course: Course,
    found: Sequence[tuple[LoadedAssignment, ReportedClass]],
    *,
    whole: bool,
) -> dict[str, object]:
    data: dict[str, object] = {
        "assignments": [class_data(item.figures, shared.people) for _, item in found]
    }
    if whole:
        figures = course_figures(course, [item.figures for _, item in found], shared.past)
        data["course"] = course_data(figures)
    return data


def _write(
    shared: Desk,
    course: Course,
    found: Sequence[tuple[LoadedAssignment, ReportedClass]],
    request: Request,
    *,
    whole: bool,
) -> None:
    written = [write_class(shared, assignment, item) for assignment, item in found]
    if whole:
        figures = course_figures(course, [item.figures for _, item in found], shared.past)
        written.append(write_course(shared, figures))
    for path in written:
        screen.out().print(str(path.relative_to(course.root)), soft_wrap=True)
    if request.opens:
        webbrowser.open(written[-1].resolve().as_uri())
