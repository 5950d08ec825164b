"""``sys.stdout`` and ``sys.stderr`` as a cell sees them, and what goes past them."""

from __future__ import annotations

import io
import os
import sys
from typing import Final

from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.student.outputs import OutputLog
from gradeprop.session.student.unattended import refuse
from gradeprop.system import read_at

__all__ = ["DescriptorCapture", "Stream", "discard_streams"]

__builtins__ = KEPT

# What is taken over at once of what C code and child processes wrote; more is counted only.
_TAKEN: Final = 1 << 20
_getpid, _write = os.getpid, os.write
_seek, _cut = os.lseek, os.ftruncate
_dup2, _open_descriptor = os.dup2, os.open
_DEVNULL: Final = os.devnull
_READ_AND_WRITE: Final = os.O_RDWR


class Stream(io.TextIOBase):
    """What ``sys.stdout`` or ``sys.stderr`` is while a cell runs.

    Args:
        log: what it writes to.
        name: ``"stdout"`` or ``"stderr"``.
        descriptor: where a forked process, which has a log of its own, writes instead.
    """

    encoding = "UTF-8"  # without it, progress bars fall back to ASCII
    errors = "backslashreplace"

    def __init__(self, log: OutputLog, name: str, descriptor: int) -> None:
        super().__init__()
        self.name = name
        self._log = log
        self._descriptor = descriptor
        self._pid = _getpid()

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if _getpid() == self._pid:
            self._log.stream(self.name, text)
        else:
            _write(self._descriptor, text.encode("utf-8", "backslashreplace"))
        return len(text)

    def writelines(self, lines: object) -> None:
        for line in lines:  # type: ignore[attr-defined]
            self.write(line)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        """A notebook's streams stay open."""


class DescriptorCapture:
    """What C code and child processes write to descriptors 1 and 2, through nameless files."""

    def __init__(self) -> None:
        self._files: dict[str, int] = {}
        self._taken: dict[str, int] = {}

    def use(self, files: tuple[int, int]) -> None:
        """From now on what lies in the open ``files``, to which 1 and 2 lead, is output."""
        self._files = dict(zip(("stdout", "stderr"), files, strict=True))
        self._taken = dict.fromkeys(self._files, 0)

    def move_to(self, log: OutputLog, *, at_end: bool = False) -> None:
        """Move what has come since last time to ``log``.

        Args:
            at_end: of a cell. Only then are the files emptied: a process may be writing."""
        for name, file in self._files.items():
            try:
                self._move(log, name, file, at_end)
            except OSError:
                continue  # the student's code closed or replaced it

    def _move(self, log: OutputLog, name: str, file: int, at_end: bool) -> None:
        size = _seek(file, 0, os.SEEK_CUR)
        taken = self._taken[name]
        if size > taken:
            self._taken[name] = size
            data = read_at(file, min(size - taken, _TAKEN), taken)
            log.add_text(name, data.decode("utf-8", "replace"), lost=size - taken - len(data))
        if at_end and size:
            _seek(file, 0, os.SEEK_SET)
            _cut(file, 0)
            self._taken[name] = 0


def discard_streams() -> None:
    """What a check's calls print must reach no output: it could show the hidden inputs.

    And what they ask of a person nobody answers."""
    refuse()
    null = _open_descriptor(_DEVNULL, _READ_AND_WRITE)
    for descriptor in (0, 1, 2):
        _dup2(null, descriptor)
    sys.stdout = sys.stderr = open(null, "w", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123, SIM115
