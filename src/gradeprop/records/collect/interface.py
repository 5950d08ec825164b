"""What was downloaded, as values: the files in it, and the hand-ins that they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gradeprop.records.files.names import shown_id

__all__ = ["Archive", "Clues", "File", "HandIn", "Layout", "Reading", "Unplaced"]


@dataclass(frozen=True)
class File:
    """One file of a download.

    Attributes:
        path: the names of its folders and its own, as they are to be read; nothing is ever written
            under them.
        key: what the archive finds it by.
    """

    path: tuple[str, ...]
    key: str

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def shown(self) -> str:
        return "/".join(self.path)


class Archive(Protocol):
    """A zip or a folder."""

    @property
    def shown(self) -> str:
        """What to call it in a message."""
        ...

    @property
    def files(self) -> Sequence[File]:
        """What can be read of it, in its order."""
        ...

    @property
    def refused(self) -> Sequence[Unplaced]:
        """What cannot."""
        ...

    def read(self, file: File, most: int) -> bytes:
        """The whole file.

        Raises:
            Refused: it has more bytes than ``most``, or cannot be read.
        """
        ...


@dataclass(frozen=True)
class Clues:
    """What a platform says of who handed in; empty where it says nothing.

    Attributes:
        name: the whole name, as people write it.
        squeezed: the name in small letters without anything between, last name first.
        ids: what may be an id, ours or the platform's.
        key: what the platform itself tells people apart by, in this download.
        may_be_group: whether the name may be a group's, which hands in under its own.
    """

    name: str = ""
    squeezed: str = ""
    email: str = ""
    ids: tuple[str, ...] = ()
    key: str = ""
    may_be_group: bool = False

    @property
    def shown(self) -> str:
        return self.name or self.email or self.squeezed or "".join(self.ids[:1])


@dataclass(frozen=True)
class HandIn:
    """What one student, or one group, handed in at once.

    Attributes:
        students: who; several for a group.
        place: where in the download, for a message.
        time: when, with a time zone; None where the platform does not say.
        late: whether the platform calls it late; None where it does not say.
        order: tells attempts of one student apart where there is no time, later ones greater.
    """

    students: tuple[Clues, ...]
    place: str
    files: tuple[File, ...]
    time: datetime | None = None
    late: bool | None = None
    order: int = 0


@dataclass(frozen=True)
class Unplaced:
    """What could not be placed: where it is, why, and what to do about it.

    Attributes:
        clues: what the platform says of whose it is, where it does.
        student: whose it is; empty where that is not known.
    """

    place: str
    why: str
    remedy: str
    clues: Clues | None = None
    student: str = ""

    def __str__(self) -> str:
        where = self.place
        if self.student and shown_id(self.student) != where:
            where = f"{shown_id(self.student)} ({where})"
        return f"{where}: {self.why}; {self.remedy}"


@dataclass(frozen=True)
class Reading:
    """What a layout is told.

    Attributes:
        assignment: the one that is collected.
        assignments: all of the course.
        zone: gives a time without a zone its zone.
        students: the ids of the roster, if there is one.
    """

    assignment: str
    assignments: tuple[str, ...]
    zone: Callable[[datetime], datetime]
    students: Collection[str] = ()


class Layout(Protocol):
    """How a platform names what it gives out.

    Attributes:
        name: as the command line has it.
        title: as people call it.
    """

    name: str
    title: str

    def fits(self, files: Sequence[File]) -> bool:
        """Whether the names are this platform's."""
        ...

    def hand_ins(self, archive: Archive, reading: Reading) -> tuple[list[HandIn], list[Unplaced]]:
        """The hand-ins, and what is none.

        Raises:
            UsageError: what tells them apart cannot be read.
        """
        ...
