"""The seccomp filters, built once on the trusted side as BPF that the children only load.

Two programs, of which the kernel takes the stricter answer: one refuses what no notebook needs, the
other asks the supervisor (see `gradeprop.session.isolation.supervisor`) about what must be counted.
"""

from __future__ import annotations

import errno
import struct
import tempfile
from dataclasses import dataclass
from typing import Any, Final

from gradeprop.session.interface import IsolatingLevel

__all__ = ["Filters", "build_filters"]

# Other processes, the kernel's own workings, mounts and namespaces, keys, clocks, users.
_NEVER: Final = """
    ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise process_mrelease
    mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick
    mount_setattr
    unshare setns keyctl add_key request_key bpf perf_event_open userfaultfd
    io_uring_setup io_uring_enter io_uring_register
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct
    quotactl quotactl_fd syslog settimeofday clock_settime clock_adjtime adjtimex stime
    sethostname setdomainname iopl ioperm modify_ldt personality open_by_handle_at name_to_handle_at
    lookup_dcookie vhangup nfsservctl fanotify_init mknod mknodat uselib ustat sysfs
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid
"""
# Memory that no limit on address space or file size sees.
_UNCOUNTED: Final = """
    memfd_create memfd_secret shmget shmat shmctl shmdt semget semop msgget msgsnd mq_open
"""
# Without a PID namespace of its own a child must not leave its tree or start programs in it.
_RESTRICTED: Final = """
    execve execveat setsid setpgid setpriority ioprio_set migrate_pages move_pages
    link linkat symlink symlinkat setxattr lsetxattr fsetxattr
"""
_SCHEDULING: Final = "sched_setaffinity sched_setscheduler sched_setparam sched_setattr"
_SIGNALS: Final = "kill tgkill tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal"

# Every flag of clone that makes a namespace, of time too.
_CLONE_NEW: Final = (
    0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000, 0x00020000, 0x80,
)  # fmt: skip
_O_CREAT: Final = 0o100
_O_TMPFILE: Final = 0o20000000
_MAP_TYPE: Final = 0x0F
_MAP_SHARED: Final = 0x01
_MAP_SHARED_VALIDATE: Final = 0x03
_PROT_WRITE: Final = 2
_AF_UNIX: Final = 1
_SOCKET_KINDS: Final = 0x0F  # the rest of the argument are flags
_SOCK_SEQPACKET: Final = 5
_TIOCSTI: Final = 0x5412
_TIOCLINUX: Final = 0x541C
_F_SETOWN: Final = 8
_F_SETSIG: Final = 10
_F_SETOWN_EX: Final = 15
_FIOSETOWN: Final = 0x8901
_SIOCSPGRP: Final = 0x8902

# Calls added to Linux after 5.17 have the same numbers everywhere; libseccomp may not know them.
# ``ld [nr]; jge #450, no, yes; no: ret ENOSYS; yes: ret ALLOW``
_NEWER_THAN_KNOWN: Final = b"".join(
    struct.pack("=HBBI", *instruction)
    for instruction in (
        (0x20, 0, 0, 0),
        (0x35, 0, 1, 450),
        (0x06, 0, 0, 0x00050000 | errno.ENOSYS),
        (0x06, 0, 0, 0x7FFF0000),
    )
)


@dataclass(frozen=True)
class Filters:
    """BPF programs: those that refuse, and the one that asks the supervisor, if any does."""

    refuse: tuple[bytes, ...]
    supervise: bytes | None = None


def build_filters(
    level: IsolatingLevel,
    *,
    supervise: bool,
    signals_scoped: bool,
    gpu: bool = False,
) -> Filters:
    """The filters of an isolation level.

    Args:
        level: ``"restricted"`` refuses new programs and sockets altogether.
        supervise: whether new processes and threads (and at ``"restricted"`` new files) are
            counted.
        signals_scoped: whether Landlock keeps signals in; at ``"restricted"`` they are refused if
            not.
        gpu: whether CUDA must live: it keeps memory in files without a name (drivers from 570 on),
            and at ``"restricted"`` shares memory with its device and needs sockets that lead
            nowhere.

    Raises:
        ImportError, RuntimeError: pyseccomp or libseccomp is missing.
    """
    import pyseccomp as sc

    restricted = level == "restricted"
    refuse = _Rules(sc)
    allowed = {"memfd_create"} if gpu else set()
    for name in sorted(set((_NEVER + _UNCOUNTED).split()) - allowed):
        refuse.add(sc.ERRNO(errno.EPERM), name)
    # Its flags lie behind a pointer, where no filter can look; glibc falls back to clone.
    refuse.add(sc.ERRNO(errno.ENOSYS), "clone3")
    for flag in _CLONE_NEW:
        refuse.add(sc.ERRNO(errno.EPERM), "clone", sc.Arg(0, sc.MASKED_EQ, flag, flag))
    for request in (_TIOCSTI, _TIOCLINUX):
        refuse.add(sc.ERRNO(errno.EPERM), "ioctl", sc.Arg(1, sc.MASKED_EQ, 0xFFFFFFFF, request))
    if restricted:
        _refuse_sockets(refuse, sc, gpu=gpu)
        _refuse_restricted(refuse, sc, signals_scoped=signals_scoped, gpu=gpu)
    else:
        refuse.add(sc.ERRNO(errno.EACCES), "socket", sc.Arg(0, sc.NE, _AF_UNIX))
    refusing = (_NEWER_THAN_KNOWN, refuse.program())
    return Filters(refusing, _supervising(sc, files=restricted) if supervise else None)


