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
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.door import LINE, Absent, Refused, read_handed
from gradeprop.records.files.key import FOLDER
from gradeprop.records.files.names import file_name
from gradeprop.records.files.submissions import MAX_NOTEBOOK_BYTES, TIMESTAMP

__all__ = ["Placed", "Placer", "State"]

State: TypeAlias = Literal["new", "unchanged", "replaced", "older", "differs"]
"""``older``: what is in submitted/ was handed in later. ``differs``: the two are not the same, and
nothing tells which is the later. Both stay as they are."""

WRITES: Final[tuple[State, ...]] = ("new", "replaced")


@dataclass(frozen=True)
class Placed:
    """What became of a hand-in.

    Attributes:
        source: what it was called in the download.
        late: whether the platform calls it late; None where it does not say.
        kept: where what was there before is now.
    """

    student: str
    state: State
    source: str
    time: datetime | None
    late: bool | None
    kept: Path | None = None


class Placer:
    """Puts hand-ins of one assignment into ``submitted/``.

    Args:
        root: the course folder.
        submitted: the folder of hand-ins.
        update: take what came now where nothing tells which is the later.
        dry: only find out what would become of each.
    """

    def __init__(
        self, root: Path, submitted: Path, assignment: str, *, update: bool, dry: bool
    ) -> None:
        self._root, self._submitted, self._assignment = root, submitted, assignment
        self._update, self._dry = update, dry

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
        state = self._state(folder, there, hand_in, notebook)
        kept = None
        if not self._dry:
            if state == "replaced" and there is not None:
                kept = self._keep(student, folder, there)
            if state in WRITES:
                write_atomically(path, notebook.data)
            if state in WRITES or (state == "unchanged" and _stamp(folder) is None):
                self._stamp(folder, hand_in)
        return Placed(student, state, notebook.name, hand_in.time, hand_in.late, kept)

    def _state(self, folder: Path, there: bytes | None, hand_in: HandIn, notebook: Chosen) -> State:
        if there is None:
            return "new"
        if there == notebook.data:
            return "unchanged"
        before = _stamp(folder)
        if before is None or hand_in.time is None:
            return "replaced" if self._update else "differs"
        return "replaced" if hand_in.time > before else "older"

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

    def _stamp(self, folder: Path, hand_in: HandIn) -> None:
        """Say when it was handed in; where nobody knows, let no older time stand beside it."""
        if hand_in.time is not None:
            write_atomically(folder / TIMESTAMP, f"{as_stamp(hand_in.time)}\n".encode())
        else:
            (folder / TIMESTAMP).unlink(missing_ok=True)


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
