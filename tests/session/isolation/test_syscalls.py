"""Each system call really done, in a process of its own that it can change for good."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from session.patience import until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")

SETUP = """
import errno, mmap, os, socket, sys
from gradeprop.session.isolation import landlock, syscalls
def attempt(what, *arguments):
    try:
        what(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"
"""


def run(source: str) -> list[str]:
    """The lines that ``source`` prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SETUP + dedent(source)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def needs(abi: int) -> None:
    from gradeprop.session.isolation import landlock

    if landlock.version() < abi:
        pytest.skip(f"the kernel's Landlock is older than version {abi}")


def test_a_failed_call_is_an_os_error_with_the_kernels_reason() -> None:
    assert run("print(attempt(syscalls.enter_namespace, -1, 0))") == ["EBADF"]
    assert run("print(attempt(syscalls.mount, 'nosuchfs', '/', 0))") != ["done"]


def test_a_child_ends_with_its_parent() -> None:
    (pid,) = run(
        """
        parent = os.getpid()
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(1)
            syscalls.die_with_parent(parent)
            os.write(write, b"x")
            import time; time.sleep(600)
        os.read(read, 1)
        print(child, flush=True)
        os._exit(0)
        """
    )
    assert until(lambda: not Path(f"/proc/{pid}").exists())


def test_orphans_can_be_adopted() -> None:
    assert run(
        """
        syscalls.adopt_orphans()
        if os.fork() == 0:
            if os.fork() == 0:
                import time; time.sleep(0.1); os._exit(7)
            os._exit(0)
        print(sorted(os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(2)))
        """
    ) == ["[0, 7]"]


def test_capabilities_are_gone() -> None:
    lines = run(
        """
        syscalls.no_new_privileges()
        syscalls.drop_capabilities()
        print(*[line for line in open("/proc/self/status") if line.startswith(("Cap", "NoNewPrivs"))])
        """
    )
    text = " ".join(lines)
    for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
        assert f"{name}:\t{'0' * 16}" in text


def test_a_new_world_can_be_made_without_rights() -> None:
    lines = run(
        """
        uid, gid = os.getuid(), os.getgid()
        made = attempt(syscalls.unshare, syscalls.NEW_USER | syscalls.NEW_NS | syscalls.NEW_NET)
        if made == "done":
            syscalls.map_own_ids(uid, gid)
            syscalls.make_mounts_private()
            syscalls.mount("tmpfs", "/tmp", syscalls.MS_NOSUID, "size=1m")
            print(os.listdir("/tmp"), (os.getuid(), os.getgid()) == (uid, gid))
            syscalls.bind_mount("/usr", "/tmp")
            print(os.listdir("/tmp") == os.listdir("/usr"))
        else:
            print(made)
        """
    )
    if lines[0] != "[] True":
        pytest.skip(f"user namespaces: {lines[0]}")
    assert lines == ["[] True", "True"]


def test_landlock_leaves_only_what_is_listed(tmp_path: Path) -> None:
    needs(1)
    (tmp_path / "in").mkdir()
    (tmp_path / "out").write_text("x")
    lines = run(
        f"""
        base = {str(tmp_path)!r}
        landlock.restrict([sys.prefix, "/nowhere"], [base + "/in", "/dev/null"])
        open(base + "/in/new", "w").write("x")
        os.mkdir(base + "/in/folder")
        print(attempt(open, base + "/out"), attempt(open, base + "/out", "w"), attempt(os.listdir, base))
        print(attempt(os.rename, base + "/in/new", base + "/new"), attempt(open, "/dev/null", "w"))
        print(attempt(os.truncate, base + "/out", 0), attempt(open, "/etc/passwd"))
        """
    )
    assert lines[0] == "EACCES EACCES EACCES"
    assert lines[1].split()[0] in ("EXDEV", "EACCES")
    assert lines[1].split()[1] == "done"
    assert lines[2] == "EACCES EACCES"
    assert (tmp_path / "out").read_text() == "x"


def test_landlock_keeps_tcp_and_signals_in() -> None:
    needs(6)
    lines = run(
        """
        server = socket.create_server(("127.0.0.1", 0))
        parent = os.getppid()
        landlock.restrict(["/"], [])
        print(attempt(socket.create_connection, server.getsockname()), attempt(os.kill, parent, 0))
        child = os.fork()
        if child == 0:
            import time; time.sleep(600)
        print(attempt(os.kill, child, 9))
        """
    )
    assert lines == ["EACCES EPERM", "done"]


def test_landlock_can_take_writing_alone(tmp_path: Path) -> None:
    needs(1)
    (tmp_path / "in").mkdir()
    (tmp_path / "out").write_text("x")
    lines = run(
        f"""
        base = {str(tmp_path)!r}
        landlock.restrict_writes([base + "/in"])
        print(open(base + "/out").read(), attempt(open, base + "/out", "a"), attempt(os.mkdir, base + "/d"))
        print(attempt(open, base + "/in/new", "w"), attempt(os.remove, base + "/out"))
        """
    )
    assert lines == ["x EACCES EACCES", "done EACCES"]


def test_memory_shared_before_a_fork_is_private_after() -> None:
    lines = run(
        """
        shared = mmap.mmap(-1, 8192)
        shared[:5] = b"hello"
        maps = os.open("/proc/self/maps", os.O_RDONLY)
        if os.fork() == 0:
            syscalls.keep_memory_apart(maps)
            print(shared[:5], flush=True)
            shared[:5] = b"leaks"
            os._exit(0)
        os.wait()
        print(shared[:5])
        """
    )
    assert lines == ["b'hello'", "b'hello'"]


def test_descriptors_opened_before_a_fork_lead_nowhere_after(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("data")
    lines = run(
        f"""
        reading = open({str(tmp_path / "data")!r})
        log = open({str(tmp_path / "log")!r}, "w")
        read, write = os.pipe()
        left, right = socket.socketpair()
        null = os.open("/dev/null", os.O_RDWR)
        if os.fork() == 0:
            syscalls.keep_descriptors_apart((0, 1, 2), null)
            os.write(write, b"leak")
            os.write(left.fileno(), b"leak")
            print("leak", file=log, flush=True)
            print(reading.read(), flush=True)
            os._exit(0)
        os.wait()
        os.set_blocking(read, False)
        right.setblocking(False)
        print(attempt(os.read, read, 10), attempt(right.recv, 10))
        """
    )
    assert lines == ["data", "EAGAIN EAGAIN"]
    assert (tmp_path / "log").read_text() == ""
