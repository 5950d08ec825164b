"""A control group around one warm process and all its children: memory, number of processes, and
where it can be had a share of the processor of its own.

However many processes and threads a submission starts, they have together the share that each of
its neighbours has.

Used where this user may make one (in practice root); elsewhere the limits of each process and the
supervisor bound what a submission can take.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["ControlGroup", "control_group", "kills_around"]

_ROOT: Final = Path("/sys/fs/cgroup")
_counter = itertools.count()
_own_names: Final[set[str]] = set()
# Address space limits are to be met first: their message is clearer than being killed.
SLACK_MB: Final = 256


@dataclass
class ControlGroup:
    """Folders of one group: one for each hierarchy in version 1, a single one in version 2.

    Attributes:
        memory: the folder with the memory controller.
        pids: the folder with the controller of processes.
        version: 1 or 2.
        processor: in version 1, the folders that give it a share of the processor and count what it
            uses; the latter comes last. Version 2 does both in the one folder.
    """

    memory: Path
    pids: Path
    version: int
    processor: tuple[Path, ...] = ()
    baseline_bytes: int = 0
    _limited: tuple[int, int] | None = None

    @property
    def procs(self) -> list[str]:
        """The files to write a process id to, so that the process belongs to the group."""
        return [str(folder / "cgroup.procs") for folder in self._folders]

    @property
    def _folders(self) -> list[Path]:
        return list(dict.fromkeys((self.memory, self.pids, *self.processor)))

    def take(self, pid: int) -> None:
        """Have a running process in it; what it has used so far stays counted where it was."""
        for file in self.procs:
            Path(file).write_text(str(pid))

    def note_baseline(self) -> None:
        """What is in use now is the warm process's, and does not count against submissions."""
        name = "memory.usage_in_bytes" if self.version == 1 else "memory.current"
        self.baseline_bytes = int((self.memory / name).read_text())
        self._limited = None

    def limit(self, memory_mb: int, processes: int) -> None:
        """What all children together may have from now on."""
        if (memory_mb, processes) == self._limited:
            return  # one submission like the other: telling the kernel again takes it time
        self._limited = None
        size = self.baseline_bytes + ((memory_mb + SLACK_MB) << 20)
        name = "memory.limit_in_bytes" if self.version == 1 else "memory.max"
        (self.pids / "pids.max").write_text(str(processes))
        with contextlib.suppress(OSError):  # more is in use already; it will be met later
            (self.memory / name).write_text(str(size))
            self._limited = (memory_mb, processes)

    def kills(self) -> int:
        """How many processes have been killed because memory ran out."""
        return _kills_in(self.memory, self.version)

    def limit_hits(self) -> int | None:
        """How often this group's own limit of memory was met, not that of a group around it; None
        if nobody counts. Version 1 also counts where room could then be made, of files' pages."""
        if self.version == 2:
            return _counted("oom", self.memory / "memory.events")
        with contextlib.suppress(OSError, ValueError):
            return int((self.memory / "memory.failcnt").read_text())
        return None

    def processor_s(self) -> float | None:
        """Seconds of processor time of all that have ever been in it; None if nobody counts."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            if self.version == 1:
                return int((self.processor[-1] / "cpuacct.usage").read_text()) * 1e-9
            first = (self.memory / "cpu.stat").read_text().split()[:2]
            return int(first[1]) * 1e-6 if first[0] == "usage_usec" else None
        return None

    def remove(self) -> None:
        """Remove it; the processes in it must have ended."""
        for folder in self._folders:
            for _ in range(100):
                try:
                    folder.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.01)


def control_group() -> ControlGroup:
    """A new group below the one that this process is in.

    Raises:
        OSError: control groups are not there or may not be made here.
    """
    name = f"{_prefix()}{os.getpid()}-{next(_counter)}"
    _own_names.add(name)
    own = _own_groups()
    if "memory" in own and "pids" in own:
        folders = [_ROOT / kind / own[kind].lstrip("/") / name for kind in ("memory", "pids")]
        _make(folders)
        return ControlGroup(folders[0], folders[1], 1, _processor_groups(own, name))
    parent = _ROOT / own.get("", "/").lstrip("/")
    (parent / "cgroup.subtree_control").write_text("+memory +pids")
    with contextlib.suppress(OSError):  # without it all processes have equal shares
        (parent / "cgroup.subtree_control").write_text("+cpu")
    folder = parent / name
    _make([folder])
    return ControlGroup(folder, folder, 2)


def kills_around() -> int:
    """How many processes of the group that this process is in have been killed because memory ran
    out: the machine's, or what a container or a job on a cluster may have. 0 if nobody counts."""
    with contextlib.suppress(OSError, ValueError):
        own = _own_groups()
        if "memory" in own:
            return _kills_in(_ROOT / "memory" / own["memory"].lstrip("/"), 1)
        return _kills_in(_ROOT / own.get("", "/").lstrip("/"), 2)
    return 0


def _kills_in(folder: Path, version: int) -> int:
    name = "memory.oom_control" if version == 1 else "memory.events"
    return _counted("oom_kill", folder / name) or 0


def _counted(event: str, file: Path) -> int | None:
    """What a file that counts events says of one; None if nothing.

    Raises:
        OSError: there is no such file."""
    for line in file.read_text().splitlines():
        key, _, value = line.partition(" ")
        if key == event:
            return int(value)
    return None


def _processor_groups(own: dict[str, str], name: str) -> tuple[Path, ...]:
    """New groups in version 1's hierarchies for the processor; none if not both can be had."""
    if "cpu" not in own or "cpuacct" not in own:
        return ()
    parents = [(_ROOT / kind).resolve() / own[kind].lstrip("/") for kind in ("cpu", "cpuacct")]
    wanted = tuple(parent / name for parent in dict.fromkeys(parents))
    try:
        _make(wanted)
    except OSError:
        return ()
    return wanted


def _make(folders: Iterable[Path]) -> None:
    """Make all of these or none.

    Raises:
        OSError: one of them cannot be made."""
    with ExitStack() as undo:
        for folder in folders:
            _remove_abandoned(folder.parent)
            folder.mkdir()
            undo.callback(folder.rmdir)
        undo.pop_all()


def _prefix() -> str:
    """What the names of this process's groups begin with, up to its own number.

    Containers can share the folder of groups and have numbers of processes of their own, so a
    number tells of a process only together with the namespace that it was counted in.
    """
    return f"gradeprop-{Path('/proc/self/ns/pid').stat().st_ino}-"


def _remove_abandoned(parent: Path) -> None:
    """Remove the groups of graders, counted as this one is, that were killed before they could.

    Numbers of processes and of namespaces are used again: in a container, where the grader may be
    the first process each time, what another one left can have this one's."""
    prefix, own = _prefix(), str(os.getpid())
    for folder in parent.glob(f"{prefix}*-*"):
        number = folder.name.removeprefix(prefix).split("-")[0]
        is_mine = number == own and folder.name in _own_names
        if not is_mine and (number == own or not Path("/proc", number).exists()):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _own_groups() -> dict[str, str]:
    """This process's path in each hierarchy, by controller; version 2's has an empty name."""
    groups: dict[str, str] = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        groups |= dict.fromkeys(controllers.split(","), path)
    return groups