def _refuse_sockets(rules: _Rules, sc: Any, *, gpu: bool) -> None:
    """Without a mount namespace other processes' sockets lie in the file system."""
    no = sc.ERRNO(errno.EACCES)
    if not gpu:
        rules.add(no, "socket")
        return
    # CUDA asks for NVIDIA's multi-process server by such a socket, and listens at one. It lives on
    # when nobody answers, but not when it is given no socket (CUDA 13.0, driver 580).
    rules.add(no, "socket", sc.Arg(0, sc.NE, _AF_UNIX))
    for kind in set(range(_SOCKET_KINDS + 1)) - {_SOCK_SEQPACKET}:
        rules.add(no, "socket", sc.Arg(1, sc.MASKED_EQ, _SOCKET_KINDS, kind))
    rules.add(sc.ERRNO(errno.ECONNREFUSED), "connect")


def _refuse_restricted(rules: _Rules, sc: Any, *, signals_scoped: bool, gpu: bool) -> None:
    no = sc.ERRNO(errno.EPERM)
    for name in _RESTRICTED.split():
        rules.add(no, name)
    for name in ("prlimit64", *_SCHEDULING.split()):
        rules.add(no, name, sc.Arg(0, sc.NE, 0))
    # Its flags lie behind a pointer too; everybody falls back to openat.
    rules.add(sc.ERRNO(errno.ENOSYS), "openat2")
    for name, place in (("open", 1), ("openat", 2)):
        rules.add(no, name, sc.Arg(place, sc.MASKED_EQ, _O_TMPFILE, _O_TMPFILE))
    # Memory shared with other processes: there are none but a check's fork, which must share
    # nothing. With a GPU no check is a fork, and the device's memory is always shared.
    if not gpu:
        for kind in (_MAP_SHARED, _MAP_SHARED_VALIDATE):
            writable = sc.Arg(2, sc.MASKED_EQ, _PROT_WRITE, _PROT_WRITE)
            shared = sc.Arg(3, sc.MASKED_EQ, _MAP_TYPE, kind)
            rules.add(no, "mmap", writable, shared)
    if not signals_scoped:
        _refuse_signals(rules, sc)


def _refuse_signals(rules: _Rules, sc: Any) -> None:
    no = sc.ERRNO(errno.EPERM)
    for name in _SIGNALS.split():
        rules.add(no, name)
    for command in (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX):
        rules.add(no, "fcntl", sc.Arg(1, sc.EQ, command))
    for request in (_FIOSETOWN, _SIOCSPGRP):
        rules.add(no, "ioctl", sc.Arg(1, sc.MASKED_EQ, 0xFFFFFFFF, request))


def _supervising(sc: Any, *, files: bool) -> bytes:
    rules = _Rules(sc)
    for name in ("clone", "fork", "vfork"):
        rules.add(sc.NOTIFY, name)
    if files:
        for name in ("creat", "mkdir", "mkdirat"):
            rules.add(sc.NOTIFY, name)
        for name, place in (("open", 1), ("openat", 2)):
            rules.add(sc.NOTIFY, name, sc.Arg(place, sc.MASKED_EQ, _O_CREAT, _O_CREAT))
    return rules.program()


class _Rules:
    def __init__(self, sc: Any) -> None:
        self._sc = sc
        self._filter = sc.SyscallFilter(sc.ALLOW)

    def add(self, action: int, name: str, *arguments: Any) -> None:
        if self._sc.resolve_syscall(self._sc.Arch.NATIVE, name) < 0:
            return  # this architecture or this libseccomp has no such call
        self._filter.add_rule(action, name, *arguments)

    def program(self) -> bytes:
        with tempfile.TemporaryFile() as file:
            self._filter.export_bpf(file)
            file.seek(0)
            return file.read()
