"""Put notebooks into ``submitted/``, so that nothing that is there gets lost: what is replaced is
kept in ``.gradeprop/replaced/<assignment>/<student>/``."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, TypeAlias

from gradeprop.records.collect.choosing import Chosen
from gradeprop.records.collect.interface import HandIn
from gradeprop.records.collect.times import as_stamp
from gradeprop.records.files.atomic import remove, write_atomically
from gradeprop.records.files.collected import read_collected
from gradeprop.records.files.door import LINE, Absent, Refused, read_handed
from gradeprop.records.files.key import FOLDER
from gradeprop.records.files.names import file_name
from gradeprop.records.files.submissions import MAX_NOTEBOOK_BYTES, TIMESTAMP
from gradeprop.records.gradebook.entry import digest

__all__ = ["TOLD_BY", "WRITES", "Placed", "Placer", "State"]

State: TypeAlias = Literal["new", "unchanged", "mended", "again", "replaced", "older", "differs"]
"""Of the notebook that is there: ``mended``: another time, or another word about lateness, stands
beside it now. ``again``: it was handed in once more, later; what was said first stays.
Of another notebook: ``older``: what is in submitted/ was handed in later. ``differs``: nothing
tells which is the later. Both stay as they are."""

WRITES: Final[tuple[State, ...]] = ("new", "replaced")
TOLD_BY: Final[tuple[State, ...]] = (*WRITES, "mended", "unchanged")
"""Where what the platform says now is true of what is in submitted/."""


@dataclass(frozen=True)
class _Said:
    """When a notebook was handed in, and whether the platform calls it late."""

    time: datetime | None
    late: bool | None

    def completed(self, before: _Said) -> _Said:
        """With what was known before, where this says nothing."""
        late = before.late if self.late is None else self.late
        return _Said(self.time or before.time, late)

    def later_than(self, before: _Said) -> bool:
        if self.time is not None and before.time is not None and self.time != before.time:
            return self.time > before.time
        return bool(self.late) and before.late is False


@dataclass(frozen=True)
class Placed:
    """What became of a hand-in.

    Attributes:
        source: what it was called in the download.
        late: whether the platform calls it late; None where it does not say.
        before: when what was there before was handed in, as far as anybody knows.
        kept: where what was there before is now.
    """

    student: str
    state: State
    source: str
    time: datetime | None
    late: bool | None
    before: datetime | None = None
    kept: Path | None = None


class Placer:
    """Puts hand-ins of one assignment into ``submitted/``.

    Args:
        root: the course folder.
        submitted: the folder of hand-ins.
        update: take what came now where nothing tells which is the later; of the same notebook,
            take the later time.
        asked: one attempt was asked for: ``update`` takes an earlier one, too.
        dry: only find out what would become of each.
    """

    def __init__(
        self,
        root: Path,
        submitted: Path,
        assignment: str,
        *,
        update: bool,
        asked: bool = False,
        dry: bool,
    ) -> None:
        self._root, self._submitted, self._assignment = root, submitted, assignment
        self._update, self._asked, self._dry = update, asked, dry
        self._collected = read_collected(root, assignment)

    def place(self, student: str, hand_in: HandIn, notebook: Chosen) -> Placed:
        """Put one in its place, if that loses nothing.

        Raises:
            Refused: what is in its place is no notebook that can be read, so that it is not
                replaced.
            StorageError: it cannot be written.
        """
        folder = self._submitted / student / self._assignment
        path = folder / f"{self._assignment}.ipynb"
        there = _there(path)
        before = None if there is None else self._said(student, folder, there)
        now = _Said(hand_in.time, hand_in.late)
        if before is None:
            state: State = "new"
        elif there == notebook.data:
            now = now.completed(before)
            state = self._state_of_same(now, before)
        else:
            state = self._state_of_other(now, before)
        kept = None
        if not self._dry:
            if state == "replaced" and there is not None:
                kept = self._keep(student, folder, there)
            if state in WRITES:
                # An interruption between the two leaves a notebook whose time is not known, which
                # the next run sees; with the other's time beside it, nobody would.
                if folder.exists():
                    remove(folder / TIMESTAMP)
                write_atomically(path, notebook.data)
            if state in (*WRITES, "mended") and now.time is not None:
                write_atomically(folder / TIMESTAMP, f"{as_stamp(now.time)}\n".encode())
        time = None if before is None else before.time
        return Placed(student, state, notebook.name, hand_in.time, now.late, time, kept)

    def _said(self, student: str, folder: Path, there: bytes) -> _Said:
        """What is known of the notebook that is in place."""
        known = self._collected.get(student)
        late = known.late if known is not None and known.digest == digest(there) else None
        return _Said(_stamp(folder), late)

    def _state_of_same(self, now: _Said, before: _Said) -> State:
        """Handing in again makes nobody late: of two times the earlier is the notebook's."""
        if now == before or (before.late is None and now.time == before.time):
            return "unchanged"
        return "again" if now.later_than(before) and not self._update else "mended"

    def _state_of_other(self, now: _Said, before: _Said) -> State:
        if before.time is None or now.time is None or now.time == before.time:
            return "replaced" if self._update else "differs"
        if now.time > before.time or (self._update and self._asked):
            return "replaced"
        return "older"

    def _keep(self, student: str, folder: Path, there: bytes) -> Path:
        """Copy what is about to be replaced to a place of its own."""
        kept = self._root / FOLDER / "replaced" / self._assignment / file_name(student)
        number = 1
        while (kept / str(number)).exists():
            number += 1
        place = kept / str(number)
        write_atomically(place / f"{self._assignment}.ipynb", there)
        with suppress(Refused):
            write_atomically(place / TIMESTAMP, read_handed(folder / TIMESTAMP, LINE))
        return place.relative_to(self._root)


def _there(path: Path) -> bytes | None:
    try:
        return read_handed(path, MAX_NOTEBOOK_BYTES)
    except Absent:
        return None


def _stamp(folder: Path) -> datetime | None:
    """When what is in the folder was handed in, with a time zone."""
    with suppress(Refused, ValueError):
        text = read_handed(folder / TIMESTAMP, LINE).decode().strip()
        time = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    return None
