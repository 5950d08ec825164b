"""``gradeprop build``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop.cli import screen
from gradeprop.cli.selection import open_assignments
from gradeprop.course.dates import build_notes, later_releases

if TYPE_CHECKING:
    from gradeprop.session.grader.sandbox import Isolation
    from gradeprop.session.interface import Sandbox


def run(
    names: Sequence[str],
    folder: Path | None,
    isolation: Isolation,
    saved: Sequence[str] = (),
    *,
    as_json: bool,
) -> None:
    """Write both notebooks of each assignment and print their paths; say on stderr what should not
    be handed out yet.

    Args:
        saved: if there are any, only the assignments to which these files belong.
    """
    root, course = open_assignments(folder, names, saved)
    chosen = course.assignments
    from gradeprop.grading.run.facilities import facilities_for, open_sandboxes
    from gradeprop.grading.run.publish import release_of  # imports torch, which takes seconds
    from gradeprop.records.files.notebooks import write_notebooks

    written: list[Path] = []
    with ExitStack() as opened, screen.progress("Building", len(chosen)) as bar:

        @cache
        def sandboxes() -> Mapping[str, Sandbox]:
            return opened.enter_context(open_sandboxes(facilities_for(course, isolation, ("cpu",))))

        for assignment in chosen:
            release = release_of(course, assignment, sandboxes)
            written += write_notebooks(root, assignment, release)
            bar.step(assignment.id)
    paths = [str(path.relative_to(root)) for path in written]
    specs = [assignment.spec for assignment in chosen]
    today = date.today()
    for note in build_notes(specs, today):
        screen.err().print(note, soft_wrap=True)
    if as_json:
        later = {name: str(day) for name, day in later_releases(specs, today).items()}
        screen.print_json({"written": paths, "not_before": later})
    else:
        for path in paths:
            screen.out().print(path, soft_wrap=True)
