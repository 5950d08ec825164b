"""Canvas' "Download Submissions": ``lovelaceada_LATE_12345_67890_a01-1.ipynb``.

The sortable name without anything between its letters, ``LATE`` where it is, Canvas' number of the
student, the file's, and the student's name for it, to which Canvas adds ``-1`` when it comes again.
When it was handed in is not in the zip."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from gradeprop.records.collect.interface import Archive, Clues, File, HandIn, Reading, Unplaced
from gradeprop.records.collect.outermost import most_fit

__all__ = ["Canvas", "without_number"]

_FILE: Final = re.compile(
    r"(?P<name>[^_\s/]*)_(?P<late>LATE_)?(?P<user>\d+)_(?:(?P<file>\d+)_(?P<rest>.+)|text\.html|link\.html)"
)
_ANONYMOUS: Final = re.compile(r"(?:LATE_)?anon_[A-Za-z0-9]{5}_\d+_.+")
_AGAIN: Final = re.compile(r"(?:-\d+| ?\(\d+\)|[ _-]copy\d*)+$", re.IGNORECASE)


class Canvas:
    """Canvas' zip."""

    name = "canvas"
    title = "Canvas"

    def fits(self, files: Sequence[File]) -> bool:
        return most_fit(files, lambda name: _FILE.fullmatch(name) or _ANONYMOUS.fullmatch(name))

    def hand_ins(
        self,
        archive: Archive,
        reading: Reading,  # noqa: ARG002
    ) -> tuple[list[HandIn], list[Unplaced]]:
        files: dict[str, list[tuple[re.Match[str], File]]] = {}
        unplaced = []
        for file in archive.files:
            alone = len(file.path) == 1  # Canvas makes no folders
            match = _FILE.fullmatch(file.name) if alone else None
            if match:
                files.setdefault(match["user"], []).append((match, file))
            elif alone and _ANONYMOUS.fullmatch(file.name):
                remedy = "turn anonymous grading off in Canvas, then download again"
                unplaced.append(Unplaced(file.shown, "Canvas does not say whose it is", remedy))
            else:
                remedy = "put it in place by hand"
                unplaced.append(Unplaced(file.shown, "Canvas names nothing so", remedy))
        found: list[HandIn] = []
        for user, named in files.items():
            uploaded = [item for item in named if item[0]["file"]]
            if uploaded:
                found += _hand_ins(user, uploaded)
            else:
                why = "a text or a link was handed in, no file"
                match, file = named[0]
                clues = _clues(user, match)
                unplaced.append(Unplaced(file.shown, why, "ask for the notebook", clues))
        return found, unplaced


def _clues(user: str, match: re.Match[str]) -> Clues:
    return Clues(squeezed=match["name"], ids=(user,), key=user)


def _hand_ins(user: str, named: Sequence[tuple[re.Match[str], File]]) -> Iterator[HandIn]:
    """One for each upload of a notebook of the same name; all files in one where names differ."""
    first = named[0][0]
    clues = _clues(user, first)
    late = bool(first["late"])
    own = [(int(match["file"]), replace(file, path=(match["rest"],))) for match, file in named]
    notebooks = [item for item in own if item[1].name.lower().endswith(".ipynb")]
    if len({without_number(file.name) for _, file in notebooks}) == 1 < len(notebooks):
        for number, file in notebooks:
            place = f"{first['name']}_{user}_{number}_{file.name}"
            yield HandIn((clues,), place, (file,), late=late, order=number)
        return
    files = tuple(file for _, file in own)
    yield HandIn((clues,), f"{first['name']}_{user}", files, late=late)


def without_number(name: str) -> str:
    """A file's name in small letters, without ending and what browsers and platforms put behind a
    name that they have seen before: ``-1``, `` (2)``, ``_copy1``."""
    stem = name.rpartition(".")[0] or name
    return _AGAIN.sub("", stem).lower()
