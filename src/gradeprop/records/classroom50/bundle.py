"""The zip to unpack into ``CLASSROOM/autograders/ASSIGNMENT/`` of an organization's classroom50
repository.

https://github.com/foundation50/classroom50/wiki/Advanced-Autograding (read in 2026): whatever lies
there is published by GitHub Pages and fetched by the run in the student's repository, at most 10 MB
of it. **So whoever learns the address can read it, students included.** So the bundle holds one
assignment, nothing that a student wrote and a key of its own, which no other grading uses; the
course may lie on a runner of one's own instead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gradeprop.course.model import Course
from gradeprop.errors import UsageError
from gradeprop.records.bundles.one_assignment import course_of_one
from gradeprop.records.bundles.packing import (
    File,
    engine_files,
    requirements,
    secret_files,
    zipped,
)
from gradeprop.records.files.key import new_key
from gradeprop.wording import number

MOST_BYTES: Final = 10 * 1024 * 1024
"""What Classroom 50's runner fetches at most."""


def classroom50_bundle(
    course: Course, assignment: str, index: str | None = None, on_runner: str | None = None
) -> bytes:
    """The zip for one assignment of the course. Each has a key of its own, and so other hidden
    inputs.

    Args:
        index: as of `gradeprop.records.bundles.packing.requirements`.
        on_runner: where the course lies on the runner; None packs it into the zip.

    Raises:
        UsageError: ``index`` is no address, ``on_runner`` no absolute path, or it is all more than
            Classroom 50 fetches.
    """
    if on_runner is not None and not Path(on_runner).is_absolute():
        raise UsageError(
            f"{on_runner!r} is no path from the root of the runner's machine",
            remedy="give it from /, such as /srv/course",
        )
    data = zipped(_files(course, assignment, index, on_runner))
    if len(data) > MOST_BYTES:
        raise UsageError(
            f"the bundle has {number(round(len(data) / 2**20, 1))} MB, and Classroom 50 fetches 10",
            remedy="keep large files out of the course, or keep it on a runner of your own with "
            "--course-on-runner DIR",
        )
    return data


def _files(
    course: Course, assignment: str, index: str | None, on_runner: str | None
) -> Iterator[File]:
    script = Path(__file__).with_name("autograder.py")
    yield "autograder.py", script.read_bytes(), 0o755
    told = {"assignment": assignment, "course": on_runner}
    yield "bundle.json", (json.dumps(told, indent=1) + "\n").encode(), 0o644
    yield "requirements.txt", requirements(course, index).encode(), 0o644
    yield from engine_files()
    if on_runner is None:
        held = course_of_one(course, assignment, students_code=False)
        yield from secret_files(held, new_key())
