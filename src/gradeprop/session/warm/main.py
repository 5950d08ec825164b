"""The warm process: imports everything once, then forks one child per submission. Holds no secret.

Started by the grader, which is at the other end of a packet socket and says what to do::

    {"op": "open", "id": 1, "memory_mb": 2048, ...}  with the child's stream as a descriptor
    {"op": "signal", "id": 1, "signal": 2}
    {"op": "allow", "id": 1, "forks": 1, "files": 64}  where they are counted: the grader's own wish
    {"op": "double"}  with the double's control socket, its log and where it introduces itself

and hears ``{"ready": ...}`` once, ``{"id": 1, "ended": <exit code or minus signal>}`` for every
child, ``{"id": 1, "failed": "..."}`` if one could not be started. It never reads anything from
student code."""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import os
import select
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gradeprop.session.isolation import syscalls
from gradeprop.session.isolation.folders import remove_folder
from gradeprop.session.isolation.forker import MAPS, Forker, Running, address_space, report
from gradeprop.session.isolation.layers import Layers
from gradeprop.session.isolation.processes import processes_below
from gradeprop.session.isolation.supervisor import Supervisor

__all__ = ["WarmLoop", "main"]

_MESSAGE_CAP: Final = 1 << 16


@dataclass
class WarmLoop:
    """The loop around the forks.

    Attributes:
        control: the packet socket to the grader.
        forker: starts the children.
        ready: what the grader is told first.
        doubles: copies of this process, by their ids: descriptors that tell when they end.
    """

    control: socket.socket
    forker: Forker
    ready: dict[str, Any]
    running: dict[int, Running] = field(default_factory=dict)
    doubles: dict[int, int] = field(default_factory=dict)

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
                for pid in [pid for pid, ending in self.doubles.items() if ending in ready]:
                    self._bury_double(pid)
        finally:
            for pid, ending in list(self.doubles.items()):
                signal.pidfd_send_signal(ending, signal.SIGKILL)
                self._bury_double(pid)
            for child in list(self.running.values()):
                signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)
                self._bury(child)

    def _wait(self) -> set[int]:
        """The descriptors at which something has happened."""
        poller = select.poll()
        for descriptor in (self.control.fileno(), *self.doubles.values()):
            poller.register(descriptor, select.POLLIN)
        for child in self.running.values():
            poller.register(child.pidfd, select.POLLIN)
            for channel in (child.handover, child.supervisor):
                if channel is not None:
                    poller.register(channel.fileno(), select.POLLIN)
        return {descriptor for descriptor, _ in poller.poll()}

    def _attend(self, child: Running, ready: set[int]) -> None:
        supervisor = child.supervisor
        if supervisor is not None and supervisor.fileno() in ready and not supervisor.answer():
            supervisor.close()
            child.supervisor = None
        if child.handover is not None and child.handover.fileno() in ready:
            self._take_over(child, child.handover)
        if child.pidfd in ready:
            self._bury(child)

    @staticmethod
    def _take_over(child: Running, handover: socket.socket) -> None:
        """Supervise ``child``, which hands over its listener."""
        _, listeners, _, _ = socket.recv_fds(handover, 1, 1)
        handover.close()
        child.handover = None
        if listeners:
            child.supervisor = Supervisor(
                listeners[0],
                child.pid,
                tasks=child.request["processes"],
                processes=child.request["spare_processes"],
                files=child.request["files"],
                forks=child.forks,
            )

    def _tell(self, message: dict[str, Any]) -> None:
        self.control.send(json.dumps(message).encode())

    def _obey(self) -> bool:
        """Do what the grader says next; False if it says no more."""
        data, descriptors, _, _ = socket.recv_fds(self.control, _MESSAGE_CAP, 4)
        if not data:
            return False
        request = json.loads(data)
        if request["op"] == "open":
            self._open(request, descriptors)
            return True
        if request["op"] == "double":
            self._double(*descriptors)
            return True
        child = self.running.get(request["id"])
        if child is None:
            return True
        if request["op"] == "signal":
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(child.pidfd, request["signal"])
        elif child.supervisor is not None:
            child.supervisor.forks = request["forks"]
            child.supervisor.files += request["files"]
        else:
            child.forks = request["forks"]
        return True

    def _open(self, request: dict[str, Any], descriptors: list[int]) -> None:
        number = request["id"]
        try:
            self.running[number] = self.forker.fork(request, descriptors[0])
        except OSError as error:
            self._tell({"id": number, "failed": str(error)})
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _double(self, control: int, log: int, introduction: int) -> None:
        """Go on twice: here as before, and in a copy that obeys ``control``."""
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            report(error)
            pid = -1
        if pid == 0:
            self._become_double(parent, control)
            for stream in (1, 2):
                os.dup2(log, stream)
            os.write(introduction, b"x")
            self.tell_ready()
        else:
            os.close(control)
        os.close(log)
        os.close(introduction)
        if pid > 0:
            self.doubles[pid] = os.pidfd_open(pid)

    def _become_double(self, parent: int, control: int) -> None:
        """Leave all that is the parent's."""
        syscalls.die_with_parent(parent)
        syscalls.adopt_orphans()
        for child in self.running.values():
            _let_go(child)
        for ending in self.doubles.values():
            os.close(ending)
        self.running.clear()
        self.doubles.clear()
        self.control.close()
        self.control = socket.socket(fileno=control)

    def tell_ready(self) -> None:
        """The first word to the grader."""
        self._tell({"ready": self.ready})

    def _bury(self, child: Running) -> None:
        _, status = os.waitpid(child.pid, 0)
        _let_go(child)
        del self.running[child.number]
        if self.forker.layers.level != "full":  # there its PID namespace has ended all below it
            self._end_orphans()
        if child.folder is not None:
            remove_folder(child.folder)
        self._tell({"id": child.number, "ended": os.waitstatus_to_exitcode(status)})

    def _bury_double(self, pid: int) -> None:
        os.waitpid(pid, 0)
        os.close(self.doubles.pop(pid))
        self._end_orphans()

    def _end_orphans(self) -> None:
        """End what a child or a double left behind: orphans become children of this process, and
        anything here that is neither is one."""
        known = {child.pid for child in self.running.values()} | set(self.doubles)
        while orphans := direct_children() - known:
            for pid in orphans:
                for below in (*processes_below(pid), pid):
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(below, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)


