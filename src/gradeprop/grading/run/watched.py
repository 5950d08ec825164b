"""A process that runs graders' own code, and an eye on it.

What loops in C code cannot be stopped by a signal, and what crashes takes its process along: so
graders never run in the process that must go on. Whoever watches ends the process where a check
does not come to an end, and learns from it, while it still stands there, in which file and line
(`faulthandler` writes that down from a signal handler in C)."""

from __future__ import annotations

import faulthandler
import functools
import multiprocessing
import os
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, MutableSequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, TextIO, TypeAlias

from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.grading.checks.blame import defined_at
from gradeprop.grading.checks.stack import calls_of_graders, line_in
from gradeprop.grading.checks.watch import WORDS, Seen, Watch
from gradeprop.grading.run.interrupts import ctrl_c_held
from gradeprop.system import ASK_WHERE, is_linux, read_at

if TYPE_CHECKING:
    from gradeprop.grading.checks.sites import CheckSite

__all__ = ["GRADER_S", "POLL_S", "READY_S", "Fallen", "Method", "Post", "Watched", "can_fork"]

GRADER_S = 30.0
"""How long graders' own code may run at a stretch; what it asks a student does not count."""

READY_S = 60.0
"""How long a process may take until it can begin, sandboxes not counted. One that is a copy may
have copied a lock that nobody will open: nothing tells it from one that is slow but its time."""

POLL_S: Final = 0.5
# How long a process may take to write down where it stands, and how often to look.
_DUMP_S: Final = 2.0
_DUMP_STEP_S: Final = 0.05
_STOP_S: Final = 5.0
_MOST_DUMPED: Final = 1 << 20
_PREFIX: Final = "gradeprop-"
_SUFFIX: Final = ".stack"
_ABANDONED_S: Final = 3600.0
"""So old, such a file belongs to nobody: a process takes its own away when it is ready, or is ended
because it does not become so."""

Method: TypeAlias = Literal["fork", "spawn"]


def can_fork(devices: tuple[str, ...] = ("cpu",)) -> bool:
    """Whether a copy of this process can run graders, which saves importing torch once more: not
    where CUDA has been started, nor where the system's own libraries do not bear it."""
    return is_linux() and devices == ("cpu",)


@dataclass(frozen=True)
class Post:
    """What the watched process needs so that it can be watched."""

    words: Any
    dump: str
    bounded: bool

    def take(self) -> Watch:
        """For the process: from now on it can be asked, and tells of a crash, where it stands."""
        path = Path(self.dump)
        file = path.open("a", encoding="utf-8")
        with suppress(PermissionError):  # not every system removes an open file
            path.unlink()  # who watches has it open, and whatever is killed now leaves nothing
        faulthandler.enable(file=file, all_threads=True)
        if ASK_WHERE is not None:
            faulthandler.register(ASK_WHERE, file=file, all_threads=True, chain=False)
        _tell_of_exits(file)
        words: MutableSequence[int] = self.words
        watch = Watch(words, bounded=self.bounded)
        watch.tell_ready()
        return watch


@dataclass(frozen=True)
class Fallen:
    """A process that ended, or was ended, before it had done its work.

    Attributes:
        seen: the grader's code that ran then; None if none did.
        how: what happened, in words.
        dump: where it stood, as `faulthandler` tells; may be empty.
        late: whether it had not become ready in its time.
    """

    seen: Seen | None
    how: str
    dump: str
    late: bool = False

    def told(self, course: Course, site: CheckSite) -> str:
        """``graders/a/test_b.py:12: the check did not end in 30 s``, and the calls down there."""
        grader = site.exercise.grader
        root = Path(course.root).resolve()
        line = line_in(self.dump, root / grader)
        place = grader if line is None else f"{grader}:{line}"
        if line is None and (self.seen is None or self.seen.imported is None):
            place = defined_at(course.root, grader, site.check.check)
        return f"{place}: {self.how}\n{calls_of_graders(self.dump, root / 'graders')}".strip()

    def sites(self, assignment: LoadedAssignment) -> list[CheckSite]:
        """The checks that are to blame: the one that ran; all of a file that was imported."""
        from gradeprop.grading.checks.sites import check_sites  # imports torch

        sites, seen = check_sites(assignment), self.seen
        if seen is None:
            return []
        if seen.check is not None:
            return [sites[seen.check]]
        imported = seen.imported
        return [] if imported is None else [site for site in sites if site.order[0] == imported]


