"""``gradeprop init``, ``new`` and ``schema``: files to begin with."""

from __future__ import annotations

import shlex
from pathlib import Path

from gradeprop.cli import screen
from gradeprop.course.load import find_course
from gradeprop.course.schema import SCHEMA_NAMES, write_schemas
from gradeprop.errors import StorageError


def init(folder: Path, *, as_json: bool) -> None:
    """Write a small course into a new or empty folder and print what was written."""
    from gradeprop.records.starting.new_course import start_course

    _print(start_course(folder), as_json)
    there = "" if folder == Path() else f"cd {shlex.quote(str(folder))} && "
    screen.err().print(f"A course that verifies. Next: {there}gradeprop verify", soft_wrap=True)


def new(name: str, kind: str, folder: Path | None, *, as_json: bool) -> None:
    """Write an exercise into the course and print what was written."""
    from gradeprop.records.starting.new_exercise import start_exercise

    written = start_exercise(find_course(folder), name, kind)
    _print(written, as_json)
    slug = Path(written[0]).stem
    screen.err().print(
        f"An exercise that verifies, to make your own. Next: gradeprop verify {slug}",
        soft_wrap=True,
    )


def schema(folder: Path, *, as_json: bool) -> None:
    """Write the schemas and print their paths.

    Raises:
        StorageError: they cannot be written.
    """
    try:
        write_schemas(folder)
    except OSError as error:
        raise StorageError(
            f"the schemas cannot be written: {error.strerror}",
            where=str(folder),
            remedy="name a folder that you may write",
        ) from error
    _print([str(folder / name) for name in SCHEMA_NAMES], as_json)


def _print(paths: list[str], as_json: bool) -> None:
    if as_json:
        screen.print_json({"written": paths})
        return
    for path in paths:
        screen.out().print(path, soft_wrap=True)