def _let_go(child: Running) -> None:
    """Close what this process has of it."""
    os.close(child.pidfd)
    for channel in (child.handover, child.supervisor):
        if channel is not None:
            channel.close()


def direct_children() -> set[int]:
    """The children of this process."""
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return {int(word) for word in text.split()}


def main() -> None:
    """Entry point: ``argv[1]`` is the control socket's descriptor, ``argv[2]`` JSON: what to do."""
    control = socket.socket(fileno=int(sys.argv[1]))
    config = json.loads(sys.argv[2])
    from gradeprop.session.student.beginning import begin_in
    from gradeprop.session.student.checkers import Checkers
    from gradeprop.session.student.child import NotebookProcess
    from gradeprop.session.student.shell import NotebookShell
    from gradeprop.session.warm import warmup
    from gradeprop.session.warm.fonts import FontList
    from gradeprop.session.wire.frames import Channel

    # Nothing of what is imported is ever freed, and looking for garbage in it takes half a second.
    gc.disable()
    fonts = FontList(config["packages"])
    warmup.restore_site_builtins()
    warmup.import_torch()
    warmup.import_kernel()
    shell = NotebookShell()
    missing = warmup.import_packages(config["packages"], shell)
    warmup.warm_up(shell, backward=not config["gpu"])
    chosen = Layers.from_json(config["layers"])
    shell.shown.renamed = config["renamed"]
    warmup.be_interpreter(*config["python"])
    settings = fonts.files()

    def body(channel: int, captured: tuple[int, int], own: Path) -> None:
        shell.capture.use(captured)
        begin_in(own, settings)
        shell.begin()
        stream = Channel(socket.socket(fileno=channel))
        seal = functools.partial(chosen.seal, maps=MAPS)
        notebook = own / "notebook"
        checkers = functools.partial(Checkers, shell, notebook, own / "checks", seal)
        NotebookProcess(stream, shell, notebook, checkers).serve()

    threads = warmup.system_threads()
    huge_pages = warmup.freeze()
    gc.enable()
    syscalls.adopt_orphans()
    baseline = address_space()
    ready = {"threads": threads, "huge_pages": huge_pages, "missing": missing, "baseline": baseline}
    loop = WarmLoop(control, Forker(chosen, body, baseline, config["gpu"]), ready)
    loop.tell_ready()
    if threads == 1 and not missing:
        loop.serve()


if __name__ == "__main__":
    main()
