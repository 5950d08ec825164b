"""``gradeprop bundle``: an autograder for another platform."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeAlias

from gradeprop.cli import screen
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import UsageError
from gradeprop.records.files.atomic import write_atomically

Platform: TypeAlias = Literal["gradescope", "classroom50"]


def run(
    platform: Platform,
    name: str,
    output: Path | None,
    index: str | None,
    on_runner: str | None,
    folder: Path | None,
) -> None:
    """Write the zip for a platform and print its path.

    Args:
        on_runner: Classroom 50 only: where the course lies on the runner.

    Raises:
        UsageError: no such assignment, ``output`` is a folder, ``index`` is no address, or
            ``on_runner`` is for another platform.
        StorageError: it cannot be written.
    """
    root, course = open_course(folder)
    assignment = named_assignment(course, name)
    path = output or root / "dist" / f"{name}-{platform}.zip"
    if path.is_dir():
        raise UsageError("this is a folder", where=str(path), remedy="name a file in it")
    if on_runner is not None and platform != "classroom50":
        raise UsageError("--course-on-runner is for classroom50 only", remedy="leave it out")
    from gradeprop.grading.run.publish import release_of  # imports torch, which takes seconds

    release_of(course, assignment)  # better to fail here than for every student
    write_atomically(path.resolve(), _packed(platform, course, name, index, on_runner), mode=0o600)
    by_hand = sum(part.points for _, part in assignment.parts() if part.kind == "explanation")
    notes = (
        _about_gradescope(assignment, by_hand)
        if platform == "gradescope"
        else _about_classroom50(assignment, by_hand, secret=on_runner is None)
    )
    for note in notes:
        screen.err().print(note, soft_wrap=True)
    screen.out().print(screen.plain(str(path)), soft_wrap=True)


def _packed(
    platform: Platform, course: Course, name: str, index: str | None, on_runner: str | None
) -> bytes:
    if platform == "gradescope":
        from gradeprop.records.gradescope.bundle import gradescope_bundle

        return gradescope_bundle(course, name, index)
    from gradeprop.records.classroom50.bundle import classroom50_bundle

    return classroom50_bundle(course, name, index, on_runner)


def _about_gradescope(assignment: LoadedAssignment, by_hand: float) -> Iterator[str]:
    note = f"On Gradescope, set the autograder's points to {assignment.points - by_hand:g}"
    if by_hand:
        note += f" and add manual questions worth {by_hand:g} for the explanations"
    yield f"{note}."
    yield "The zip holds solutions, hidden checks and the course key: give it to nobody else."


def _about_classroom50(
    assignment: LoadedAssignment, by_hand: float, *, secret: bool
) -> Iterator[str]:
    from gradeprop.records.classroom50.result import factor

    times = factor(assignment)
    total = assignment.points - by_hand
    yield "Unpack it into CLASSROOM/autograders/ASSIGNMENT/ of your classroom50 repository."
    scaled = f", which Classroom 50 shows as {total * times:g}" if times != 1 else ""
    yield f"The checks are worth {total:g} points{scaled}; explanations are not in it."
    if secret:
        yield (
            "The zip holds solutions, hidden checks and the course key, and Classroom 50 publishes "
            "what is unpacked there: whoever learns its address can read it, students included. "
            "Take it for practice, or keep the course on a runner of your own with "
            "--course-on-runner DIR."
        )
