"""Run a whole notebook in this very process and report its public checks: ``gradeprop check``.

The student's own code in the student's own environment, on any operating system: no sandbox.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from gradeprop.grading.public.in_notebook import LAST_CHECKS, Interrupted, report
from gradeprop.grading.public.progress import ProgressView, progress_view
from gradeprop.grading.public.report import PublicReport
from gradeprop.session.kernel import KernelSession
from gradeprop.session.student.answering import Answering
from gradeprop.session.student.shell import NotebookShell
from gradeprop.session.student.silence import silence
from gradeprop.session.student.still_running import aloud, watched
from gradeprop.session.student.tracebacks import raised
from gradeprop.wording import without_file

PROGRESS: Final = "progress"
Site: TypeAlias = tuple[str, str | None] | Literal["progress"]


@dataclass(frozen=True)
class CellError:
    """A code cell that stopped.

    Attributes:
        cell: its number (from 1, code cells only).
        error: type and message.
        trace: the lines of the notebook's own cells that led to it; may be empty.
    """

    cell: int
    error: str
    trace: str = ""


def run_checks(
    cells: Sequence[str], folder: Path, sites: Sequence[Site | None]
) -> Iterator[PublicReport | CellError | ProgressView]:
    """Run the cells in order; at each check's place report it instead of running the cell.

    Args:
        cells: sources of the code cells.
        folder: the notebook's folder; the cells run in it.
        sites: for each cell, the exercise and part that it checks, or `PROGRESS` where it asks
            where the student stands, or None.

    Raises:
        UsageError: a check cell names something that the set-up cell did not load.
        Interrupted: Ctrl-C.
    """
    with _notebook_process(folder):
        shell = NotebookShell()
        shell.begin()
        LAST_CHECKS.forget()
        for number, (source, site) in enumerate(zip(cells, sites, strict=True), start=1):
            if site == PROGRESS:
                yield progress_view()
                continue
            if site is not None:
                session = KernelSession(shell.user_ns, Answering(cell_of=shell.cell_of))
                yield from report(*site, shell.user_ns, session)
                continue
            error = _run(shell, source, number)
            if error is not None:
                yield error
        NotebookShell.clear_instance()


def _run(shell: NotebookShell, source: str, number: int) -> CellError | None:
    """What stopped the cell; its outputs are not of interest."""
    with aloud(), silence(), watched(f"code cell {number}"):
        error = shell.run_source(source, f"code cell {number}").error
    # the shell leaves it ignored between cells
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if error is None:
        return None
    if isinstance(error, KeyboardInterrupt):
        raise Interrupted(
            f"stopped while code cell {number} was running. Is there a loop that never ends?"
        )
    found = raised(error, shell.cell_of)
    message = f"{found.type_name}: {without_file(found.message)}"
    return CellError(number, message, "\n".join(found.traceback.splitlines()[:-1]))


@contextlib.contextmanager
def _notebook_process(folder: Path) -> Iterator[None]:
    """This process as a kernel would be: in the notebook's folder, nobody at the keyboard, no
    windows."""
    before, stdin, path = Path.cwd(), sys.stdin, list(sys.path)
    interrupt = signal.getsignal(signal.SIGINT)
    backend = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = backend or "agg"
    os.chdir(folder)
    sys.path.insert(0, "")  # as in a kernel: the notebook's folder can be imported from
    sys.stdin = io.StringIO()
    try:
        yield
    finally:
        sys.stdin = stdin
        sys.path[:] = path
        os.chdir(before)
        if backend is None:
            os.environ.pop("MPLBACKEND", None)
        else:
            os.environ["MPLBACKEND"] = backend
        signal.signal(signal.SIGINT, interrupt)
