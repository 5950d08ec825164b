"""How much processor time running processes have used, and how long they have waited for it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

__all__ = ["used_s", "waited_s"]

_NANO: Final = 1e-9
# Fields of /proc/<pid>/stat, counted from what follows the name in brackets: utime, stime, cutime,
# cstime.
_TIMES: Final = slice(11, 15)


def used_s(pids: Iterable[int]) -> float:
    """Seconds of processor time of these processes and of those that they have waited for."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(int(field) for field in fields[_TIMES])
    return total / os.sysconf("SC_CLK_TCK")


def waited_s(pids: Iterable[int]) -> float:
    """Seconds for which the threads of these processes could have run and did not, since others
    did; 0 where the kernel does not count it."""
    total = 0
    for pid in pids:
        for told in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                total += int(told.read_text().split()[1])
    return total * _NANO