class Watched:
    """One process.

    Args:
        target: a function of a module: called with its end of a pipe, a `Post` and ``arguments``.
        method: ``"fork"`` copies this process, ``"spawn"`` starts a new one.
        besides_s: how much longer than `READY_S` it may take to become ready.
    """

    def __init__(
        self,
        target: Callable[..., None],
        *arguments: Any,
        method: Method,
        besides_s: float = 0.0,
    ) -> None:
        context: Any = multiprocessing.get_context(method)
        words = context.RawArray("q", WORDS)
        self._watch = Watch(words)
        _remove_abandoned()
        self._dump, self._dump_path = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX)
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        post = Post(words, self._dump_path, bounded=True)
        mine = self.pipe if method == "fork" else None
        # No more than this now: what does not fit into a pipe's buffer would wait for the child's
        # imports, and the next worker with it.
        self.process: BaseProcess = context.Process(
            target=_run, args=(target, mine, theirs, post, arguments), daemon=False
        )
        with ctrl_c_held(), warnings.catch_warnings():
            # A fork has none of the threads of this process, and needs none.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.process.start()
        theirs.close()
        self._ready_s = READY_S + besides_s
        self._since = time.monotonic()

    @property
    def late(self) -> bool:
        """Whether it should have become ready long ago."""
        return not self._watch.is_ready and time.monotonic() - self._since > self._ready_s

    @property
    def overdue(self) -> bool:
        """Whether graders' code has been running for too long."""
        seen = self._watch.seen()
        return seen is not None and time.monotonic() - seen.since > GRADER_S

    @property
    def gone(self) -> bool:
        """Whether it has ended with all heard that it had to say. The end of the pipe does not tell
        where a process that a grader started holds it open."""
        return not self.process.is_alive() and not self.pipe.poll()

    def fall(self, *, hangs: bool) -> Fallen:
        """Find out where it stands and end it, if it ``hangs``; else it has ended by itself."""
        seen = self._watch.seen()
        late = hangs and self.late
        if hangs:
            self._ask_where()
            self.process.kill()
        self.process.join()
        if not hangs:
            how = f"it ended the process that grades ({_ending(self.process.exitcode)})"
        elif late:
            how = f"it was not ready in {self._ready_s:g} s"
        elif seen is not None and seen.imported is not None:
            how = f"importing it did not end in {GRADER_S:g} s"
        else:
            how = f"the check did not end in {GRADER_S:g} s"
        dump = read_at(self._dump, _MOST_DUMPED, 0).decode("utf-8", "replace")
        self.close()
        return Fallen(seen, how, dump, late)

    def stop(self, *, patient: bool) -> None:
        """End it; if ``patient``, give it time to leave by itself, which it does when it reads that
        there is no more to do."""
        self.pipe.close()
        self.process.join(_STOP_S if patient else 0)
        if self.process.is_alive():
            self.process.terminate()
            self.process.join(_STOP_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.close()

    def close(self) -> None:
        """Forget it; it has ended."""
        self.pipe.close()
        os.close(self._dump)
        with suppress(FileNotFoundError):  # it has not come so far as to take it
            Path(self._dump_path).unlink()

    def _ask_where(self) -> None:
        """Have it write down where it stands."""
        if ASK_WHERE is None:
            return
        with suppress(ProcessLookupError):
            os.kill(self.process.pid or 0, ASK_WHERE)
        until = time.monotonic() + _DUMP_S
        size = 0
        while time.monotonic() < until and self.process.is_alive():
            before, size = size, os.fstat(self._dump).st_size
            if 0 < before == size:
                return
            self.process.join(_DUMP_STEP_S)


@functools.cache
def _remove_abandoned() -> None:
    """Remove what processes that were killed before they were ready have left, once."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):  # another user's, or just removed
            if time.time() - path.lstat().st_mtime > _ABANDONED_S:
                path.unlink()


def _run(
    target: Callable[..., None],
    parents: Connection | None,
    pipe: Connection,
    post: Post,
    arguments: tuple[Any, ...],
) -> None:
    if parents is not None:
        parents.close()  # else it would never read that the other end is closed
    # What a grader prints is no data, and a progress bar's lock may have been held when this
    # process was copied.
    sys.stdout = sys.stderr = sys.__stderr__
    leave = os._exit
    try:
        target(pipe, post, *arguments)
    except (KeyboardInterrupt, BrokenPipeError):  # a grader's doing, or nobody listens any more
        raise SystemExit(1) from None
    finally:
        os._exit = leave  # how every process that is a copy ends


def _tell_of_exits(file: TextIO) -> None:
    """Have ``os._exit`` write down where this process stands: who calls it is a grader."""
    leave, own = os._exit, os.getpid()

    def tell_and_leave(status: int) -> NoReturn:
        if os.getpid() == own:  # not what a grader has started
            faulthandler.dump_traceback(file, all_threads=False)
        leave(status)

    os._exit = tell_and_leave


def _ending(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
