"""The few system calls that Python does not offer, by ctypes. Linux only.

Every function raises `OSError` with the kernel's reason if the call fails."""

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

from gradeprop.session.kept_builtins import KEPT

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
    "checked",
    "die_with_parent",
    "drop_capabilities",
    "enter_namespace",
    "keep_descriptors_apart",
    "keep_memory_apart",
    "libc",
    "load_filter",
    "make_mounts_private",
    "map_own_ids",
    "mount",
    "no_new_privileges",
    "unshare",
]

__builtins__ = KEPT

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

NEW_NS: Final = 0x00020000
NEW_CGROUP: Final = 0x02000000
NEW_UTS: Final = 0x04000000
NEW_IPC: Final = 0x08000000
NEW_USER: Final = 0x10000000
NEW_PID: Final = 0x20000000
NEW_NET: Final = 0x40000000

MS_NOSUID: Final = 2
MS_NODEV: Final = 4
MS_NOEXEC: Final = 8
_MS_BIND: Final = 4096
_MS_REC: Final = 16384
_MS_PRIVATE: Final = 1 << 18

_PR_SET_PDEATHSIG: Final = 1
_PR_CAPBSET_DROP: Final = 24
_PR_SET_CHILD_SUBREAPER: Final = 36
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_CAP_AMBIENT: Final = 47
_PR_CAP_AMBIENT_CLEAR_ALL: Final = 4
_SIGKILL = 9
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63

_SECCOMP = {"x86_64": 317, "aarch64": 277, "riscv64": 277, "ppc64le": 358, "s390x": 348}
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_NEW_LISTENER = 1 << 3


def checked(result: int, what: str) -> int:
    """``result`` of a call of ``libc``.

    Raises:
        OSError: it says that ``what`` failed.
    """
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def _prctl(option: int, *arguments: int) -> int:
    padded = (*arguments, 0, 0, 0, 0)[:4]
    result: int = libc.prctl(option, *map(ctypes.c_ulong, padded))
    return result


# Processes and namespaces.


def die_with_parent(parent: int) -> None:
    """Be killed when the parent process ``parent`` ends, also if it already has.

    Args:
        parent: its id as this process sees it; 0 for a parent outside of the own PID namespace.
    """
    checked(_prctl(_PR_SET_PDEATHSIG, _SIGKILL), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        os._exit(0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, instead of the first process."""
    checked(_prctl(_PR_SET_CHILD_SUBREAPER, 1), "prctl(PR_SET_CHILD_SUBREAPER)")


def unshare(flags: int) -> None:
    """Leave the namespaces in ``flags`` (``NEW_*``) for new ones."""
    checked(libc.unshare(flags), "unshare")


def enter_namespace(descriptor: int, kind: int) -> None:
    """Enter the namespace of an open ``/proc/*/ns/*`` file."""
    checked(libc.setns(descriptor, kind), "setns")


def map_own_ids(uid: int, gid: int) -> None:
    """In a new user namespace, be the same user and group as outside, and nobody else."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def no_new_privileges() -> None:
    """No program run from now on gets more rights than this process has."""
    checked(_prctl(_PR_SET_NO_NEW_PRIVS, 1), "prctl(PR_SET_NO_NEW_PRIVS)")


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    for capability in range(_LAST_CAPABILITY + 1):
        if _prctl(_PR_CAPBSET_DROP, capability) < 0:
            break  # beyond the kernel's last one, or not allowed because there is none to drop
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    checked(libc.capset(header, bytes(24)), "capset")


# Mounts.


def mount(kind: str, target: str, flags: int, options: str = "") -> None:
    """Mount a new file system of type ``kind`` on ``target``."""
    source = kind.encode()
    result = libc.mount(
        source, target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()
    )
    checked(result, f"mount {kind} on {target}")


def bind_mount(source: str, target: str) -> None:
    """Let ``target`` show what ``source`` shows, with all that is mounted below."""
    flags = ctypes.c_ulong(_MS_BIND | _MS_REC)
    result = libc.mount(source.encode(), target.encode(), None, flags, None)
    checked(result, f"bind {source}")


def make_mounts_private() -> None:
    """What this mount namespace mounts from now on stays in it."""
    flags = ctypes.c_ulong(_MS_REC | _MS_PRIVATE)
    checked(libc.mount(b"none", b"/", None, flags, None), "mount --make-rprivate")


# Memory and descriptors that a fork shares with its parent.

_PROT_READ: Final = 1
_PROT_WRITE: Final = 2
_MAP_PRIVATE_FIXED_ANONYMOUS = 0x02 | 0x10 | 0x20
_COPIED_BYTES = 64 << 20
_SHARED_MAPPING = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) (.)..s ", re.MULTILINE)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]


# These two run beside student code, which can replace what is looked up.
_dup2, _fstat, _read, _seek = os.dup2, os.fstat, os.read, os.lseek
_fcntl, _is_regular, _poll = fcntl.fcntl, stat.S_ISREG, select.poll
_ACCESS_MODE, _FROM_BEGIN, _READ_ONLY = os.O_ACCMODE, os.SEEK_SET, os.O_RDONLY
_CLOSED, _GET_FLAGS = select.POLLNVAL, fcntl.F_GETFL


def keep_memory_apart(maps: int) -> None:
    """Replace all memory shared with other processes by private copies (very large ones by zeros).

    Args:
        maps: an open ``/proc/self/maps`` of this process or of the one that it was just forked
            from.
    """
    _seek(maps, 0, _FROM_BEGIN)
    text = b""
    while part := _read(maps, 1 << 20):
        text += part
    for found in _SHARED_MAPPING.finditer(text):
        start = int(found[1], 16)
        size = int(found[2], 16) - start
        is_copied = found[3] == b"r" and size <= _COPIED_BYTES
        content = ctypes.string_at(start, size) if is_copied else b""
        access = _PROT_READ | _PROT_WRITE
        mapped = libc.mmap(start, size, access, _MAP_PRIVATE_FIXED_ANONYMOUS, -1, 0)
        if mapped != start:
            raise OSError(ctypes.get_errno(), "mmap")
        ctypes.memmove(start, content, len(content))


def keep_descriptors_apart(kept: Iterable[int], null: int, limit: int = 256) -> None:
    """Let every open descriptor through which something could be passed on lead to ``null``.

    Files that are open for reading only stay as they are, and so do the descriptors in ``kept``.
    """
    poller = _poll()
    for descriptor in set(range(limit)).difference(kept):
        poller.register(descriptor, 0)
    closed = {descriptor for descriptor, events in poller.poll(0) if events & _CLOSED}
    for descriptor in set(range(limit)).difference(kept, closed):
        status = _fstat(descriptor)
        mode = _fcntl(descriptor, _GET_FLAGS) & _ACCESS_MODE
        if not (_is_regular(status.st_mode) and mode == _READ_ONLY):
            _dup2(null, descriptor)


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
    return checked(libc.syscall(number, _SECCOMP_SET_MODE_FILTER, flags, description), "seccomp")
