"""``gradeprop bundle``: an autograder for another platform."""

from __future__ import annotations

from pathlib import Path

from gradeprop.cli import screen
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.errors import UsageError
from gradeprop.records.files.atomic import write_atomically


def run(name: str, output: Path | None, index: str | None, folder: Path | None) -> None:
    """Write the zip for Gradescope and print its path.

    Raises:
        UsageError: no such assignment, ``output`` is a folder, or ``index`` is no address.
        StorageError: it cannot be written.
    """
    root, course = open_course(folder)
    assignment = named_assignment(course, name)
    path = output or root / "dist" / f"{name}-gradescope.zip"
    if path.is_dir():
        raise UsageError("this is a folder", where=str(path), remedy="name a file in it")
    from gradeprop.grading.run.publish import release_of  # imports torch, which takes seconds
    from gradeprop.records.gradescope.bundle import gradescope_bundle

    release_of(course, assignment)  # better to fail here than for every student
    write_atomically(path.resolve(), gradescope_bundle(course, name, index), mode=0o600)
    by_hand = sum(part.points for _, part in assignment.parts() if part.kind == "explanation")
    note = f"On Gradescope, set the autograder's points to {assignment.points - by_hand:g}"
    if by_hand:
        note += f" and add manual questions worth {by_hand:g} for the explanations"
    screen.err().print(f"{note}.", soft_wrap=True)
    screen.err().print(
        "The zip holds solutions, hidden checks and the course key: give it to nobody else.",
        soft_wrap=True,
    )
    screen.out().print(screen.plain(str(path)), soft_wrap=True)
