"""What CUDA asks of the system, seen without strace: each kind of call, with how often it came.

    python -m prove_gpu.watch [SECONDS]

A child puts on a seccomp filter that reports its interesting calls and lets them pass; then it uses
the GPU. ``!`` before a call says that the product's filters refuse it at ``full`` and at
``restricted``, ``r`` at ``restricted`` only. To be run outside of any sandbox. The last line begins
with ``verdict:``.
"""

from __future__ import annotations

import collections
import contextlib
import fcntl
import os
import re
import select
import signal
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prove_gpu import bpf, product

# Calls with a path: which argument it is, and which one holds the flags.
PATHS: Final[dict[str, tuple[int, int | None]]] = {
    "open": (0, 1),
    "openat": (1, 2),
    "creat": (0, None),
    "access": (0, None),
    "faccessat": (1, None),
    "stat": (0, None),
    "unlink": (0, None),
    "unlinkat": (1, None),
    "symlink": (1, None),
    "symlinkat": (2, None),
    "mknod": (0, None),
    "mknodat": (1, None),
    "mkdir": (0, None),
    "mkdirat": (1, None),
    "chmod": (0, None),
    "chown": (0, None),
    "readlink": (0, None),
    "rename": (0, None),
    "execve": (0, None),
    "memfd_create": (0, 1),
}
OTHERS: Final = """
    openat2 ftruncate fallocate fchmod fchown shmget shmat shmctl semget msgget mq_open
    socket socketpair connect bind listen clone clone3 fork vfork kill tgkill
    prctl setrlimit prlimit64 personality setuid setgid capset setpriority
    sched_setaffinity sched_setscheduler sched_setparam sched_setattr
    mlock mlock2 mlockall mbind set_mempolicy get_mempolicy set_mempolicy_home_node
    migrate_pages move_pages memfd_secret remap_file_pages userfaultfd
    perf_event_open ptrace process_vm_readv process_vm_writev kcmp pidfd_open pidfd_getfd
    name_to_handle_at open_by_handle_at io_uring_setup keyctl bpf eventfd2 timerfd_create
    signalfd4 inotify_init1 unshare setns mount seccomp landlock_create_ruleset
"""
MAP_TYPE: Final = 0x0F
MAP_SHARED, MAP_SHARED_VALIDATE = 1, 3

# The kernel's ``struct seccomp_notif`` and its answer, see seccomp_unotify(2).
_RECEIVE, _SEND, _GO_ON = 0xC0502100, 0xC0182101, 1
_NOTIFICATION_BYTES: Final = 80


@dataclass(frozen=True)
class Call:
    """A system call that waits for an answer."""

    question: int
    pid: int
    number: int
    arguments: tuple[int, ...]
    raw: bytes

    @staticmethod
    def receive(listener: int) -> Call | None:
        """The next one; None if whoever made it is gone."""
        notification = bytearray(_NOTIFICATION_BYTES)
        try:
            fcntl.ioctl(listener, _RECEIVE, notification)
        except OSError:
            return None
        question, pid, _ = struct.unpack_from("=QII", notification)
        raw = bytes(notification[16:])
        (number,) = struct.unpack_from("=i", raw)
        return Call(question, pid, number, struct.unpack_from("=6Q", raw, 16), raw)

    def let_pass(self, listener: int) -> None:
        # Whoever made it may have been killed meanwhile.
        with contextlib.suppress(OSError):
            fcntl.ioctl(listener, _SEND, struct.pack("=QqiI", self.question, 0, 0, _GO_ON))

    def text_at(self, address: int) -> str:
        """The text in the caller's memory."""
        try:
            with open(f"/proc/{self.pid}/mem", "rb", buffering=0) as memory:  # noqa: PTH123
                memory.seek(address)
                return memory.read(200).split(b"\0")[0].decode("utf-8", "replace")
        except (OSError, OverflowError):
            return "?"

    def file(self, descriptor: int) -> str:
        """What the caller's descriptor leads to."""
        try:
            return str(Path(f"/proc/{self.pid}/fd/{descriptor}").readlink())
        except OSError:
            return f"descriptor {descriptor & 0xFFFFFFFF}"


_DESCRIPTIONS: Final[dict[str, Callable[[Call, tuple[int, ...]], str]]] = {
    "mmap": lambda call, given: f"shared, prot {given[2]}, of {call.file(given[4])}",
    "connect": lambda call, given: repr(call.text_at(given[1] + 2)),
    "ftruncate": lambda call, given: f"{call.file(given[0])} to {given[1]} bytes",
    "fallocate": lambda call, given: f"{call.file(given[0])} to {given[3]} bytes",
    "clone": lambda _, given: f"flags {given[0]:#x}",
    "prctl": lambda _, given: f"option {given[0]}",
    "socket": lambda _, given: f"family {given[0]} kind {given[1]:#x}",
    "socketpair": lambda _, given: f"family {given[0]} kind {given[1]:#x}",
}


