"""A folder or a zip without a platform's names: ``ada/anything.ipynb``, ``ada.ipynb``, or
nbgrader's own ``ada/a01/a01.ipynb``, with the time where nbgrader's ``timestamp.txt`` is beside it.
The student is the name of the folder or the file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from gradeprop.records.collect.interface import Archive, Clues, File, HandIn, Reading, Unplaced
from gradeprop.records.files.door import LINE, Refused
from gradeprop.records.files.submissions import SECRET, TIMESTAMP

__all__ = ["Plain"]


class Plain:
    """A folder for each student, or a file."""

    name = "plain"
    title = "a plain folder"

    def fits(self, files: Sequence[File]) -> bool:  # noqa: ARG002
        return True

    def hand_ins(self, archive: Archive, reading: Reading) -> tuple[list[HandIn], list[Unplaced]]:
        skipped = _wrapping(archive.files, reading)
        students: dict[str, list[File]] = {}
        unplaced = []
        for file in archive.files:
            path = file.path[skipped:]
            if len(path) > 1:
                students.setdefault(path[0], []).append(File(path[1:], file.key))
            elif path[0].lower().endswith(".ipynb"):
                students.setdefault(path[0][: -len(".ipynb")], []).append(File(path, file.key))
            else:
                why = "it is neither a notebook nor in a student's folder"
                unplaced.append(Unplaced(file.shown, why, "name its folder as its student"))
        found = []
        for student, files in students.items():
            own = _of_assignment(files, reading)
            if own:
                found.append(_hand_in(student, own, archive))
            else:
                why = f"only other assignments than {reading.assignment} are in it"
                unplaced.append(Unplaced(student, why, "nothing, if nothing was handed in"))
        return found, unplaced


def _hand_in(student: str, files: list[File], archive: Archive) -> HandIn:
    stamp = next((file for file in files if file.name == TIMESTAMP), None)
    time = None if stamp is None else _time(archive, stamp)
    own = tuple(file for file in files if file.name not in (TIMESTAMP, SECRET))
    return HandIn(
        (Clues(name=student, ids=(student,), key=student, may_be_group=True),), student, own, time
    )


def _of_assignment(files: list[File], reading: Reading) -> list[File]:
    """In nbgrader's layout, what belongs to the assignment; else all files."""
    if not any(file.path[0] in reading.assignments for file in files if len(file.path) > 1):
        return files
    wanted = [file for file in files if file.path[0] == reading.assignment and len(file.path) > 1]
    return [File(file.path[1:], file.key) for file in wanted]


def _wrapping(files: Sequence[File], reading: Reading) -> int:
    """How many folders stand around those of all students: 1 where the zip's own is around."""
    outer = {file.path[0] for file in files}
    inner = {file.path[1] for file in files if len(file.path) > 1}
    notebooks = [file for file in files if file.name.lower().endswith(".ipynb")]
    deep = all(len(file.path) > 2 for file in notebooks)
    names = {file.name.lower() for file in notebooks}
    flat = len(names) > 1 and all(len(file.path) == 2 for file in notebooks)
    flat = flat and f"{reading.assignment}.ipynb".lower() not in names
    if len(outer) != 1 or inner & {*reading.assignments} or outer & {*reading.students}:
        return 0
    return int((deep and len(inner) > 1) or flat)


def _time(archive: Archive, stamp: File) -> datetime | None:
    try:
        text = archive.read(stamp, LINE).decode().strip()
        time = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except (Refused, ValueError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
