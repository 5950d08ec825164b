"""The few system calls that Python does not offer, by ctypes. Linux only; nothing else here uses
ctypes for the kernel. Every function raises `OSError` with the kernel's reason if the call fails.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import re
import select
import stat
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

__all__ = [
    "NEW_CGROUP",
    "NEW_IPC",
    "NEW_NET",
    "NEW_NS",
    "NEW_PID",
    "NEW_USER",
    "NEW_UTS",
    "adopt_orphans",
    "bind_mount",
    "die_with_parent",
    "drop_capabilities",
    "enter_namespace",
    "keep_descriptors_apart",
    "keep_memory_apart",
    "landlock",
    "landlock_abi",
    "landlock_writes",
    "load_filter",
    "make_mounts_private",
    "map_own_ids",
    "mount",
    "no_new_privileges",
    "unshare",
]

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

NEW_NS: Final = 0x00020000
NEW_CGROUP: Final = 0x02000000
NEW_UTS: Final = 0x04000000
NEW_IPC: Final = 0x08000000
NEW_USER: Final = 0x10000000
NEW_PID: Final = 0x20000000
NEW_NET: Final = 0x40000000

MS_RDONLY: Final = 1
MS_NOSUID: Final = 2
MS_NODEV: Final = 4
MS_NOEXEC: Final = 8
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18

_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 1, 24, 38, 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_SIGKILL = 9
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63

# The same numbers on every architecture.
_LANDLOCK_CREATE, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT = 444, 445, 446
_SECCOMP = {"x86_64": 317, "aarch64": 277, "riscv64": 277, "ppc64le": 358, "s390x": 348}
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_NEW_LISTENER = 1 << 3


def _check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def _prctl(option: int, *arguments: int) -> int:
    padded = (*arguments, 0, 0, 0, 0)[:4]
    result: int = _libc.prctl(option, *(ctypes.c_ulong(argument) for argument in padded))
    return result


# Processes and namespaces.


def die_with_parent(parent: int) -> None:
    """Be killed when the parent process ``parent`` ends, also if it already has.

    Args:
        parent: its id as this process sees it; 0 for a parent outside of the own PID namespace.
    """
    _check(_prctl(_PR_SET_PDEATHSIG, _SIGKILL), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        os._exit(0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, instead of the first process."""
    _check(_prctl(_PR_SET_CHILD_SUBREAPER, 1), "prctl(PR_SET_CHILD_SUBREAPER)")


def unshare(flags: int) -> None:
    """Leave the namespaces in ``flags`` (``NEW_*``) for new ones."""
    _check(_libc.unshare(flags), "unshare")


def enter_namespace(descriptor: int, kind: int) -> None:
    """Enter the namespace of an open ``/proc/*/ns/*`` file."""
    _check(_libc.setns(descriptor, kind), "setns")


