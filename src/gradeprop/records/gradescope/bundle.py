"""The zip that Gradescope builds an assignment's autograder from.

https://gradescope-autograders.readthedocs.io/en/latest/specs/ (read in 2026): the zip is unpacked
into /autograder/source, ``setup.sh`` runs once as root while the image is built, ``run_autograder``
for each submission. `gradeprop.records.gradescope.run` is what it runs.

The bundle holds the assignment's solutions and hidden checks, and the course key, so that hidden
inputs are those of grading at home. Gradescope shows it to instructors only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gradeprop.course.model import Course
from gradeprop.records.bundles.one_assignment import course_of_one
from gradeprop.records.bundles.packing import (
    File,
    engine_files,
    requirements,
    secret_files,
    zipped,
)
from gradeprop.records.files.key import course_key

_SCRIPTS: Final = Path(__file__).parent / "files"


def gradescope_bundle(course: Course, assignment: str, index: str | None = None) -> bytes:
    """The zip for one assignment of the course; the same course gives the same bytes.

    Args:
        index: as of `gradeprop.records.bundles.packing.requirements`.

    Raises:
        UsageError: ``index`` is no address.
        StorageError: the course key can be neither read nor made.
    """
    return zipped(_files(course, assignment, index))


def _files(course: Course, assignment: str, index: str | None) -> Iterator[File]:
    yield "setup.sh", (_SCRIPTS / "setup.sh").read_bytes(), 0o755
    script = (_SCRIPTS / "run_autograder.sh").read_text()
    yield "run_autograder", script.replace("@ASSIGNMENT@", assignment).encode(), 0o755
    yield "requirements.txt", requirements(course, index).encode(), 0o644
    yield from engine_files()
    held = course_of_one(course, assignment, students_code=True)
    yield from secret_files(held, course_key(Path(course.root)))
