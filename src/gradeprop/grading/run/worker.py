"""A process that grades batches: its sandboxes first, then torch, then the plan, then the work."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Final

from gradeprop.errors import GradepropError
from gradeprop.grading.run.facilities import Facilities, open_sandboxes

if TYPE_CHECKING:
    from gradeprop.grading.run.paper import Submission
    from gradeprop.grading.run.plan import Plan

READY = "ready"

_GRACE_S: Final = 10.0
"""How long a worker without a parent may take to end its sandboxes; one that is deep in a C library
hears no other signal."""


def work(pipe: Connection, facilities: Facilities) -> None:
    """A `Plan`, then batches of submissions in; results out, until the pipe is closed.

    Sends `READY` when it can begin, a `GradepropError` if it cannot go on.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        # The sandboxes import for seconds by themselves; meanwhile this process does.
        with open_sandboxes(facilities, wait=False) as sandboxes:
            from gradeprop.grading.run.batch import grade_batch

            for sandbox in sandboxes.values():
                sandbox.ready()
            pipe.send(READY)
            try:
                plan: Plan = pipe.recv()
            except (EOFError, OSError):
                return
            setting = plan.setting(sandboxes)
            _wait_for_turn()
            # what has been imported stays; no need to look through it again and again
            gc.freeze()
            while True:
                try:
                    batch: list[Submission] = pipe.recv()
                except (EOFError, OSError):
                    return
                grade_batch(setting, batch, pipe.send)
    except BrokenPipeError:
        return  # the parent has gone, and with it everyone who wanted the results
    except GradepropError as error:
        with suppress(OSError):
            pipe.send(error)
    except KeyboardInterrupt as asked:
        raise SystemExit(128 + signal.SIGTERM) from asked


def _wait_for_turn() -> None:
    """Do not interrupt a sandbox on the same core at each word that comes from it, but read all
    that it has said when it pauses."""
    with suppress(AttributeError, OSError):  # Linux has it, and some containers refuse it
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _end_with_parent() -> None:
    """End this process soon after the one that started it, however that ended: nobody is left who
    wants what it is still grading."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(_GRACE_S)
    os.kill(os.getpid(), signal.SIGKILL)


def _leave(_signum: int, _frame: object) -> None:
    """End the work wherever it is. pytest takes a SystemExit for a failed check's or for its own
    fault, and goes on or reports it; an interrupt is the one exception that it passes on."""
    sys.unraisablehook = lambda _: None  # in a finalizer it is lost, and the parent kills at last
    raise KeyboardInterrupt
