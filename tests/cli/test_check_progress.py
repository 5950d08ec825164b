"""`gradeprop check` on a notebook that shows where the student stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import gradeprop
from cli.test_check import CHECK, HALF, SETUP, notebook
from gradeprop.cli.check import shows_progress
from gradeprop.grading.public import in_notebook
from gradeprop.grading.public.checking import PublicChecks

RIGHT = "def d_square(w):\n    return 2 * w"
PROGRESS = "gp.progress()"


@pytest.fixture(autouse=True)
def _nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process of its own."""
    monkeypatch.setattr(in_notebook, "PUBLIC_CHECKS", PublicChecks())


def checked(folder: Path, *cells: str, options: tuple[str, ...] = ()) -> Any:
    done = gradeprop("check", notebook(folder / "n.ipynb", *cells), *options, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_shown_as_things_stand_at_its_place(tmp_path: Path) -> None:
    out = checked(tmp_path, SETUP, PROGRESS, RIGHT, CHECK, PROGRESS)
    before, after = out.split("Where you stand, as of your last checks")[1:]
    assert "○ not checked: Squares" in before
    assert "○ begun: Squares\n      1 of 2 parts passed; 1 point sure;" in after
    assert max(map(len, out.splitlines())) < 80


def test_what_an_earlier_notebook_found_is_forgotten(tmp_path: Path) -> None:
    checked(tmp_path, SETUP, RIGHT, CHECK)
    assert "○ not checked: Squares" in checked(tmp_path, SETUP, PROGRESS, RIGHT, CHECK)


def test_the_last_line_sums_up_only_where_the_cell_has_not_just_done_so(tmp_path: Path) -> None:
    assert "All in all:" not in checked(tmp_path, SETUP, HALF, CHECK, PROGRESS)
    assert "All in all: " in checked(tmp_path, SETUP, PROGRESS, HALF, CHECK)


def test_json_stays_json(tmp_path: Path) -> None:
    out = checked(tmp_path, SETUP, RIGHT, CHECK, PROGRESS, options=("--json",))
    assert [part["part"] for part in json.loads(out)["parts"]] == ["by_hand"]


def test_a_notebook_with_nothing_but_progress_has_no_checks(tmp_path: Path) -> None:
    done = gradeprop("check", notebook(tmp_path / "n.ipynb", SETUP, PROGRESS), cwd=tmp_path)
    assert done.returncode == 2
    assert "no gradeprop checks" in done.stderr


@pytest.mark.parametrize(
    ("source", "shows"),
    [
        ("gp.progress()", True),
        ("gp.progress()  # mine\n", True),
        ("gp.progress(1)", False),
        ("x = 1\ngp.progress()", False),
        ("gp.progress", False),
        ("%gp.progress()", False),
    ],
)
def test_its_cells_are_recognised(source: str, shows: bool) -> None:
    assert shows_progress(source) is shows
