"""What nbgrader's autograde itself reads of a submission, by our door.

It reads the time stamp and copies every file beside the notebook, following links and waiting at
pipes: one submission would stop the class."""

from __future__ import annotations

import glob
import os
import stat
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from gradeprop.records.files.handed_time import handed_time

_MOST: Final = 256 * 2**20
"""Bytes of a file that is copied into autograded/."""


def guard(converter: Any) -> None:
    """Have a converter read time stamps by our door, and pass over files that are none."""
    course = converter.coursedir
    begin, ignored = converter.init_assignment, list(course.ignore)

    def time_of(folder: str) -> datetime | None:
        found = handed_time(Path(course.root) / folder)
        if found.problem is not None:
            converter.log.warning("No time stamp: timestamp.txt in %s %s", folder, found.problem)
        return found.time

    def begin_without_others(assignment: str, student: str) -> None:
        source = Path(converter._format_source(assignment, student))
        unread = others_in(source)
        for path in unread:
            converter.log.warning("Not copied, since it is no file to read: %r", str(path))
        course.ignore = [*ignored, *(glob.escape(path.name) for path in unread)]
        try:
            begin(assignment, student)
        finally:
            course.ignore = ignored

    course.get_existing_timestamp = time_of
    converter.init_assignment = begin_without_others


def others_in(folder: Path) -> list[Path]:
    """What is in a folder and its subfolders besides folders and regular files of bounded size."""
    found = []
    for inside, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(inside) / name
            status = path.lstat()
            is_file = stat.S_ISREG(status.st_mode) and status.st_size <= _MOST
            if not is_file and not stat.S_ISDIR(status.st_mode):
                found.append(path)
    return found
