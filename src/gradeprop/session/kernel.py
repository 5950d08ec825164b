"""The session inside the student's own kernel, for ``gp.check``: no sandbox, on any system."""

from __future__ import annotations

import contextlib
import io
import re
import time
from collections.abc import Iterable, MutableMapping, Sequence
from typing import Any, Final

from gradeprop.session.interface import (
    Ask,
    CellOutcome,
    CellSource,
    Missing,
    Outcome,
    Place,
    Raised,
    Session,
    Stopped,
)
from gradeprop.session.messages import answer_too_slow
from gradeprop.session.student.answering import Answering
from gradeprop.session.student.silence import Printed, silence
from gradeprop.session.student.still_running import watched
from gradeprop.session.student.tracebacks import raised
from gradeprop.session.student.unattended import unattended
from gradeprop.session.unkept import not_kept

__all__ = ["KernelSession"]

# What kernels call the code of a cell: IPython and Colab with its number, ipykernel without.
_NUMBERED: Final = re.compile(r"\bipython-input-(\d{1,6})-")
_UNNUMBERED: Final = re.compile(r"\bipykernel_\d+|\bipython-input-")


class KernelSession(Session):
    """Answers asks in the namespace where the student works.

    Arguments are copies, and what student code prints is captured. **State may change**: there is
    no second process, so a function that changes a global changes it for good, a function that
    hangs hangs until the student interrupts it, and no limit on memory holds. It runs a student's
    own code for that student; never use it for somebody else's.

    Args:
        namespace: the notebook's global names.
        answering: how to answer; by default without knowing which code lies in which cell.
    """

    def __init__(
        self, namespace: MutableMapping[str, Any], answering: Answering | None = None
    ) -> None:
        self._namespace = namespace
        self._answering = answering or Answering(cell_of=self._cell_of)
        self._labels: dict[str, str] = {}
        self._printed = Printed()

    def run(self, cell: CellSource) -> CellOutcome:
        """Execute plain Python in the namespace; of outputs stdout, stderr and an error's words are
        kept."""
        out = io.StringIO()
        began = time.monotonic()
        message = None
        outputs: list[dict[str, Any]] = []
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), unattended():
            try:
                self._labels[f"<{cell.label}>"] = cell.label
                code = compile(cell.source, f"<{cell.label}>", "exec")
                exec(code, self._namespace)  # type: ignore[arg-type]
            except BaseException as error:
                found = raised(error, self._answering.cell_of)
                message = f"{found.type_name}: {found.message}"
                told = {"ename": found.type_name, "evalue": found.message, "traceback": []}
                outputs = [{"output_type": "error", **told}]
        if text := out.getvalue():
            outputs.insert(0, {"output_type": "stream", "name": "stdout", "text": text})
        return CellOutcome(
            status="ok" if message is None else "error",
            outputs=tuple(outputs),
            seconds=time.monotonic() - began,
            message=message,
        )

    def mark(self, names: Iterable[str] = ()) -> Place:  # noqa: ARG002
        """There is one place only, the present one."""
        return Place(0)

    def ask(
        self,
        asks: Sequence[Ask],
        *,
        at: Place | None = None,  # noqa: ARG002
        seconds: float | None = None,
    ) -> list[Outcome]:
        """Answer in order, whatever ``at`` says by the present state.

        ``seconds`` is looked at between asks only: nothing here can stop student code.

        Raises:
            KeyboardInterrupt: the student stopped it, with the name that was asked: nothing more
                is asked.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        outcomes: list[Outcome] = []
        stopped: Stopped | None = None
        with silence(self._printed):
            for ask in asks:
                if deadline is not None and time.monotonic() > deadline and stopped is None:
                    stopped = Stopped("timeout", answer_too_slow(ask.subject, seconds or 0.0))
                with watched(f"`{ask.subject}`"):
                    outcome = stopped or self._answering.answer(ask, self._namespace)
                if isinstance(outcome, Missing):
                    outcome = not_kept(outcome, self._sources())
                if isinstance(outcome, Raised) and outcome.type_name == "KeyboardInterrupt":
                    raise KeyboardInterrupt(ask.subject)
                if isinstance(outcome, Stopped):
                    stopped = outcome
                outcomes.append(outcome)
        return outcomes

    def printed(self) -> str:
        """What student code printed since this was asked last, cut where it is long."""
        return self._printed.taken()

    def _cell_of(self, filename: str) -> str | None:
        return self._labels.get(filename) or _notebook_cell(filename)

    def _sources(self) -> Sequence[str]:
        """The cells that ran, where the kernel keeps them."""
        cells = self._namespace.get("In")
        return [cell for cell in cells if isinstance(cell, str)] if type(cells) is list else []

    def close(self) -> None:
        """Nothing to end: the kernel is the student's."""


def _notebook_cell(filename: str) -> str | None:
    """What a traceback calls the cell whose code has this file name, as kernels name them; None of
    anything else, such as ``<string>``, whose lines stand in no cell."""
    numbered = _NUMBERED.search(filename)
    if numbered is None and not _UNNUMBERED.search(filename):
        return None
    count = _count_of(filename) if numbered is None else numbered[1]
    return "your cell" if count is None else f"your cell [{count}]"


def _count_of(filename: str) -> int | None:
    """The number in brackets that the notebook shows beside a cell, where the shell knows it."""
    from IPython.core.getipython import get_ipython

    known = getattr(getattr(get_ipython(), "compile", None), "_filename_map", None)
    count = known.get(filename) if isinstance(known, dict) else None
    return count if type(count) is int else None
