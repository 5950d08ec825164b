"""The layers of isolation, which a child puts on before any student code runs. Linux only.

``full`` expects the warm process inside bubblewrap, in a user namespace where it may create further
namespaces; every child then leaves all of them for its own. ``restricted`` needs no namespace.
"""

from __future__ import annotations

import base64
import os
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gradeprop.session.interface import Level
from gradeprop.session.isolation import landlock, syscalls
from gradeprop.session.kept_builtins import KEPT

__all__ = ["Layers", "limit_resources"]

__builtins__ = KEPT

# A child's own folder, with the notebook's and the checkers' inside.
OWN_FOLDER: Final = "/tmp/own"
# Taken before student code can replace them.
_open, _NOWHERE, _READ_AND_WRITE = os.open, os.devnull, os.O_RDWR
SCRATCH: Final = "/tmp"
SHARED: Final = "/dev/shm"
_INODES: Final = 4096
_DEVICES: Final = tuple(f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom"))
# Facts about the machine, none about processes.
_FACTS: Final = tuple(
    f"/proc/{name}" for name in ("cpuinfo", "meminfo", "stat", "loadavg", "uptime", "version")
)
_SYSTEM: Final = ("/usr", "/lib", "/lib64", "/bin")
_SETTINGS: Final = (
    *(
        f"/etc/{name}"
        for name in ("ld.so.cache", "passwd", "group", "nsswitch.conf", "localtime", "mime.types")
    ),
    "/etc/alternatives",
    "/etc/fonts",
    "/var/cache/fontconfig",
)


@dataclass(frozen=True)
class Layers:
    """What a child puts on.

    Attributes:
        level: how much.
        readable: Python and packages.
        refuse: seccomp programs that refuse.
        supervise: the seccomp program that asks the supervisor, if there is one.
        devices: the GPU's device files, if children may use it.
        scratch_mb: MiB of scratch space at ``full``.
    """

    level: Level
    readable: tuple[str, ...] = ()
    refuse: tuple[bytes, ...] = ()
    supervise: bytes | None = None
    devices: tuple[str, ...] = ()
    scratch_mb: int = 64

    def as_json(self) -> dict[str, Any]:
        """For the warm process's command line."""
        return {
            "level": self.level,
            "readable": list(self.readable),
            "refuse": [base64.b64encode(program).decode() for program in self.refuse],
            "supervise": base64.b64encode(self.supervise).decode() if self.supervise else None,
            "devices": list(self.devices),
            "scratch_mb": self.scratch_mb,
        }

    @staticmethod
    def from_json(raw: dict[str, Any]) -> Layers:
        return Layers(
            level=raw["level"],
            readable=tuple(raw["readable"]),
            refuse=tuple(base64.b64decode(program) for program in raw["refuse"]),
            supervise=base64.b64decode(raw["supervise"]) if raw["supervise"] else None,
            devices=tuple(raw["devices"]),
            scratch_mb=raw["scratch_mb"],
        )

    def fork(self) -> int:
        """Like ``os.fork``; at ``full`` the child is the first process of a new PID namespace."""
        if self.level != "full":
            return os.fork()
        own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        try:
            syscalls.unshare(syscalls.NEW_PID)
            pid = -1
            try:
                pid = os.fork()
            finally:
                if pid != 0:
                    # Later children must not end up in this one's namespace.
                    syscalls.enter_namespace(own, syscalls.NEW_PID)
            return pid
        finally:
            os.close(own)

    def leave(self, parent: int) -> None:
        """First in the child: into namespaces of its own, with file systems of its own.

        Args:
            parent: the warm process, as it sees itself.
        """
        if self.level != "full":
            syscalls.die_with_parent(parent)
            return
        syscalls.die_with_parent(0)
        syscalls.unshare(
            syscalls.NEW_NS
            | syscalls.NEW_IPC
            | syscalls.NEW_UTS
            | syscalls.NEW_CGROUP
            | syscalls.NEW_NET
        )
        syscalls.make_mounts_private()
        careful = syscalls.MS_NOSUID | syscalls.MS_NODEV
        room = f"size={self.scratch_mb}m,nr_inodes={_INODES},mode=1777"
        syscalls.mount("tmpfs", SCRATCH, careful, room)
        syscalls.mount("tmpfs", SHARED, careful, room)
        syscalls.mount("proc", "/proc", careful | syscalls.MS_NOEXEC)
        uid = os.getuid()
        gid = os.getgid()
        syscalls.unshare(syscalls.NEW_USER)
        syscalls.map_own_ids(uid, gid)
        Path(OWN_FOLDER).mkdir()

    def close_in(self, folder: str) -> int:
        """Last in the child: no rights, no paths, no calls but those it needs.

        Args:
            folder: the child's own folder, where it may write.

        Returns: a listener for the supervisor, or 0.
        """
        if self.level == "none":
            return 0
        syscalls.no_new_privileges()
        syscalls.drop_capabilities()
        writing = [folder, *_DEVICES, *self.devices]
        if self.level == "full":
            writing += [SCRATCH, SHARED]
        if self.devices:
            # CUDA names its threads through /proc (drivers from 570 on) and does not start where it
            # cannot.
            writing.append("/proc/self/task")
        facts = ["/proc", "/sys"] if self.devices else _FACTS
        landlock.restrict([*_SYSTEM, *_SETTINGS, *facts, *self.readable], writing)
        listener = syscalls.load_filter(self.supervise, listen=True) if self.supervise else 0
        for program in self.refuse:
            syscalls.load_filter(program)
        return listener

    def seal(self, folder: str, kept: Sequence[int], maps: int) -> None:
        """In a checker: from now on nothing that it does reaches the process that forked it.

        Args:
            folder: where it can still write.
            kept: the descriptors that it needs.
            maps: an open ``/proc/self/maps``, or -1.
        """
        null = _open(_NOWHERE, _READ_AND_WRITE)
        syscalls.keep_descriptors_apart((*kept, maps), null)
        if self.level == "none":
            return
        if maps >= 0:
            syscalls.keep_memory_apart(maps)
        landlock.restrict_writes([folder, *_DEVICES, *self.devices])


def limit_resources(limits: Sequence[tuple[int, int]]) -> None:
    """Set each limit, hard and soft, as far as it may be set."""
    for which, value in limits:
        _, hard = resource.getrlimit(which)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (ceiling, ceiling))


def resource_limits(
    request: dict[str, Any], baseline_bytes: int, level: Level, *, gpu: bool
) -> list[tuple[int, int]]:
    """The limits of one child, from the grader's request.

    Args:
        request: ``memory_mb``, ``processes``, ``file_bytes``, ``cpu_s``.
        baseline_bytes: address space of the warm process, which every child starts with.
        level: at ``full`` processes are counted in the child's own user namespace.
        gpu: CUDA reserves address space without end, so that it cannot be limited, and keeps memory
            in files without a name, to which the limit on files applies: they may be as large as
            memory.
    """
    memory = request["memory_mb"] << 20
    file_bytes = request["file_bytes"]
    if gpu:
        file_bytes = max(memory, file_bytes)
    limits = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_MEMLOCK, 1 << 16),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_CPU, request["cpu_s"]),
    ]
    if level == "full":
        limits.append((resource.RLIMIT_NPROC, request["processes"]))
    if not gpu:
        limits.append((resource.RLIMIT_AS, baseline_bytes + memory))
    return limits
