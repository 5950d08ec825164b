"""The sandbox that grading uses: sessions in children of a warm process, at a chosen isolation.

Trusted side. Off Linux it is `gradeprop.session.grader.fresh` that is used.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import IO, Final

from gradeprop.errors import GraderFault
from gradeprop.session import messages
from gradeprop.session.grader.allowance import Allowance, processor_limit_s
from gradeprop.session.grader.contention import Contention
from gradeprop.session.grader.conversation import Conversation
from gradeprop.session.grader.counting import Counting, counting_at
from gradeprop.session.grader.double_process import DoubleProcess
from gradeprop.session.grader.fresh import fresh_sandbox
from gradeprop.session.grader.nursery import Setup, working_files
from gradeprop.session.grader.session import ProcessSession
from gradeprop.session.grader.warm_process import Start, WarmProcess, WarmProcessLostError
from gradeprop.session.interface import Level, Limits, Sandbox, Session
from gradeprop.session.isolation.processor import waited_s
from gradeprop.session.isolation.survey import Isolation, chosen_level, layers_for
from gradeprop.system import is_linux

__all__ = ["Isolation", "ProcessSandbox", "ProcessSession", "open_sandbox"]

# What a submission may write: files of this size, and at `restricted` this many.
_FILE_BYTES: Final = 16 << 20
_FILES: Final = 256
# bubblewrap's, the warm process's, and room for children that are about to end.
_OWN_PROCESSES: Final = 16
# How long to wait before CUDA is tried again where it found no room, and what it says then.
_GPU_FULL_S: Final = (1.0, 5.0, 15.0, 30.0)
_NO_ROOM: Final = "out of memory"
_UNCOUNTED: Final = Counting()


class ProcessSandbox(Sandbox):
    """Opens sessions as children of one warm process, which it starts again when it dies.

    Args:
        level: the isolation that ``start`` gives.
        start: starts the warm process (see `WarmProcess`).
        counting: how processes and memory are bounded.
        cleanup: called when the sandbox has closed.
        gpu: whether children use one. CUDA starts in each before its time counts, and a child with
            CUDA in it cannot be forked once its cells have run.

    The warm process is started at once; `ready` waits for it.
    """

    def __init__(
        self,
        level: Level,
        start: Start,
        counting: Counting = _UNCOUNTED,
        cleanup: Callable[[], None] = lambda: None,
        *,
        gpu: bool = False,
    ) -> None:
        self.level = level
        self.can_fork_children = not gpu
        self.memory_is_shared = gpu
        self._gpu = gpu
        self._start = start
        self._counting = counting
        self._cleanup = cleanup
        self._warm: WarmProcess | None = None
        self._measured: WarmProcess | None = None
        self._sessions: dict[Session, Limits] = {}
        self._own_processes: set[int] = set()
        self._kills = self._own_hits = 0
        self.last_words = ""
        self._closed = False
        try:
            self._warm = WarmProcess(start)
        except BaseException:
            self.close()
            raise

    def ready(self) -> None:
        self.warm()

    def warm(self) -> WarmProcess:
        """The running warm process; starts one if there is none.

        Raises:
            GraderFault: it does not start.
            MissingFacility: a package to preload is not installed.
        """
        if self._closed:
            raise GraderFault("the sandbox is closed")
        if self._warm is not None and self._warm.lost:
            self.last_words = self._warm.log_tail()
            self._warm.close()
            self._warm = None
        if self._warm is None:
            self._warm = WarmProcess(self._start)
        if self._measured is not self._warm:
            self._warm.ready()
            self._measured = self._warm
            self._measure()
        return self._warm

    def _measure(self) -> None:
        """What a new warm process takes is no submission's."""
        assert self._warm is not None
        self._own_processes = set(self._warm.processes())
        self._note_kills()
        if self._counting.group is not None:
            self._counting.group.note_baseline()
            self._limit_all()

    def _note_kills(self) -> None:
        """What has been killed for memory until now is nobody's."""
        self._kills, self._own_hits = self._counting.kills(), self._counting.own_limit_hits()

    def _memory_ran_out(self) -> bool:
        """Whether a process of this sandbox was killed for memory since this was last asked; a
        GraderFault if it was not its own that ran out."""
        kills, own_hits = self._kills, self._own_hits
        self._note_kills()
        if self._kills > kills and self._own_hits == own_hits:
            raise GraderFault(messages.NO_MEMORY_HERE)
        return self._kills > kills

    def _processor_s(self) -> float | None:
        """Seconds of processor time that have been used in here; None if not by one submission."""
        if len(self._sessions) > 1 or self._warm is None or self._warm.lost:
            return None
        return self._counting.processor_s(self._warm.processes)

    def _waited_s(self) -> float:
        """For how long processes of submissions have waited for a processor."""
        if self._warm is None or self._warm.lost:
            return 0.0
        return waited_s(set(self._warm.processes()) - self._own_processes)

    def _limit_all(self) -> None:
        """Give the control group what all open sessions may have together.

        Without any it keeps what it had."""
        group = self._counting.group
        if group is not None and self._sessions:
            memory = sum(limits.memory_mb for limits in self._sessions.values())
            processes = sum(limits.processes for limits in self._sessions.values())
            group.limit(memory, _OWN_PROCESSES + processes)

    def open(
        self, *, limits: Limits, seed: int, files: Mapping[str, bytes] | None = None
    ) -> ProcessSession:
        given = working_files(files)
        allowance = Allowance(limits, self._processor_s, Contention(self._waited_s))
        session = ProcessSession(self, Setup(limits, seed, given, allowance))
        if not self._sessions:
            self._note_kills()  # what processes that nobody heard of came to is not this one's
        self._sessions[session] = limits
        with ExitStack() as undo:
            undo.callback(session.close)  # else it would count as open for all that come after it
            self._limit_all()
            session.begin()
            undo.pop_all()
        return session

    def fork(self, setup: Setup) -> Conversation:
        """The conversation with a fresh child, told what to start from.

        Raises:
            GraderFault: the child does not start.
            WarmProcessLostError: the warm process died.
        """
        pauses = list(_GPU_FULL_S) if self._gpu else []
        while True:
            conversation = self._forked(setup)
            cut = conversation.start(setup.seed, dict(setup.files), gpu=self._gpu)
            if cut is None:
                return conversation
            said = self.warm().log_tail()
            if not pauses or _NO_ROOM not in cut.message:
                raise GraderFault(f"a session could not start: {cut.message}; {said}")
            conversation.close()  # somebody else fills the device, and ends when its time is over
            time.sleep(pauses.pop(0))

    def _forked(self, setup: Setup) -> Conversation:
        limits = setup.limits
        if self._counting.group is None:
            self._note_kills()  # they were others'
        child = self.warm().open(
            {
                "memory_mb": limits.memory_mb,
                "processes": limits.processes,
                "spare_processes": self._counting.spare_processes,
                "file_bytes": _FILE_BYTES,
                "files": _FILES,
                "cpu_s": processor_limit_s(limits),
            }
        )
        return Conversation(
            child,
            limits,
            supervised=self._counting.supervised,
            memory_ran_out=self._memory_ran_out,
            allowance=setup.allowance,
        )

    def double(self) -> ProcessSandbox:
        counting = counting_at(self.level)

        def start(control: int, log: IO[bytes]) -> DoubleProcess:
            try:
                process = self.warm().double(control, log)
            except WarmProcessLostError:  # it had died, and this is the first to notice
                process = self.warm().double(control, log)
            if counting.group is not None:
                counting.group.take(process.pid)
            return process

        cleanup = (lambda: None) if counting.group is None else counting.group.remove
        with ExitStack() as undo:
            undo.callback(cleanup)
            double = ProcessSandbox(self.level, start, counting, gpu=self._gpu)
            undo.pop_all()
        return double

    def alone(self, session: Session) -> bool:
        return set(self._sessions) <= {session}

    def forget(self, session: Session) -> None:
        self._sessions.pop(session, None)
        self._limit_all()

    def close(self) -> None:
        if self._closed:
            return
        for session in list(self._sessions):
            session.close()
        self._closed = True
        if self._warm is not None:
            self._warm.close()
            self._warm = None
        if self._counting.group is not None:
            self._counting.group.remove()
        self._cleanup()


