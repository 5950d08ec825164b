"""``gradeprop build``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gradeprop.cli import screen
from gradeprop.course.load import find_course, load_course
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import UsageError
from gradeprop.grading.publish import record_public_checks
from gradeprop.notebook.release import release_model
from gradeprop.records.notebooks import write_notebooks


def run(names: Sequence[str], folder: Path | None, *, as_json: bool) -> None:
    root = find_course(folder)
    course = load_course(root)
    chosen = [named_assignment(course, name) for name in names] or list(course.assignments)
    written: list[Path] = []
    with screen.progress("Building", len(chosen)) as bar:
        for assignment in chosen:
            model = release_model(course, assignment, record_public_checks(course, assignment))
            written += write_notebooks(root, assignment, model)
            bar.step(assignment.id)
    paths = [str(path.relative_to(root)) for path in written]
    if as_json:
        screen.print_json({"written": paths})
    else:
        for path in paths:
            screen.out().print(path)


def named_assignment(course: Course, name: str) -> LoadedAssignment:
    """The assignment of that name.

    Raises:
        UsageError: there is none.
    """
    assignment = course.assignment(name)
    if assignment is None:
        known = ", ".join(item.id for item in course.assignments)
        raise UsageError(f"the course has no assignment {name!r}", remedy=f"known: {known}")
    return assignment
