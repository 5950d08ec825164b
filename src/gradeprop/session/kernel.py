"""The session inside the student's own kernel, for ``gp.check``: no sandbox, on any system."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterable, MutableMapping, Sequence
from typing import Any

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
from gradeprop.session.student.silence import silence
from gradeprop.session.student.tracebacks import raised
from gradeprop.session.student.unattended import unattended
from gradeprop.session.unkept import not_kept

__all__ = ["KernelSession"]


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
        self._answering = answering or Answering(cell_of=_notebook_cell)

    def run(self, cell: CellSource) -> CellOutcome:
        """Execute plain Python in the namespace; of outputs stdout, stderr and an error's words are
        kept."""
        out = io.StringIO()
        began = time.monotonic()
        message = None
        outputs: list[dict[str, Any]] = []
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), unattended():
            try:
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
        with silence():
            for ask in asks:
                if deadline is not None and time.monotonic() > deadline and stopped is None:
                    stopped = Stopped("timeout", answer_too_slow(ask.subject, seconds or 0.0))
                outcome = stopped or self._answering.answer(ask, self._namespace)
                if isinstance(outcome, Missing):
                    outcome = not_kept(outcome, self._sources())
                if isinstance(outcome, Raised) and outcome.type_name == "KeyboardInterrupt":
                    raise KeyboardInterrupt(ask.subject)
                if isinstance(outcome, Stopped):
                    stopped = outcome
                outcomes.append(outcome)
        return outcomes

    def _sources(self) -> Sequence[str]:
        """The cells that ran, where the kernel keeps them."""
        cells = self._namespace.get("In")
        return [cell for cell in cells if isinstance(cell, str)] if type(cells) is list else []

    def close(self) -> None:
        """Nothing to end: the kernel is the student's."""


def _notebook_cell(filename: str) -> str | None:
    """What a traceback calls the cell whose code has this file name, as kernels name them."""
    if filename.startswith("<ipython-input-"):
        return f"In [{filename.removeprefix('<ipython-input-').split('-')[0]}]"
    if "ipykernel_" in filename or filename.startswith("<"):
        return "your cell"
    return None