def map_own_ids(uid: int, gid: int) -> None:
    """In a new user namespace, be the same user and group as outside, and nobody else."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def no_new_privileges() -> None:
    """No program run from now on gets more rights than this process has."""
    _check(_prctl(_PR_SET_NO_NEW_PRIVS, 1), "prctl(PR_SET_NO_NEW_PRIVS)")


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    for capability in range(_LAST_CAPABILITY + 1):
        if _prctl(_PR_CAPBSET_DROP, capability) < 0:
            break  # beyond the kernel's last one, or not allowed because there is none to drop
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, bytes(24)), "capset")


# Mounts.


def mount(kind: str, target: str, flags: int, options: str = "") -> None:
    """Mount a new file system of type ``kind`` on ``target``."""
    arguments = (
        kind.encode(),
        target.encode(),
        kind.encode(),
        ctypes.c_ulong(flags),
        options.encode(),
    )
    _check(_libc.mount(*arguments), f"mount {kind} on {target}")


def bind_mount(source: str, target: str) -> None:
    """Let ``target`` show what ``source`` shows, with all that is mounted below."""
    flags = ctypes.c_ulong(_MS_BIND | _MS_REC)
    _check(_libc.mount(source.encode(), target.encode(), None, flags, None), f"bind {source}")


def make_mounts_private() -> None:
    """What this mount namespace mounts from now on stays in it."""
    _check(
        _libc.mount(b"none", b"/", None, ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None),
        "mount --make-rprivate",
    )


# Memory and descriptors that a fork shares with its parent.

_PROT_READ, _PROT_WRITE, _PROT_EXEC = 1, 2, 4
_MAP_PRIVATE_FIXED_ANONYMOUS = 0x02 | 0x10 | 0x20
_COPIED_BYTES = 64 << 20
_SHARED_MAPPING = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) (.)..s ", re.MULTILINE)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]


def keep_memory_apart(maps: int) -> None:
    """Replace all memory shared with other processes by private copies (very large ones by zeros).

    Args:
        maps: an open ``/proc/self/maps`` of this process or of the one that it was just forked
            from."""
    os.lseek(maps, 0, os.SEEK_SET)
    text = b""
    while part := os.read(maps, 1 << 20):
        text += part
    for found in _SHARED_MAPPING.finditer(text):
        start, end = int(found[1], 16), int(found[2], 16)
        readable = found[3] == b"r" and end - start <= _COPIED_BYTES
        content = ctypes.string_at(start, end - start) if readable else b""
        place = _libc.mmap(
            start, end - start, _PROT_READ | _PROT_WRITE, _MAP_PRIVATE_FIXED_ANONYMOUS, -1, 0
        )
        if place != start:
            raise OSError(ctypes.get_errno(), "mmap")
        ctypes.memmove(start, content, len(content))


def keep_descriptors_apart(kept: Iterable[int], null: int, limit: int = 256) -> None:
    """Let every open descriptor through which something could be passed on lead to ``null``
    instead.

    Files that are open for reading only stay as they are, and so do the descriptors in ``kept``.
    """
    poller = select.poll()
    for descriptor in set(range(limit)).difference(kept):
        poller.register(descriptor, 0)
    closed = {descriptor for descriptor, events in poller.poll(0) if events & select.POLLNVAL}
    for descriptor in set(range(limit)).difference(kept, closed):
        status = os.fstat(descriptor)
        mode = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
        if not (stat.S_ISREG(status.st_mode) and mode == os.O_RDONLY):
            os.dup2(null, descriptor)


# Landlock.

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_READING = _EXECUTE | _READ_FILE | _READ_DIR
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_BIND_AND_CONNECT_TCP = 3
_SCOPE_SOCKETS_AND_SIGNALS = 3


def landlock_abi() -> int:
    """The kernel's Landlock version, 0 if it has none."""
    return max(0, int(_libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)))


def landlock(reading: Iterable[str], writing: Iterable[str]) -> int:
    """Allow this process and its children to read below ``reading`` and to read and write below
    ``writing``, and nothing else in the file system; no TCP, and signals and abstract sockets only
    among themselves, as far as the kernel knows these. Paths that do not exist are left out.

    Returns: the Landlock version (signals are kept in from 6 on, TCP from 4, truncation from 3).
    """
    abi = _check(_libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1), "landlock")
    handled = (1 << 13) - 1
    for version, right in ((2, 1 << 13), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        handled |= right if abi >= version else 0
    network = _BIND_AND_CONNECT_TCP if abi >= 4 else 0
    _restrict(abi, handled, network, [(reading, _READING), (writing, handled)])
    return abi


def landlock_writes(writing: Iterable[str]) -> None:
    """Allow this process and its children to write, create and remove below ``writing`` only, and
    to signal only one another where the kernel knows that; reading stays as it was."""
    abi = _check(_libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1), "landlock")
    handled = ((1 << 13) - 1) & ~_READING
    for version, right in ((2, 1 << 13), (3, _TRUNCATE)):
        handled |= right if abi >= version else 0
    _restrict(abi, handled, 0, [(writing, handled)])


def _restrict(
    abi: int, handled: int, network: int, rules: Iterable[tuple[Iterable[str], int]]
) -> None:
    scoped = _SCOPE_SOCKETS_AND_SIGNALS if abi >= 6 else 0
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    attributes = struct.pack("=QQQ", handled, network, scoped)[:size]
    ruleset = _check(
        _libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), 0),
        "landlock_create_ruleset",
    )
    try:
        for paths, rights in rules:
            for path in paths:
                _allow(ruleset, path, rights & handled)
        no_new_privileges()
        _check(_libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0), "landlock_restrict_self")
    finally:
        os.close(ruleset)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        below = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(below).st_mode):
            rights &= _ON_FILES
        rule = struct.pack("=Qi", rights, below)
        _check(_libc.syscall(_LANDLOCK_ADD_RULE, rules, 1, rule, 0), f"landlock_add_rule {path}")
    finally:
        os.close(below)


# Seccomp.


def load_filter(program: bytes, *, listen: bool = False) -> int:
    """Load a seccomp program (BPF instructions as the kernel wants them).

    Returns: with ``listen`` a descriptor on which a supervisor hears of calls that wait for it,
    else 0."""
    no_new_privileges()
    code = ctypes.create_string_buffer(program, len(program))
    description = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    number = _SECCOMP[platform.machine()]
    flags = _SECCOMP_NEW_LISTENER if listen else 0
    return _check(_libc.syscall(number, _SECCOMP_SET_MODE_FILTER, flags, description), "seccomp")