def described(name: str, call: Call) -> str:
    """The call's arguments as far as they tell one kind of call from another."""
    given = call.arguments
    if name in PATHS:
        path, flags = PATHS[name]
        said = call.text_at(given[path]) + ("" if flags is None else f" flags {given[flags]:#o}")
    elif name in _DESCRIPTIONS:
        said = _DESCRIPTIONS[name](call, given)
    else:
        said = " ".join(f"{value:#x}" for value in given[:3] if value < 1 << 40)
    return re.sub(r"/task/\d+", "/task/N", re.sub(r"/proc/\d+\b", "/proc/PID", said))


def watching_program() -> tuple[bytes, dict[int, str]]:
    """A seccomp program that reports the calls to watch, and the names of their numbers."""
    import pyseccomp as sc

    rules, names = sc.SyscallFilter(sc.ALLOW), {}
    for name in [*PATHS, *OTHERS.split()]:
        number = sc.resolve_syscall(sc.Arch.NATIVE, name)
        if number >= 0:
            names[number] = name
            rules.add_rule(sc.NOTIFY, name)
    names[sc.resolve_syscall(sc.Arch.NATIVE, "mmap")] = "mmap"
    for kind in (MAP_SHARED, MAP_SHARED_VALIDATE):
        rules.add_rule(sc.NOTIFY, "mmap", sc.Arg(3, sc.MASKED_EQ, MAP_TYPE, kind))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read(), names


def marker() -> Callable[[Call], str]:
    """Tells ``!``, ``r`` or nothing of a call, by the product's own filters for work on a GPU."""
    full, restricted = (
        product.build_filters(level, supervise=False, signals_scoped=True, gpu=True).refuse
        for level in ("full", "restricted")
    )

    def mark(call: Call) -> str:
        if bpf.refused(full, call.raw):
            return "!"
        return "r" if bpf.refused(restricted, call.raw) else " "

    return mark


def job() -> None:
    """What is watched: a context, a backward pass, random numbers, sorting, linear algebra."""
    import torch

    began = time.monotonic()
    x = torch.ones(64, 64, device="cuda", requires_grad=True)
    torch.cuda.synchronize()
    context = time.monotonic() - began
    torch.autograd.backward(((x @ x).double() ** 2).sum())
    torch.manual_seed(1)
    torch.randn(3, device="cuda").sort()
    torch.linalg.inv(torch.eye(3, device="cuda"))
    torch.cuda.synchronize()
    print(f"job: context {context:.2f} s, in all {time.monotonic() - began:.2f} s", flush=True)


def be_watched(program: bytes, channel: socket.socket) -> bool:
    """In the child: hand the listener over, then work. Whether the work was done."""
    try:
        listener = product.syscalls.load_filter(program, listen=True)
        socket.send_fds(channel, [b"x"], [listener])
        os.close(listener)
        channel.close()
        job()
    except (ImportError, OSError, RuntimeError, AssertionError) as error:
        said = (str(error).strip().splitlines() or [""])[0]
        print(f"job failed: {type(error).__name__}: {said}", flush=True)
        return False
    return True


def watch(
    pid: int, listener: int, names: dict[int, str], seconds: float
) -> tuple[collections.Counter[tuple[str, str]], int | None]:
    """Let the child's calls pass until it ends or the time is over.

    Returns: how often each kind of call came, by its mark and its words, and the child's exit code,
    None if it is still at work.
    """
    end = time.monotonic() + seconds
    mark = marker()
    seen = collections.Counter[tuple[str, str]]()
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    while time.monotonic() < end:
        call = Call.receive(listener) if poller.poll(200) else None
        if call is not None:
            name = names.get(call.number, str(call.number))
            seen[mark(call), f"{name} {described(name, call)}"] += 1
            call.let_pass(listener)
            continue
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return seen, os.waitstatus_to_exitcode(status)
    return seen, None


def start_child(program: bytes) -> tuple[int, list[int]]:
    """A child that is watched: its process id and its listener, if it could be had."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        done = False
        try:
            ours.close()
            done = be_watched(program, theirs)
        finally:
            os._exit(0 if done else 1)
    theirs.close()
    with ours:
        _, listeners, _, _ = socket.recv_fds(ours, 1, 1)
    return pid, listeners


def main() -> None:
    seconds = float(sys.argv[1] if sys.argv[1:] else 60)
    try:
        program, names = watching_program()
        # Before the fork, since only what comes after it is of interest.
        import torch
        import torch._dynamo  # noqa: F401
    except (ImportError, RuntimeError) as error:
        print(f"verdict: fails: nothing to watch with: {error}")
        return
    pid, listeners = start_child(program)
    if not listeners:
        os.waitpid(pid, 0)
        print("verdict: fails: a filter that reports calls could not be put on")
        return
    seen, code = watch(pid, listeners[0], names, seconds)
    if code is None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    for (mark, said), count in seen.items():
        print(f"{mark} {count:5} {said}"[:200])
    words = {0: "works", None: f"fails: not done after {seconds:.0f} s"}
    print("verdict:", words.get(code, "fails: the job did not end well"))


if __name__ == "__main__":
    main()
