"""Assignments that were released, and handed in, before notebooks showed a student's progress: their
list of cells stays, and their marks are the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import HALVED, SOLVED, answered, gradeprop, hand_in, result_of
from records.nbgrader_command import nbgrader

NAME = "a01_slopes"
CELL = f"{NAME}-progress"
RELEASE = f"release/{NAME}/{NAME}.ipynb"
SAID = (
    "Without a cell gp.progress(), since work has been handed in from a release without one and "
    f"nbgrader wants its list of cells to stay: {NAME}.\n"
)


def ids(path: Path) -> list[str]:
    return [cell["id"] for cell in json.loads(path.read_text())["cells"]]


@pytest.fixture
def earlier(built: Path) -> Path:
    """As an earlier version has built it."""
    for path in (built / RELEASE, built / f"source/{NAME}/{NAME}.ipynb"):
        notebook = json.loads(path.read_text())
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != CELL]
        path.write_text(json.dumps(notebook))
    return built


def build(root: Path) -> Any:
    done = gradeprop("build", "--isolation", "none", cwd=root)
    assert done.returncode == 0, done.stderr
    return done.stderr


def graded(root: Path) -> None:
    done = gradeprop("grade", NAME, "--isolation", "none", "--workers", "1", cwd=root)
    assert done.returncode == 0, done.stderr


def test_a_new_release_has_the_cell_and_nothing_is_said(earlier: Path) -> None:
    hand_in(earlier, "ada", b"{}", assignment="a02_other")
    assert "gp.progress()" not in build(earlier)
    assert ids(earlier / RELEASE)[-1] == CELL


def test_one_that_was_handed_in_keeps_its_list_of_cells_and_says_so(earlier: Path) -> None:
    before = ids(earlier / RELEASE)
    hand_in(earlier, "ada", answered(earlier, SOLVED))
    assert build(earlier).endswith(SAID)
    assert ids(earlier / RELEASE) == ids(earlier / f"source/{NAME}/{NAME}.ipynb") == before


def test_one_that_was_handed_in_with_the_cell_keeps_it(built: Path) -> None:
    hand_in(built, "ada", answered(built, SOLVED))
    graded(built)
    assert "gp.progress()" not in build(built)
    assert ids(built / RELEASE)[-1] == CELL


def test_the_gradebook_remembers_where_the_files_are_gone(earlier: Path) -> None:
    before = ids(earlier / RELEASE)
    hand_in(earlier, "ada", answered(earlier, SOLVED))
    graded(earlier)
    shutil.rmtree(earlier / "submitted")
    assert build(earlier).endswith(SAID)
    shutil.rmtree(earlier / "release")
    assert build(earlier).endswith(SAID)
    assert ids(earlier / RELEASE) == before


def test_a_gradebook_that_cannot_be_opened_changes_no_list(earlier: Path) -> None:
    before = ids(earlier / RELEASE)
    (earlier / "gradebook.db").write_text("this is no database")
    assert build(earlier).endswith(SAID)
    assert ids(earlier / RELEASE) == before


@pytest.mark.slow  # nbgrader's own commands take seconds
def test_plain_nbgrader_takes_the_new_build_of_a_class_that_has_handed_in(earlier: Path) -> None:
    hand_in(earlier, "ada", answered(earlier, SOLVED))
    graded(earlier)
    build(earlier)
    nbgrader(earlier, "generate_assignment", "--force", "--create", NAME)
    assert CELL not in ids(earlier / RELEASE)


def test_with_the_cell_and_without_it_marks_and_notebooks_are_the_same(built: Path) -> None:
    whole = json.loads(answered(built, HALVED))
    lone = dict(whole, cells=[cell for cell in whole["cells"] if cell["id"] != CELL])
    hand_in(built, "with", json.dumps(whole).encode())
    hand_in(built, "without", json.dumps(lone).encode())
    graded(built)
    results = [result_of(built, student) for student in ("with", "without")]
    assert results[0]["exercises"] == results[1]["exercises"]
    assert [item["message"] for item in results] == [None, None]
    assert [item["auto_score"] for item in results] == [1.0, 1.0]
    for student, notebook in (("with", whole), ("without", lone)):
        shown = built / f"autograded/{student}/{NAME}/{NAME}.ipynb"
        assert ids(shown) == [cell["id"] for cell in notebook["cells"]]
    cells = json.loads((built / f"autograded/with/{NAME}/{NAME}.ipynb").read_text())["cells"]
    assert cells[-1]["outputs"] == []
