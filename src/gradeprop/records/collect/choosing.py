"""Which of a student's files is the notebook of the assignment, whatever it is called and however
deep it lies."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import Any, Final

from gradeprop.errors import UsageError
from gradeprop.records.collect.archives import ZipArchive
from gradeprop.records.collect.canvas import without_number
from gradeprop.records.collect.interface import Archive, File, HandIn
from gradeprop.records.files.door import Refused
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.submissions import MAX_NOTEBOOK_BYTES

__all__ = ["Chosen", "NotThere", "chosen_notebook"]

_SHOWN: Final = 3
_MOST_LOOKED_INTO: Final = 20


@dataclass(frozen=True)
class Chosen:
    """The notebook: what it was called, and its bytes."""

    name: str
    data: bytes


class NotThere(Exception):
    """No notebook can be taken: why, and the remedy."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


def chosen_notebook(archive: Archive, hand_in: HandIn, assignment: str) -> Chosen:
    """The notebook of the assignment: the only one there is; of several the one of its name, else
    the one that says itself that it is. Where there is none, zips that were handed in are looked
    into.

    Raises:
        NotThere: there is none, several could be it, or it cannot be read.
    """
    found = _in_files(archive, hand_in.files, assignment)
    if found is None:
        found = _in_zips(archive, hand_in.files, assignment)
    if found is None:
        names = _names(hand_in.files)
        there = f"there is {names} instead" if names else "nothing is in it"
        raise NotThere(f"no notebook was handed in: {there}", "ask for the notebook")
    of = _says(found.data)
    if of not in (None, assignment):
        raise NotThere(
            f"{shown_id(found.name)} is the notebook of {shown_id(of)}, not of {assignment}",
            f"collect it with `gradeprop collect {of}`, or ask for the right one",
        )
    return found


def _in_files(archive: Archive, files: tuple[File, ...], assignment: str) -> Chosen | None:
    notebooks = [file for file in files if _ends(file, ".ipynb")]
    if len(notebooks) > 1:
        notebooks = _named_or_saying(archive, notebooks, assignment)
    if not notebooks:
        return None
    (notebook,) = notebooks
    return Chosen(notebook.shown, _read(archive, notebook))


def _named_or_saying(archive: Archive, notebooks: list[File], assignment: str) -> list[File]:
    """The one that has the assignment's name, else the one that says so itself."""
    for named in (
        [file for file in notebooks if file.name == f"{assignment}.ipynb"],
        [file for file in notebooks if without_number(file.name) == assignment.lower()],
        [
            file
            for file in notebooks[:_MOST_LOOKED_INTO]
            if _says(_read(archive, file)) == assignment
        ],
    ):
        if len(named) == 1:
            return named
        if named:
            notebooks = named
            break
    raise NotThere(
        f"several notebooks could be it: {_names(notebooks)}",
        f"call one of them {assignment}.ipynb, or put it in place by hand",
    )


def _in_zips(archive: Archive, files: tuple[File, ...], assignment: str) -> Chosen | None:
    """What is in the only zip that was handed in."""
    zips = [file for file in files if _ends(file, ".zip")]
    if len(zips) != 1:
        return None
    (packed,) = zips
    with ExitStack() as opened:
        data = BytesIO(_read(archive, packed))
        try:
            inner = opened.enter_context(ZipArchive(data, packed.shown))
        except UsageError as error:
            raise NotThere(f"{shown_id(packed.shown)}: {error.what}", "ask for it again") from error
        found = _in_files(inner, tuple(inner.files), assignment)
    if found is None and inner.refused:
        refused = inner.refused[0]
        place = f"{shown_id(packed.shown)}/{refused.place}"
        raise NotThere(f"no notebook was handed in: {place}: {refused.why}", refused.remedy)
    return found and Chosen(f"{packed.shown}/{found.name}", found.data)


def _read(archive: Archive, file: File) -> bytes:
    try:
        return archive.read(file, MAX_NOTEBOOK_BYTES)
    except Refused as refused:
        raise NotThere(f"{shown_id(file.shown)} {refused}", "ask for it again") from refused


def _says(data: bytes) -> str | None:
    """The assignment that a notebook says it is of; None where it says nothing."""
    try:
        notebook: Any = json.loads(data)
        said = notebook["metadata"]["gradeprop"]["assignment"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return said if isinstance(said, str) else None


def _ends(file: File, ending: str) -> bool:
    return PurePath(file.name).suffix.lower() == ending


def _names(files: tuple[File, ...] | list[File]) -> str:
    names = ", ".join(shown_id(file.shown) for file in files[:_SHOWN])
    rest = len(files) - _SHOWN
    return f"{names} and {rest} more" if rest > 0 else names
