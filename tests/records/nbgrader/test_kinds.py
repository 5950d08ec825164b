"""nbgrader accepts notebooks with every kind of part, a figure and a closing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cli.conftest import gradeprop
from course.kinds import WHOSE_GRAD, edited, write_kinds
from records.graded_class import ASSIGNMENT
from records.nbgrader_command import NOTEBOOK, SHIPPED, nbgrader

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    figure = edited(WHOSE_GRAD, "level: 1\n", "figure: {file: graph.py, alt: A parabola.}\n")
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])\n"
    root = write_kinds(
        tmp_path_factory.mktemp("course"), {**figure, "exercises/a01_slopes/graph.py": code}
    )
    shutil.copy(SHIPPED, root)
    done = gradeprop("build", cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def test_generate_assignment_keeps_locked_cells_and_pictures(built: Path) -> None:
    nbgrader(built, "generate_assignment", ASSIGNMENT, "--force")
    notebook = json.loads((built / "release" / ASSIGNMENT / NOTEBOOK).read_text())
    cells = {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in notebook["cells"]}
    assert "m = 3 * a + b" in "".join(cells["whose_grad-given"]["source"])
    assert "print(step + 1" in "".join(cells["two_steps-commit-after"]["source"])
    assert "graph.png" in cells["whose_grad-introduction"]["attachments"]


def test_the_instructors_notebook_validates_and_the_students_does_not(
    built: Path, tmp_path: Path
) -> None:
    done = gradeprop("build", cwd=built)
    assert done.returncode == 0, done.stdout + done.stderr
    for kind, options, said in (
        ("source", (), "Success! Your notebook passes all the tests."),
        ("release", ("--invert",), "Success! The notebook does not pass any tests."),
    ):
        folder = tmp_path / kind
        shutil.copytree(built / kind / ASSIGNMENT, folder)
        output = nbgrader(folder, "validate", *options, NOTEBOOK)
        assert said in output
