"""Run a whole notebook in this very process and report its public checks: ``gradeprop check``.

The student's own code in the student's own environment, on any operating system: no sandbox.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from gradeprop.grading.in_notebook import PUBLIC_CHECKS
from gradeprop.grading.public import PublicReport
from gradeprop.session.kernel import KernelSession

Site: TypeAlias = tuple[str, str | None]


@dataclass(frozen=True)
class CellError:
    """A code cell that stopped: its number (from 1, code cells only) and the error in one line."""

    cell: int
    error: str


def run_checks(
    cells: Sequence[str], folder: Path, sites: Sequence[Site | None]
) -> Iterator[PublicReport | CellError]:
    """Run the cells in order; at each check's place report it instead of running the cell.

    Args:
        cells: sources of the code cells.
        folder: the notebook's folder; the cells run in it.
        sites: for each cell, the exercise and part that it checks, or None.

    Raises:
        UsageError: a check cell names something that the set-up cell did not load.
    """
    shell = _shell()
    before = Path.cwd()
    os.chdir(folder)
    sys.path.insert(0, "")  # as in a kernel: the notebook's folder can be imported from
    try:
        for number, (source, site) in enumerate(zip(cells, sites, strict=True), start=1):
            if site is not None:
                with KernelSession(shell.user_ns) as session:
                    yield from PUBLIC_CHECKS.report(*site, session)
                continue
            error = _run(shell, source)
            if error is not None:
                yield CellError(number, error)
    finally:
        sys.path.remove("")
        os.chdir(before)


def _run(shell: Any, source: str) -> str | None:
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        result = shell.run_cell(source, store_history=False)
    error = result.error_before_exec or result.error_in_exec
    if isinstance(error, KeyboardInterrupt):
        raise error
    return None if error is None else f"{type(error).__name__}: {error}"


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False  # a check leaves nothing in the student's history
    return InteractiveShell(config=config)  # type: ignore[no-untyped-call]
