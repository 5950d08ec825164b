"""Moodle's "Download all submissions".

``Ada Lovelace_1234567_assignsubmission_file_/a01.ipynb``, with "Download submissions in folders"
off ``Ada Lovelace_1234567_assignsubmission_file_a01.ipynb``. The number is the participant's in
this assignment. The times in the zip are those of the download; when something was handed in, only
the grading worksheet says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from gradeprop.records.collect.interface import Archive, Clues, File, HandIn, Reading, Unplaced
from gradeprop.records.collect.outermost import most_fit
from gradeprop.records.collect.times import time_in_name
from gradeprop.records.files.table import Table

__all__ = ["Moodle", "Worksheet", "worksheet_in"]

_FILE: Final = re.compile(
    r"(?P<who>.+)_(?P<number>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<rest>.*))?"
)


@dataclass(frozen=True)
class Worksheet:
    """A row of Moodle's grading worksheet: who a participant is, and when they handed in."""

    clues: Clues
    time: datetime | None


class Moodle:
    """Moodle's zip.

    Args:
        worksheet: by participant's number, rows of the grading worksheet.
    """

    name = "moodle"
    title = "Moodle"

    def __init__(self, worksheet: Mapping[str, Worksheet] | None = None) -> None:
        self._worksheet = worksheet or {}

    def fits(self, files: Sequence[File]) -> bool:
        return most_fit(files, _FILE.fullmatch)

    def hand_ins(self, archive: Archive, reading: Reading) -> tuple[list[HandIn], list[Unplaced]]:
        files: dict[tuple[str, str], list[File]] = {}
        texts: dict[tuple[str, str], str] = {}
        unplaced = []
        for file in archive.files:
            found = _found(file)
            if found is None:
                unplaced.append(
                    Unplaced(file.shown, "Moodle names nothing so", "put it in place by hand")
                )
                continue
            match, own = found
            who = (match["who"], match["number"])
            if match["kind"] == "file":
                files.setdefault(who, []).append(replace(file, path=own))
            else:
                texts[who] = file.shown
        why, remedy = "a text was handed in, no file", "ask for the notebook"
        unplaced += [
            Unplaced(place, why, remedy, self._clues(*who))
            for who, place in texts.items()
            if who not in files
        ]
        return [self._hand_in(who, own, reading) for who, own in files.items()], unplaced

    def _hand_in(self, who: tuple[str, str], files: list[File], reading: Reading) -> HandIn:
        name, number = who
        row = self._worksheet.get(number)
        clues = self._clues(name, number)
        time = row.time and reading.zone(row.time) if row else None
        return HandIn((clues,), f"{name}_{number}", tuple(files), time)

    def _clues(self, name: str, number: str) -> Clues:
        row = self._worksheet.get(number)
        return row.clues if row else Clues(name=name, key=number, may_be_group=True)


def worksheet_in(table: Table) -> dict[str, Worksheet] | None:
    """By participant's number, the rows of a grading worksheet; None if it is none."""
    if not {"Identifier", "Last modified (submission)"} <= {*table.header}:
        return None
    found = {}
    for row in table.rows:
        number = "".join(re.findall(r"\d+", row["Identifier"])[-1:])
        if number:
            ids = tuple(filter(None, (row["Username"], row["ID number"])))
            clues = Clues(
                row["Full name"],
                email=row["Email address"],
                ids=ids,
                key=number,
                may_be_group=True,
            )
            found[number] = Worksheet(clues, time_in_name(row["Last modified (submission)"]))
    return found


def _found(file: File) -> tuple[re.Match[str], tuple[str, ...]] | None:
    """The folder or file with Moodle's name, and the path from there in the student's words."""
    name, *below = file.path
    match = _FILE.fullmatch(name)
    if match and (below or match["rest"]):
        return match, tuple(below) or (match["rest"],)
    return None
