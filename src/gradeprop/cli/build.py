"""``gradeprop build``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop.cli import screen
from gradeprop.cli.selection import open_assignments
from gradeprop.course.dates import build_notes, later_releases
from gradeprop.records.files.earlier_release import note_on
from gradeprop.records.gradebook.listed_cells import goes_without_progress

if TYPE_CHECKING:
    from gradeprop.grading.run.facilities import KeptSandboxes
    from gradeprop.session.grader.sandbox import Isolation


def run(
    names: Sequence[str],
    folder: Path | None,
    isolation: Isolation,
    saved: Sequence[str] = (),
    *,
    as_json: bool,
    kept: KeptSandboxes | None = None,
) -> None:
    """Write both notebooks of each assignment and print their paths; say on stderr what should not
    be handed out yet.

    Args:
        saved: if there are any, only the assignments to which these files belong.
        kept: sandboxes that stay open for the next time; closed here if something goes wrong.
    """
    root, course = open_assignments(folder, names, saved)
    chosen = course.assignments
    from gradeprop.grading.run.facilities import KeptSandboxes as Sandboxes
    from gradeprop.grading.run.facilities import facilities_for

    written: list[Path] = []
    without_progress = [
        item.id for item in chosen if goes_without_progress(course, item.id, root / "submitted")
    ]
    facilities = facilities_for(course, isolation, ("cpu",))
    with ExitStack() as if_wrong, screen.progress("Building", len(chosen)) as bar:
        opened = kept or Sandboxes()
        if_wrong.callback(opened.close)
        if any(assignment.carries_samples for assignment in chosen):
            opened.of(facilities)
        from gradeprop.grading.run.publish import release_of  # imports torch, which takes seconds
        from gradeprop.records.files.notebooks import write_notebooks

        for assignment in chosen:
            progress = assignment.id not in without_progress
            sandboxes = partial(opened.of, facilities)
            release = release_of(course, assignment, sandboxes, progress=progress)
            written += write_notebooks(root, assignment, release)
            bar.step(assignment.id)
        if kept is not None:
            if_wrong.pop_all()  # all went well: they stay
    paths = [str(path.relative_to(root)) for path in written]
    specs = [assignment.spec for assignment in chosen]
    today = date.today()
    for note in [*build_notes(specs, today), *note_on(without_progress)]:
        screen.err().print(note, soft_wrap=True)
    if as_json:
        later = {name: str(day) for name, day in later_releases(specs, today).items()}
        screen.print_json({"written": paths, "not_before": later})
    else:
        for path in paths:
            screen.out().print(path, soft_wrap=True)
