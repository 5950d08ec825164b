"""``gradeprop bundle``: an autograder for another platform."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeAlias

from gradeprop.cli import screen
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.course.load import load_course
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import UsageError
from gradeprop.records.bundles.one_assignment import course_of_one, from_students
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
        GraderFault: a grader fails by itself, or without the other assignments.
        StorageError: it cannot be written.
    """
    root, course = open_course(folder)
    assignment = named_assignment(course, name)
    path = output or root / "dist" / f"{name}-{platform}.zip"
    if path.is_dir():
        raise UsageError("this is a folder", where=str(path), remedy="name a file in it")
    if on_runner is not None and platform != "classroom50":
        raise UsageError("--course-on-runner is for classroom50 only", remedy="leave it out")
    _require_gradable(platform, course, assignment, whole=on_runner is not None)
    write_atomically(path.resolve(), _packed(platform, course, name, index, on_runner), mode=0o600)
    by_hand = sum(part.points for _, part in assignment.parts() if part.kind == "explanation")
    notes = (
        _about_gradescope(assignment, by_hand)
        if platform == "gradescope"
        else _about_classroom50(assignment, by_hand, public=on_runner is None)
    )
    for note in notes:
        screen.err().print(note, soft_wrap=True)
    screen.out().print(screen.plain(str(path)), soft_wrap=True)


def _require_gradable(
    platform: Platform, course: Course, assignment: LoadedAssignment, *, whole: bool
) -> None:
    """Better to fail here than for every student.

    Args:
        whole: whether it will be graded with the whole course, and not with what the zip holds.
    """
    from gradeprop.grading.run.publish import release_of  # imports torch, which takes seconds

    if whole:
        release_of(course, assignment)
        return
    held = course_of_one(course, assignment.id, students_code=platform == "gradescope")
    with tempfile.TemporaryDirectory(prefix="gradeprop-") as folder:
        for name, content in held.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        alone = load_course(Path(folder))
        release_of(alone, alone.assignments[0])


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
    yield (
        f"The zip holds solutions and hidden checks of {assignment.id} alone, and the course key, "
        "so that the hidden inputs there are those of `gradeprop grade`. All hidden inputs of the "
        "course come from that key: give the zip to nobody else."
    )


def _about_classroom50(
    assignment: LoadedAssignment, by_hand: float, *, public: bool
) -> Iterator[str]:
    from gradeprop.records.classroom50.result import factor

    times = factor(assignment)
    total = assignment.points - by_hand
    yield "Unpack it into CLASSROOM/autograders/ASSIGNMENT/ of your classroom50 repository."
    scaled = f", which Classroom 50 shows as {total * times:g}" if times != 1 else ""
    yield f"The checks are worth {total:g} points{scaled}; explanations are not in it."
    if not public:
        return
    yield (
        f"The zip holds solutions and hidden checks of {assignment.id} alone, and Classroom 50 "
        "publishes what is unpacked there: whoever learns its address can read it, students "
        "included. Take it for practice, or keep the course on a runner of your own with "
        "--course-on-runner DIR."
    )
    yield (
        "Its key was made for this zip: hidden inputs there are others than those of `gradeprop "
        "grade`, about which it tells nothing."
    )
    if left_out := from_students(assignment):
        yield (
            f"Not in it is what students wrote, the samples of {', '.join(left_out)}: who makes "
            "one of these mistakes gets the same marks there, but is not told its cause."
        )
