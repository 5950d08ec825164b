"""The warm process: imports everything once, then forks one child per submission. Holds no secret.

Started by the grader, which is at the other end of a packet socket and says what to do::

    {"op": "open", "id": 1, "memory_mb": 2048, ...}  with the child's stream as a descriptor
    {"op": "signal", "id": 1, "signal": 2}

and hears ``{"ready": ...}`` once, ``{"id": 1, "ended": <exit code or minus signal>}`` for every child,
``{"id": 1, "failed": "..."}`` if one could not be started. It never reads anything from student code.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gradeprop.session import syscalls, warmup
from gradeprop.session.child import Submission
from gradeprop.session.shell import NotebookShell
from gradeprop.session.wire import Channel

__all__ = ["Worker", "main"]

_MESSAGE_CAP: Final = 1 << 16
_CHANNEL, _CAPTURED = 3, 4
_OUTPUT_FILE_BYTES: Final = 16 << 20


@dataclass
class _Running:
    number: int
    pid: int
    pidfd: int
    folder: Path


@dataclass
class Worker:
    """The loop around the forks.

    Attributes:
        control: the packet socket to the grader.
        shell: warm and empty; each child gets a copy of it.
        baseline_bytes: address space of this process; memory limits count from there.
        gpu: whether children may use a GPU; address space then says nothing about memory.
    """

    control: socket.socket
    shell: NotebookShell
    baseline_bytes: int
    gpu: bool = False
    running: dict[int, _Running] = field(default_factory=dict)

    def serve(self) -> None:
        """Until the grader closes the control socket; then everything ends."""
        try:
            while True:
                poller = select.poll()
                poller.register(self.control, select.POLLIN)
                for child in self.running.values():
                    poller.register(child.pidfd, select.POLLIN)
                ready = {descriptor for descriptor, _ in poller.poll()}
                for child in [c for c in self.running.values() if c.pidfd in ready]:
                    self._bury(child)
                if self.control.fileno() in ready and not self._obey():
                    return
        finally:
            for child in list(self.running.values()):
                signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)
                self._bury(child)

    def _tell(self, message: dict[str, Any]) -> None:
        self.control.send(json.dumps(message).encode())

    def _obey(self) -> bool:
        data, fds, _, _ = socket.recv_fds(self.control, _MESSAGE_CAP, 4)
        if not data:
            return False
        request = json.loads(data)
        number = request["id"]
        if request["op"] == "signal":
            child = self.running.get(number)
            if child is not None:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(child.pidfd, request["signal"])
            return True
        try:
            self._open(request, fds[0])
        except OSError as error:
            self._tell({"id": number, "failed": str(error)})
        finally:
            for descriptor in fds:
                os.close(descriptor)
        return True

    def _open(self, request: dict[str, Any], channel: int) -> None:
        folder = Path(tempfile.mkdtemp(prefix="notebook-"))
        worker = os.getpid()
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                syscalls.die_with_parent(worker)
                self._become_child(request, channel, folder)
                code = 0
            except BaseException as error:
                report(error)
            finally:
                os._exit(code)
        self.running[request["id"]] = _Running(request["id"], pid, os.pidfd_open(pid), folder)

    def _become_child(self, request: dict[str, Any], channel: int, folder: Path) -> None:
        os.setsid()
        os.chdir(folder)
        os.environ["HOME"] = os.environ["TMPDIR"] = str(folder)
        tempfile.tempdir = None
        captured = os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
        # High numbers first, so that none of the moves below overwrites one that is still needed.
        channel, captured = (move_up(descriptor) for descriptor in (channel, captured))
        os.dup2(channel, _CHANNEL)
        os.dup2(captured, _CAPTURED)
        os.closerange(_CAPTURED + 1, os.sysconf("SC_OPEN_MAX"))
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        self._limit(request)
        # Last, so that whatever failed before is in the grader's log of this process.
        self.shell.capture.redirect(_CAPTURED)
        Submission(Channel(socket.socket(fileno=_CHANNEL)), self.shell, folder).serve()

    def _limit(self, request: dict[str, Any]) -> None:
        import resource

        def limit(which: int, value: int) -> None:
            resource.setrlimit(which, (value, value))

        limit(resource.RLIMIT_CORE, 0)
        limit(resource.RLIMIT_FSIZE, max(_OUTPUT_FILE_BYTES, request["file_bytes"]))
        if not self.gpu:
            limit(resource.RLIMIT_AS, self.baseline_bytes + (request["memory_mb"] << 20))

    def _bury(self, child: _Running) -> None:
        _, status = os.waitpid(child.pid, 0)
        os.close(child.pidfd)
        del self.running[child.number]
        remove_folder(child.folder)
        self._tell({"id": child.number, "ended": os.waitstatus_to_exitcode(status)})


def move_up(descriptor: int) -> int:
    """A copy of ``descriptor`` with a number above those that a child uses."""
    import fcntl

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, 64)


def remove_folder(folder: Path) -> None:
    """Remove what a child left, also from folders that it made unreadable."""

    def retry(function: Any, path: str, _: Any) -> None:
        with contextlib.suppress(OSError):
            Path(path).parent.chmod(0o700)
            function(path)

    shutil.rmtree(folder, onerror=retry)


def report(error: BaseException) -> None:
    """Why a child could not go on, for the grader's log of this process."""
    with contextlib.suppress(OSError):
        os.write(2, f"child: {type(error).__name__}: {str(error)[:500]}\n".encode())


def address_space() -> int:
    """Bytes of address space that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Entry point: ``argv[1]`` is the control socket's descriptor, ``argv[2]`` the configuration (JSON)."""
    control = socket.socket(fileno=int(sys.argv[1]))
    config = json.loads(sys.argv[2])
    warmup.restore_site_builtins()
    warmup.import_torch()
    shell = NotebookShell()
    missing = warmup.import_packages(config["packages"], shell)
    warmup.warm_up(shell, backward=not config["gpu"])
    threads = warmup.thread_count()
    huge_pages = warmup.freeze()
    baseline = address_space()
    ready = {"threads": threads, "huge_pages": huge_pages, "missing": missing, "baseline": baseline}
    control.send(json.dumps({"ready": ready}).encode())
    if threads == 1 and not missing:
        Worker(control, shell, baseline, config["gpu"]).serve()


if __name__ == "__main__":
    main()
