"""A process that grades batches: its sandboxes first, then torch, then the plan, then the work."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Final

from gradeprop.errors import GradepropError
from gradeprop.grading.run.facilities import Facilities, open_later, open_sandboxes
from gradeprop.session.interface import Sandbox
from gradeprop.system import end_myself, hear_interrupts

if TYPE_CHECKING:
    from gradeprop.grading.checks.behaviour import Gave
    from gradeprop.grading.checks.judgement import Judgement
    from gradeprop.grading.run.paper import Submission
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.question import Answered
    from gradeprop.grading.run.watched import Post

READY = "ready"

_GRACE_S: Final = 10.0
"""How long a worker without a parent may take to end its sandboxes; one that is deep in a C library
hears no other signal."""


@dataclass(frozen=True)
class Batch:
    """Work for one process.

    Attributes:
        of_all, of_one: checks that are known to fail by themselves; see
            `gradeprop.grading.run.faults.Faults`.
        shown: whether to tell of every check with all its inputs and expected values.
    """

    submissions: tuple[Submission, ...]
    of_all: Mapping[tuple[str, str], str] = field(default_factory=dict)
    of_one: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    shown: bool = False


@dataclass(frozen=True)
class Shown:
    """What became of one check, for an instructor's eyes.

    Attributes:
        gave: what the answer did, for who compares answers; see `Shown.behaviour`.
    """

    exercise: str
    check: str
    device: str
    judgement: Judgement
    student: str = ""
    gave: bytes = b""

    @property
    def behaviour(self) -> tuple[Gave, ...]:
        """What the answer did, question by question."""
        given: tuple[Gave, ...] = pickle.loads(self.gave)
        return given


def work(
    pipe: Connection,
    post: Post,
    facilities: Facilities,
    sandboxes: Mapping[str, Sandbox] | None = None,
) -> None:
    """A `Plan`, then batches of submissions in (or another plan); results out, until the pipe is
    closed.

    Sends `READY` when it can begin, a `GradepropError` if it cannot go on.

    Args:
        sandboxes: those of the process that this one is a copy of; its own if not given.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    hear_interrupts()
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        with _sandboxes(facilities, sandboxes) as opened, open_later(opened) as for_samples:
            _serve(pipe, post, opened, for_samples)
    except BrokenPipeError:
        return  # the parent has gone, and with it everyone who wanted the results
    except GradepropError as error:
        with suppress(OSError):
            pipe.send(error)
    except KeyboardInterrupt as asked:
        raise SystemExit(128 + signal.SIGTERM) from asked


@contextmanager
def _sandboxes(
    facilities: Facilities, given: Mapping[str, Sandbox] | None
) -> Iterator[Mapping[str, Sandbox]]:
    if given is not None:
        yield given
        return
    # The sandboxes import for seconds by themselves; meanwhile this process does.
    with open_sandboxes(facilities, wait=False) as opened:
        yield opened


def _serve(
    pipe: Connection,
    post: Post,
    sandboxes: Mapping[str, Sandbox],
    for_samples: Mapping[str, Sandbox],
) -> None:
    import torch

    from gradeprop.grading.run.batch import grade_batch
    from gradeprop.grading.run.faults import Faults

    torch.set_num_threads(1)  # a copy of a process has none of its threads
    for sandbox in sandboxes.values():
        sandbox.ready()
    watch = post.take()
    pipe.send(READY)
    _wait_for_turn()
    # what has been imported stays; no need to look through it again and again
    gc.freeze()
    setting = None

    def show(item: Answered) -> None:
        # What could have come holds functions of the graders, which do not travel; and a pipe would
        # send tensors by shared memory.
        told = replace(item.judgement, observations=())
        site, gave = item.site, pickle.dumps(item.gave)
        pipe.send(
            Shown(site.exercise.slug, site.check.check, item.device, told, item.student, gave)
        )

    while True:
        try:
            order: Plan | Batch = pipe.recv()
        except (EOFError, OSError):
            return
        if not isinstance(order, Batch):
            if setting is not None:
                setting.close()
            setting = order.setting(sandboxes, for_samples)
            continue
        assert setting is not None
        grade_batch(
            setting,
            order.submissions,
            pipe.send,
            on_check=show if order.shown else None,
            watch=watch,
            faults=Faults(dict(order.of_all), dict(order.of_one)),
        )


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
    end_myself()


def _leave(_signum: int, _frame: object) -> None:
    """End the work wherever it is. pytest takes a SystemExit for a failed check's or for its own
    fault, and goes on or reports it; an interrupt is the one exception that it passes on."""
    sys.unraisablehook = lambda _: None  # in a finalizer it is lost, and the parent kills at last
    raise KeyboardInterrupt
