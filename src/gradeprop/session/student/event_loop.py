"""The event loop that is running while a notebook's cells run, as it is in a kernel."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from threading import get_ident
from time import monotonic
from typing import Any, Final, TypeVar

from gradeprop.session.kept_builtins import KEPT

__all__ = ["CellLoop"]

__builtins__ = KEPT

_Result = TypeVar("_Result")

# How often, and how long, what is ready may go on after each cell. In a kernel it does until the
# next cell comes, which may be at once.
_TURNS: Final = 1000
_TURNS_S: Final = 0.5


class CellLoop:
    """A loop that cells find running, though it turns only where a cell awaits, and after cells.

    There is none before `begin`, and none where a sandbox allows no sockets, which a loop needs to
    be woken."""

    def __init__(self) -> None:
        self._loop: Any = None
        self._depth = 0

    def begin(self) -> None:
        """Make the loop: in the notebook's own process, since a fork must not share it."""
        with suppress(OSError):
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)

    def leave(self) -> None:
        """In a fork: whoever asks for a loop is to get another."""
        self._loop = None
        with suppress(Exception):  # whatever student code has made of asyncio
            self.begin()
        self._loop = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Code within finds the loop running: tasks can be made, and no second loop be run."""
        loop = self._loop
        if loop is None:
            yield
            return
        # Not by a task of the loop's: it would copy the context, and what a cell sets there
        # (numpy's error handling, decimal's precision) would be lost to the next.
        self._pretend(loop, get_ident())
        try:
            yield
        finally:
            self._pretend(None, None)

    @contextmanager
    def cell(self) -> Iterator[None]:
        """A cell runs within; within another one it cannot await, as in a kernel."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def run(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        """Within `running`: what ``coroutine`` returns, with the loop turning meanwhile. Where that
        is interrupted, or another task leaves, it is cancelled.

        Raises:
            RuntimeError: a cell within another one wants it.
        """
        if self._depth > 1:
            coroutine.close()
            raise RuntimeError("This event loop is already running")
        loop: asyncio.AbstractEventLoop | None = self._loop
        if loop is None:
            return asyncio.run(coroutine)
        self._pretend(None, None)
        task = loop.create_task(coroutine)
        try:
            return _until_done(loop, task)
        except (KeyboardInterrupt, SystemExit):
            if task.done():
                raise
            task.cancel()
            return _until_done(loop, task)
        finally:
            self._pretend(loop, get_ident())

    def turn(self) -> None:
        """After a cell: let tasks, callbacks and timers go on that need not wait.

        Raises:
            Exception: the cell has broken what asyncio needs, such as builtins, which checks would
                miss, too. That ends the process, and what runs again leaves the cell out."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        asyncio.all_tasks(loop)
        until = monotonic() + _TURNS_S
        for _ in range(_TURNS):
            stop = loop.call_soon(loop.stop)
            try:
                loop.run_forever()
            finally:
                stop.cancel()  # a task that was interrupted, or left, came before it
            if not loop._ready or monotonic() > until:
                return

    def _pretend(self, loop: Any, thread: int | None) -> None:
        self._loop._thread_id = thread  # what is_running() asks
        asyncio._set_running_loop(loop)


def _until_done(loop: asyncio.AbstractEventLoop, task: asyncio.Task[_Result]) -> _Result:
    """As ``run_until_complete``, which however takes it for an error when the loop stops for the
    end of an earlier task, of which an interrupt has kept it from hearing."""

    def stop(_: asyncio.Task[_Result]) -> None:
        loop.stop()

    task.add_done_callback(stop)
    try:
        while not task.done():
            loop.run_forever()
    finally:
        task.remove_done_callback(stop)
    return task.result()