def open_sandbox(
    isolation: Isolation = "auto",
    *,
    packages: Sequence[str] = (),
    device: str = "cpu",
    wait: bool = True,
) -> Sandbox:
    """A sandbox at the level asked for, its warm process started.

    Args:
        isolation: ``"auto"`` takes the best level that this machine has and never ``"none"``.
        packages: what to import once besides torch, as course.yaml declares.
        device: ``"cpu"`` or ``"cuda"``.
        wait: until the warm process is ready; if not, see `Sandbox.ready`.

    Raises:
        MissingFacility: the machine lacks the level, a GPU that works, or a package; says what
            mends it.
        GraderFault: the warm process does not start.
    """
    level = chosen_level(isolation)
    gpu = device.startswith("cuda")
    if not is_linux():
        return fresh_sandbox(packages, gpu=gpu, wait=wait)
    from gradeprop.session.isolation.gpu import gpu_devices, wake
    from gradeprop.session.isolation.launch import Launcher

    if gpu:
        wake()
    counting = counting_at(level)
    with ExitStack() as undo:
        procs: list[str] = []
        if counting.group is not None:
            undo.callback(counting.group.remove)
            procs = counting.group.procs
        launcher = Launcher(level, gpu, procs)
        undo.callback(launcher.close)
        devices = gpu_devices() if gpu else []
        supervise = counting.supervised
        layers = layers_for(level, launcher.readable, supervise=supervise, devices=devices)
        config = {
            "packages": list(packages),
            "gpu": gpu,
            "layers": layers.as_json(),
            "renamed": launcher.renamed,
            "python": launcher.python,
        }

        def start(control: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
            return launcher.start("warm.main", control, config, log)

        sandbox = ProcessSandbox(level, start, counting, launcher.close, gpu=gpu)
        undo.pop_all()  # now they are the sandbox's
    if wait:
        try:
            sandbox.ready()
        except BaseException:
            sandbox.close()
            raise
    return sandbox
