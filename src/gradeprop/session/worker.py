"""The warm process: imports everything once, then forks one child per submission. Holds no secret.

Started by the grader, which is at the other end of a packet socket and says what to do::

    {"op": "open", "id": 1, "memory_mb": 2048, ...}  with the child's stream as a descriptor
    {"op": "signal", "id": 1, "signal": 2}
    {"op": "allow", "id": 1, "forks": 1}  where forks are counted: the next is the grader's wish

and hears ``{"ready": ...}`` once, ``{"id": 1, "ended": <exit code or minus signal>}`` for every child,
``{"id": 1, "failed": "..."}`` if one could not be started. It never reads anything from student code.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gradeprop.session import layers
from gradeprop.session.folders import remove_folder
from gradeprop.session.layers import Layers
from gradeprop.session.supervisor import Supervisor, processes_below

__all__ = ["Forker", "Worker", "main"]

_MESSAGE_CAP: Final = 1 << 16
_CHANNEL, _CAPTURED, _MAPS, _HANDOVER = 3, 4, 5, 6

# What a child does once its layers are on: (its channel's descriptor, the captured output's, its folder).
Body = Callable[[int, int, Path], None]


@dataclass
class _Running:
    number: int
    pid: int
    pidfd: int
    folder: Path | None
    # Where the child hands over its listener, until it has.
    handover: socket.socket | None
    request: dict[str, Any]
    supervisor: Supervisor | None = None
    forks: int = 0


@dataclass
class Forker:
    """Forks children behind the layers.

    Attributes:
        layers: what each child puts on.
        body: what it does then.
        baseline_bytes: address space of this process; memory limits count from there.
        gpu: whether children may use a GPU; address space then says nothing about memory.
    """

    layers: Layers
    body: Body
    baseline_bytes: int
    gpu: bool = False

    def fork(self, request: dict[str, Any], channel: int) -> _Running:
        """Start one child.

        Raises:
            OSError: it cannot be forked.
        """
        folder = None if self.layers.level == "full" else Path(tempfile.mkdtemp(prefix="notebook-"))
        handover, theirs = socket.socketpair() if self.layers.supervise else (None, None)
        worker = os.getpid()
        pid = self.layers.fork()
        if pid == 0:
            code = 70
            try:
                self.layers.leave(worker)
                self._become_child(request, channel, theirs, folder or Path(layers.OWN_FOLDER))
                code = 0
            except BaseException as error:
                report(error)
            finally:
                os._exit(code)
        if theirs is not None:
            theirs.close()
        return _Running(request["id"], pid, os.pidfd_open(pid), folder, handover, request)

    def _become_child(
        self, request: dict[str, Any], channel: int, handover: socket.socket | None, own: Path
    ) -> None:
        os.setsid()
        with contextlib.suppress(OSError):
            # If memory runs out, this process and not the warm one is to go.
            Path("/proc/self/oom_score_adj").write_text("1000")
        folder = own / "notebook"
        folder.mkdir()
        (own / "checks").mkdir()
        os.chdir(folder)
        os.environ["HOME"] = os.environ["TMPDIR"] = str(folder)
        tempfile.tempdir = None
        captured = os.open(own, os.O_TMPFILE | os.O_RDWR, 0o600)
        maps = os.open("/proc/self/maps", os.O_RDONLY)  # later the layers will not allow it
        keep = [channel, captured, maps] + ([handover.fileno()] if handover is not None else [])
        # High numbers first, so that none of the moves below overwrites one that is still needed.
        keep = [move_up(descriptor) for descriptor in keep]
        for number, descriptor in enumerate(keep, _CHANNEL):
            os.dup2(descriptor, number)
        os.closerange(_CHANNEL + len(keep), os.sysconf("SC_OPEN_MAX"))
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        layers.limit_resources(
            layers.resource_limits(request, self.baseline_bytes, self.layers.level, gpu=self.gpu)
        )
        listener = self.layers.close_in(str(own))
        if listener:
            with socket.socket(fileno=_HANDOVER) as sender:
                socket.send_fds(sender, [b"x"], [listener])
            # Whoever holds it could answer for the supervisor.
            os.close(listener)
        # Last, so that whatever failed before is in the grader's log, and student code cannot write there.
        os.dup2(_CAPTURED, 1)
        os.dup2(_CAPTURED, 2)
        self.body(_CHANNEL, _CAPTURED, own)


@dataclass
class Worker:
    """The loop around the forks.

    Attributes:
        control: the packet socket to the grader.
        forker: starts the children.
    """

    control: socket.socket
    forker: Forker
    running: dict[int, _Running] = field(default_factory=dict)

    def serve(self) -> None:
        """Until the grader closes the control socket; then everything ends."""
        try:
            while True:
                ready = self._wait()
                # First what the grader says: it allows a fork before it asks the child for it.
                if self.control.fileno() in ready and not self._obey():
                    return
                for child in list(self.running.values()):
                    self._attend(child, ready)
        finally:
            for child in list(self.running.values()):
                signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)
                self._bury(child)

    def _wait(self) -> set[int]:
        poller = select.poll()
        poller.register(self.control, select.POLLIN)
        for child in self.running.values():
            poller.register(child.pidfd, select.POLLIN)
            for source in (child.handover, child.supervisor):
                if source is not None:
                    poller.register(source.fileno(), select.POLLIN)
        return {descriptor for descriptor, _ in poller.poll()}

    def _attend(self, child: _Running, ready: set[int]) -> None:
        if (
            child.supervisor is not None
            and child.supervisor.fileno() in ready
            and not child.supervisor.answer()
        ):
            child.supervisor.close()
            child.supervisor = None
        if child.handover is not None and child.handover.fileno() in ready:
            _, listeners, _, _ = socket.recv_fds(child.handover, 1, 1)
            child.handover.close()
            child.handover = None
            if listeners:
                request = child.request
                child.supervisor = Supervisor(
                    listeners[0],
                    child.pid,
                    tasks=request["processes"],
                    processes=request["spare_processes"],
                    files=request["files"],
                    forks=child.forks,
                )
        if child.pidfd in ready:
            self._bury(child)

    def _tell(self, message: dict[str, Any]) -> None:
        self.control.send(json.dumps(message).encode())

    def _obey(self) -> bool:
        data, fds, _, _ = socket.recv_fds(self.control, _MESSAGE_CAP, 4)
        if not data:
            return False
        request = json.loads(data)
        number = request["id"]
        child = self.running.get(number)
        if request["op"] == "signal":
            if child is not None:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(child.pidfd, request["signal"])
            return True
        if request["op"] == "allow":
            if child is not None and child.supervisor is not None:
                child.supervisor.forks = request["forks"]
            elif child is not None:
                child.forks = request["forks"]
            return True
        try:
            self.running[number] = self.forker.fork(request, fds[0])
        except OSError as error:
            self._tell({"id": number, "failed": str(error)})
        finally:
            for descriptor in fds:
                os.close(descriptor)
        return True

    def _bury(self, child: _Running) -> None:
        _, status = os.waitpid(child.pid, 0)
        os.close(child.pidfd)
        for source in (child.handover, child.supervisor):
            if source is not None:
                source.close()
        del self.running[child.number]
        self._end_orphans()
        if child.folder is not None:
            remove_folder(child.folder)
        self._tell({"id": child.number, "ended": os.waitstatus_to_exitcode(status)})

    def _end_orphans(self) -> None:
        """End what a child left behind. At ``full`` its PID namespace has done so already; otherwise
        orphans become children of this process, and anything here that is no running child is one."""
        if self.forker.layers.level == "full":
            return
        known = {child.pid for child in self.running.values()}
        while True:
            orphans = [pid for pid in direct_children() if pid not in known]
            if not orphans:
                return
            for pid in orphans:
                for below in (*processes_below(pid), pid):
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(below, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)


def direct_children() -> list[int]:
    """The children of this process."""
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [int(word) for word in text.split()]


def move_up(descriptor: int) -> int:
    """A copy of ``descriptor`` with a number above those that a child uses."""
    import fcntl

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, 64)


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
    from gradeprop.session import syscalls, warmup
    from gradeprop.session.child import Submission
    from gradeprop.session.shell import NotebookShell
    from gradeprop.session.wire import Channel

    warmup.restore_site_builtins()
    warmup.import_torch()
    shell = NotebookShell()
    missing = warmup.import_packages(config["packages"], shell)
    warmup.warm_up(shell, backward=not config["gpu"])
    chosen = Layers.from_json(config["layers"])
    shell.shown.hidden = (*chosen.readable, sys.base_prefix)

    def body(channel: int, captured: int, own: Path) -> None:
        shell.capture.use(captured)
        stream = Channel(socket.socket(fileno=channel))
        seal = functools.partial(chosen.seal, maps=_MAPS)
        Submission(stream, shell, own / "notebook", own / "checks", seal).serve()

    threads = warmup.thread_count()
    huge_pages = warmup.freeze()
    syscalls.adopt_orphans()
    baseline = address_space()
    ready = {"threads": threads, "huge_pages": huge_pages, "missing": missing, "baseline": baseline}
    control.send(json.dumps({"ready": ready}).encode())
    if threads == 1 and not missing:
        Worker(control, Forker(chosen, body, baseline, config["gpu"])).serve()


if __name__ == "__main__":
    main()
