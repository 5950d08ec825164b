"""What one plan has on a worker: its files in a folder of their own, and the processes that grade
by it, warm from one order to the next."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gradeprop.errors import GradepropError
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.cluster.machine import share_of_machine
from gradeprop.grading.run.cluster.travelling import Done, Order, rerooted, unwrap
from gradeprop.grading.run.watched import POLL_S, Fallen, Watched
from gradeprop.grading.run.worker import READY, Batch, Shown, work
from gradeprop.session.grader.warm_process import START_S

__all__ = ["IDLE_S", "Lodging"]

IDLE_S = 600.0
"""So long nothing comes, and it closes by itself: the main machine may have gone without a word."""

_STARTS: Final = 2
"""How many processes may end before they begin until the machine is taken for unfit."""


class _CannotBeginError(Exception):
    """Why no process here can grade."""


@dataclass(frozen=True)
class _Over:
    """Instead of a word: it has ended, or ``hangs`` and is to be ended."""

    hangs: bool


class Lodging:
    """For the threads of one Dask worker.

    Args:
        packed: a parcel's content.
        worker: the worker's address.
        folder: where to make the folder for the files.

    Attributes:
        guests: runs that use it; who leaves last closes it.

    Raises:
        OSError: the files cannot be written.
    """

    def __init__(self, packed: bytes, worker: str, folder: str) -> None:
        self.guests: set[str] = set()
        self._worker = worker
        self._folder = Path(tempfile.mkdtemp(prefix="gradeprop-course-", dir=folder)).resolve()
        try:
            self._plan, self._home = unwrap(packed, self._folder)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._lock = threading.Lock()
        self._idle: list[Watched] = []
        self._busy: set[Watched] = set()
        self._orders = 0
        self._used = time.monotonic()
        self._closed = threading.Event()
        threading.Thread(target=self._close_when_idle, daemon=True).start()

    @property
    def is_open(self) -> bool:
        return not self._closed.is_set()

    def take_in(self, guest: str) -> bool:
        """Stay for this run, too; False if it is closed already."""
        with self._lock:
            if not self.is_open:
                return False
            self.guests.add(guest)
            self._used = time.monotonic()
            return True

    def grade(self, order: Order) -> Done:
        """Have an order graded by a process of its own, in which a submission or a grader may end
        or hang without harm to this one."""
        with self._lock:
            self._orders += 1
        try:
            with share_of_machine(alone=order.alone):
                return self._graded(order.batch)
        except _CannotBeginError as error:
            return Done(self._worker, unfit=str(error))
        finally:
            with self._lock:
                self._orders -= 1
                self._used = time.monotonic()

    def close(self) -> None:
        """End its processes and remove its files. Orders that are being carried out end with
        nothing; an idle process would keep the worker from exiting."""
        with self._lock:
            self._closed.set()
            idle, self._idle = self._idle, []
            for child in self._busy:
                child.process.kill()
        for child in idle:
            child.stop(patient=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _graded(self, batch: Batch) -> Done:
        child = self._take()
        if child is None:
            return Done(self._worker, unknown=True)
        try:
            return self._heard_of(child, batch)
        finally:
            with self._lock:
                is_left_over = child in self._busy  # something failed here, not there
            if is_left_over:
                self._give_up(child)

    def _heard_of(self, child: Watched, batch: Batch) -> Done:
        results: list[SubmissionResult] = []
        shown: list[Shown] = []
        with suppress(OSError):  # it has gone, which is seen below
            child.pipe.send(batch)
        while len(results) < len(batch.submissions):
            said = _next_word(child)
            if isinstance(said, _Over):
                return self._fell(child, said, results, shown)
            if isinstance(said, GradepropError):
                self._give_up(child)
                raise _CannotBeginError(str(said))
            if isinstance(said, Shown):
                shown.append(said)
            else:
                results.append(rerooted(said, str(self._folder), self._home))
        self._put_back(child)
        if not self.is_open:  # its graders' files may have been removed meanwhile
            return Done(self._worker, unknown=True)
        return Done(self._worker, tuple(results), tuple(shown))

    def _fell(
        self, child: Watched, over: _Over, results: list[SubmissionResult], shown: list[Shown]
    ) -> Done:
        fallen = self._buried(child, over)
        if not self.is_open:
            return Done(self._worker, unknown=True)
        told = rerooted(fallen, str(self._folder), self._home)
        return Done(self._worker, tuple(results), tuple(shown), told)

    # Processes.

    def _take(self) -> Watched | None:
        """A process that is ready to grade; None if this is closed."""
        for start in range(_STARTS):
            with self._lock:
                if not self.is_open:
                    return None
                child = self._idle.pop() if self._idle else None
                if child is not None:
                    self._busy.add(child)
            if child is not None:
                return child
            child = self._started()
            said = _next_word(child)
            if said == READY:
                with suppress(OSError):
                    child.pipe.send(self._plan)
                return child
            if isinstance(said, GradepropError):
                self._give_up(child)
                raise _CannotBeginError(str(said))
            assert isinstance(said, _Over)
            how = self._buried(child, said).how
            if start + 1 == _STARTS and self.is_open:
                raise _CannotBeginError(f"the processes that grade end before they begin: {how}")
        return None

    def _started(self) -> Watched:
        child = Watched(work, self._plan.facilities, method="spawn", besides_s=START_S)
        with self._lock:
            self._busy.add(child)
            if not self.is_open:  # what is closed could not know of it
                child.process.kill()
        return child

    def _buried(self, child: Watched, over: _Over) -> Fallen:
        with self._lock:
            self._busy.discard(child)
        return child.fall(hangs=over.hangs)

    def _put_back(self, child: Watched) -> None:
        with self._lock:
            self._busy.discard(child)
            if self.is_open:
                self._idle.append(child)
                return
        child.stop(patient=True)

    def _give_up(self, child: Watched) -> None:
        with self._lock:
            self._busy.discard(child)
        child.stop(patient=True)

    def _close_when_idle(self) -> None:
        while not self._closed.wait(min(30.0, IDLE_S / 4)):
            with self._lock:
                idle = not self._orders and time.monotonic() - self._used > IDLE_S
                if idle:
                    self._closed.set()  # who comes now is not taken in
            if idle:
                self.close()


def _next_word(child: Watched) -> Any:
    """What it says next; `_Over` if there will be nothing."""
    while not child.pipe.poll(POLL_S):
        if child.gone:
            return _Over(hangs=False)
        if (child.late or child.overdue) and not child.pipe.poll():
            return _Over(hangs=True)
    try:
        return child.pipe.recv()
    except (EOFError, OSError):
        return _Over(hangs=False)
