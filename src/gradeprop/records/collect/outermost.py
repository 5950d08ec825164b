"""What a download itself calls its hand-ins: the outermost names.

A platform puts the student's name before or around whatever the student handed in. So only the
outermost names are the platform's word; all below them, and behind them, is the student's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from gradeprop.records.collect.interface import Archive, File, Unplaced

__all__ = ["Inside", "inside", "most_fit"]

_HANDED_IN: Final = (".ipynb", ".zip")


class Inside:
    """An archive without the one folder that is around everything."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.shown = archive.shown
        self.files: Sequence[File] = [File(file.path[1:], file.key) for file in archive.files]
        self.refused: Sequence[Unplaced] = archive.refused

    def read(self, file: File, most: int) -> bytes:
        """As `Archive.read`."""
        return self._archive.read(file, most)


def inside(archive: Archive, students: Collection[str]) -> Archive | None:
    """What is in the only folder of an archive; None where there are more, or it is a student's.

    Args:
        students: the ids of the roster.
    """
    outer = {file.path[0] for file in archive.files}
    if len(outer) != 1 or outer & {*students} or any(len(file.path) < 2 for file in archive.files):
        return None
    return Inside(archive)


def most_fit(files: Sequence[File], fits: Callable[[str], object]) -> bool:
    """Whether more than half of the outermost names that may be hand-ins are of a platform. One
    student who is called like another platform's hand-in changes nothing for the others."""
    folders = {file.path[0]: len(file.path) > 1 for file in files}
    fitting = {name for name in folders if fits(name)}
    others = {
        name
        for name, is_folder in folders.items()
        if is_folder or name.lower().endswith(_HANDED_IN)
    }
    return len(fitting) > len(others - fitting)
