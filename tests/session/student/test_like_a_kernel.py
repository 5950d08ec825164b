"""Cells of teaching notebooks show in a session what they show in a kernel: both run them here.

``pytest -s`` prints the share of cells that do."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from gradeprop.grading.run.displays import final_outputs
from gradeprop.session.interface import CellSource, Limits, Sandbox
from gradeprop.session.isolation.environment import environment
from gradeprop.session.isolation.survey import working
from session.student.comparing import ComparedCell, comparable, read_cells

FILES = sorted(Path(__file__).with_name("like_a_kernel").glob("*.ipy"))
# Of all cells here, of which many were chosen because they are odd.
LEAST_SHARE = 0.95
# A kernel hears of what child processes write when a thread of its gets to run, which on a busy
# machine may be too late: then it is asked again.
ATTEMPTS = 6
PATIENT = Limits(cell_s=120.0, total_s=600.0, memory_mb=4096)

same: list[bool] = []


def in_a_kernel(cells: list[ComparedCell]) -> tuple[Any, str]:
    """The notebook with its outputs, and its folder."""
    from nbclient import NotebookClient

    # Within pytest a kernel leaves the output of child processes alone.
    variables = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST")}
    # The shell, whose messages hold its name, and this very Python, as in a session; and no
    # __pycache__ beside modules.
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    alike = {"PATH": programs, "PYTHONDONTWRITEBYTECODE": "1"}
    alike["SHELL"] = environment("", (), gpu=False)["SHELL"]
    sources = [nbformat.v4.new_code_cell(cell.source) for cell in cells]
    notebook = nbformat.v4.new_notebook(cells=sources)
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above, "own", "notebook")
        folder.mkdir(parents=True)
        NotebookClient(
            notebook,
            allow_errors=True,
            timeout=120,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        ).execute(env=variables | {"OMP_NUM_THREADS": "1", "IPYTHONDIR": above} | alike)
    return notebook, str(folder)


@pytest.mark.slow
@pytest.mark.timeout(1200)  # now and then nbclient hears of a cell's end only after its 120 s
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_cell_shows_what_it_shows_in_a_kernel(
    path: Path, sandbox_at: Callable[[str], Sandbox]
) -> None:
    cells = read_cells(path)
    # A session at `restricted` runs no programs, which is no difference of interest here.
    sandbox = sandbox_at("full" if working("full") is None else "none")
    with sandbox.open(limits=PATIENT, seed=1) as session:
        outcomes = [session.run(CellSource(cell.source, "cell")) for cell in cells]
        where = session.run(CellSource("print(__import__('os').environ['HOME'])", "where"))
    here = where.outputs[0]["text"].strip()
    shown = [comparable(outputs, here) for outputs in final_outputs(outcomes)]
    wrong: dict[int, Any] = {}
    for attempt in range(ATTEMPTS):
        notebook, folder = in_a_kernel(cells)
        expected = [comparable(cell.outputs, folder) for cell in notebook.cells]
        differing = {n: expected[n] for n in range(len(cells)) if shown[n] != expected[n]}
        wrong = differing if attempt == 0 else {n: wrong[n] for n in wrong.keys() & differing}
        if all(cells[n].reason for n in wrong):
            break
    same.extend(n not in wrong for n in range(len(cells)))
    without_reason = [n for n in wrong if cells[n].reason is None]
    assert not [(cells[n].source, wrong[n], shown[n]) for n in without_reason]


@pytest.mark.slow
def test_the_share_is_high() -> None:
    """Of the cells above; nothing to say where they were not run."""
    if not same:
        pytest.skip("the comparison did not run")
    share = sum(same) / len(same)
    print(f"\n{share:.1%} of {len(same)} cells show what they show in a kernel")
    assert share >= LEAST_SHARE


def test_every_difference_has_a_reason() -> None:
    cells = [cell for path in FILES for cell in read_cells(path)]
    assert all(cell.source for cell in cells)
    assert all(cell.reason is None or len(cell.reason) > 3 for cell in cells)
    assert sum(cell.reason is not None for cell in cells) / len(cells) < 1 - LEAST_SHARE
