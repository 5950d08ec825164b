from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import compute_checksum
from notebook_example import SECRETS, SOLUTIONS, model

from gradeprop.notebook.render import cell_id, to_notebook

BOTH = [None, SOLUTIONS]


def _cells(data: bytes) -> dict[str, Any]:
    return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in json.loads(data)["cells"]}


@pytest.mark.parametrize("solutions", BOTH)
def test_both_versions_are_valid_for_nbformat_and_for_nbgrader(solutions: Any) -> None:
    notebook = nbformat.reads(to_notebook(model(), solutions=solutions).decode(), as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"


def test_rendering_is_the_same_to_the_byte_in_another_process() -> None:
    code = "import sys, notebook_example as e, gradeprop.notebook.render as r\n"
    code += "sys.stdout.buffer.write(r.to_notebook(e.model()))"
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parent,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    )
    assert run.stdout == to_notebook(model())


def test_nothing_hidden_is_anywhere_in_the_students_notebook() -> None:
    data = to_notebook(model())
    for secret in SECRETS:
        assert secret.encode() not in data
    assert b"value_not_gradient" not in data  # unless the public data say so
    assert b"SAY-SECRET" not in data


def test_the_instructors_notebook_holds_every_solution() -> None:
    cells = _cells(to_notebook(model(), solutions=SOLUTIONS))
    for (exercise, part), solution in SOLUTIONS.items():
        source = "".join(cells[f"{exercise}-{part}"]["source"])
        kept = re.sub(r"^ *### (BEGIN|END) SOLUTION\n?", "", source, flags=re.MULTILINE).rstrip(
            "\n"
        )
        assert kept == solution
        if cells[f"{exercise}-{part}"]["cell_type"] == "code":
            ast.parse(source)


def test_checksums_are_those_that_nbgrader_computes() -> None:
    notebook = nbformat.reads(to_notebook(model()).decode(), as_version=4)
    for cell in notebook.cells:
        assert cell.metadata.nbgrader.checksum == compute_checksum(cell)


def test_only_answers_can_be_edited_and_nothing_deleted() -> None:
    for cell in json.loads(to_notebook(model()))["cells"]:
        metadata = cell["metadata"]
        assert metadata["deletable"] is False
        answer = metadata["gradeprop"]["role"] in ("solution", "manual")
        assert metadata.get("editable", True) is answer
        assert metadata["nbgrader"]["locked"] is not answer


def test_the_setup_cell_is_folded_in_jupyter_and_on_colab() -> None:
    metadata = _cells(to_notebook(model()))["a01_slopes-setup"]["metadata"]
    assert metadata["jupyter"] == {"source_hidden": True}
    assert metadata["cellView"] == "form"


@given(
    st.sets(
        st.from_regex(r"\A[a-z][a-z0-9_]{0,59}(-[a-z][a-z0-9_]{0,59}(-check)?)?\Z"), max_size=30
    )
)
def test_cell_ids_are_legal_and_never_shared(grade_ids: set[str]) -> None:
    ids = {cell_id(name) for name in grade_ids}
    assert len(ids) == len(grade_ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in ids)


def test_long_ids_that_differ_at_the_end_only_stay_apart() -> None:
    assert cell_id("x" * 80 + "-check") != cell_id("x" * 80 + "-prompt")


@pytest.mark.slow
def test_nbgrader_generates_a_release_whose_cells_keep_their_shape(tmp_path: Path) -> None:
    source = tmp_path / "source" / "a01_slopes"
    source.mkdir(parents=True)
    (source / "a01_slopes.ipynb").write_bytes(to_notebook(model(), solutions=SOLUTIONS))
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "a01_slopes", "--no-db"]
    path = str(Path(sys.executable).parent)
    run = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PATH": path, "HOME": str(tmp_path)},
    )
    assert run.returncode == 0, run.stderr
    released = (tmp_path / "release" / "a01_slopes" / "a01_slopes.ipynb").read_bytes()
    cells, ours = _cells(released), _cells(to_notebook(model()))
    assert b"SOLUTION-SECRET" not in released
    assert cells["square_derivative-by_hand"]["source"][0] == "def d_square(w):\n"
    for name, cell in ours.items():
        if cell["metadata"]["nbgrader"]["locked"]:
            assert cells[name] == cell
