"""The seccomp programs, loaded for real in a process of their own."""

from __future__ import annotations

import base64
import subprocess
import sys
from textwrap import dedent

import pytest

from gradeprop.session.isolation.filters import (
    _NEVER,
    _RESTRICTED,
    _UNCOUNTED,
    Filters,
    build_filters,
)

pytest.importorskip(
    "pyseccomp", reason="the filters need libseccomp", exc_type=(ImportError, RuntimeError)
)

SETUP = """
import base64, ctypes, errno, mmap, os, socket, sys, threading
from gradeprop.session.isolation import syscalls
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) for a in arguments))
    return errno.errorcode.get(ctypes.get_errno(), "0") if result == -1 else "done"
def attempt(what, *arguments, **keywords):
    try:
        what(*arguments, **keywords)
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"
for program in sys.argv[1:]:
    syscalls.load_filter(base64.b64decode(program))
"""


def run(filters: Filters, source: str) -> str:
    programs = [base64.b64encode(program).decode() for program in filters.refuse]
    command = [sys.executable, "-c", SETUP + dedent(source), *programs]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def number_of(name: str) -> int:
    import pyseccomp

    return int(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name))


@pytest.mark.parametrize("level", ["full", "restricted"])
def test_every_call_that_no_notebook_needs_is_refused(level: str) -> None:
    filters = build_filters(level, supervise=False, signals_scoped=True)  # type: ignore[arg-type]
    names = (_NEVER + _UNCOUNTED + (_RESTRICTED if level == "restricted" else "")).split()
    numbers = [number_of(name) for name in names if number_of(name) >= 0]
    assert len(numbers) > 60
    assert (
        run(filters, f"print({{call(number, -1, -1, -1) for number in {numbers}}})") == "{'EPERM'}"
    )


def test_calls_newer_than_the_filters_do_not_exist() -> None:
    filters = build_filters("full", supervise=False, signals_scoped=True)
    assert run(filters, "print(call(450), call(9999))") == "ENOSYS ENOSYS"


def test_ordinary_work_goes_on_at_full() -> None:
    filters = build_filters("full", supervise=False, signals_scoped=True)
    source = """
    import subprocess, torch
    thread = threading.Thread(target=print, args=("thread",)); thread.start(); thread.join()
    print(subprocess.run(["echo", "program"], capture_output=True, text=True).stdout.strip())
    print(torch.randn(300, 300).matmul(torch.randn(300, 300)).shape[0])
    print(attempt(socket.socket, socket.AF_UNIX), attempt(mmap.mmap, -1, 4096))
    """
    assert run(filters, source).split() == ["thread", "program", "300", "done", "done"]


@pytest.mark.parametrize("level", ["full", "restricted"])
def test_there_are_no_sockets_to_the_world_and_no_namespaces(level: str) -> None:
    filters = build_filters(level, supervise=False, signals_scoped=True)  # type: ignore[arg-type]
    source = """
    print({attempt(socket.socket, family) for family in (socket.AF_INET, socket.AF_INET6, 16, 17, 38, 40)})
    clone = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
    print({call(clone, flag | 17) for flag in (0x20000, 0x10000000, 0x20000000, 0x40000000, 0x08000000)})
    print(call({"x86_64": 435, "aarch64": 435}[os.uname().machine], 0, 0))
    """
    assert run(filters, source).split("\n") == ["{'EACCES'}", "{'EPERM'}", "ENOSYS"]


def test_restricted_starts_no_program_and_shares_no_memory() -> None:
    filters = build_filters("restricted", supervise=False, signals_scoped=True)
    source = """
    print(attempt(os.execv, "/bin/true", ["true"]), attempt(os.setsid), attempt(os.symlink, "a", "b"))
    print(attempt(mmap.mmap, -1, 4096), attempt(mmap.mmap, -1, 4096, flags=mmap.MAP_PRIVATE))
    print(attempt(socket.socket, socket.AF_UNIX), attempt(os.kill, os.getpid(), 0))
    print(attempt(os.open, "/tmp", os.O_TMPFILE | os.O_RDWR))
    """
    expected = ["EPERM EPERM EPERM", "EPERM done", "EACCES done", "EPERM"]
    assert run(filters, source).split("\n") == expected


def test_signals_are_refused_where_landlock_does_not_hold_them() -> None:
    filters = build_filters("restricted", supervise=False, signals_scoped=False)
    assert run(filters, "print(attempt(os.kill, os.getppid(), 0))") == "EPERM"


def test_only_counted_calls_reach_the_supervisor() -> None:
    assert build_filters("full", supervise=False, signals_scoped=True).supervise is None
    full = build_filters("full", supervise=True, signals_scoped=True).supervise
    restricted = build_filters("restricted", supervise=True, signals_scoped=True).supervise
    assert full is not None
    assert restricted is not None
    assert len(full) < len(restricted)
    assert len(full) % 8 == len(restricted) % 8 == 0


def test_with_a_gpu_at_restricted_sockets_lead_nowhere() -> None:
    filters = build_filters("restricted", supervise=False, signals_scoped=True, gpu=True)
    source = """
    here, kinds = socket.AF_UNIX, (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW)
    families = (socket.AF_INET, socket.AF_INET6, 16, 17, 38, 40)
    print({attempt(socket.socket, here, kind) for kind in kinds})
    print({attempt(socket.socket, family, socket.SOCK_SEQPACKET) for family in families})
    listening = socket.socket(here, socket.SOCK_SEQPACKET)
    listening.bind("\\0gradeprop-test-of-filters")
    listening.listen(1)
    other = socket.socket(here, socket.SOCK_SEQPACKET)
    print(attempt(other.connect, "\\0gradeprop-test-of-filters"))
    print(attempt(other.sendto, b"x", "\\0gradeprop-test-of-filters"))
    """
    assert run(filters, source).split() == [
        "{'EACCES'}",
        "{'EACCES'}",
        "ECONNREFUSED",
        "ENOTCONN",
    ]


@pytest.mark.parametrize("level", ["full", "restricted"])
def test_with_a_gpu_memory_has_no_name_and_is_shared_with_the_device(level: str) -> None:
    source = """
    print(attempt(os.memfd_create, "cuda"), attempt(mmap.mmap, -1, 4096), call(447, 0))
    """
    gpu = build_filters(level, supervise=False, signals_scoped=True, gpu=True)  # type: ignore[arg-type]
    assert run(gpu, source) == "done done EPERM"  # 447: memfd_secret stays refused
    without = build_filters(level, supervise=False, signals_scoped=True)  # type: ignore[arg-type]
    assert run(without, source).split()[0] == "EPERM"
