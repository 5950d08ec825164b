"""The last cell of a released notebook, in a real Jupyter kernel."""

from __future__ import annotations

import json
from typing import Any

import pytest
from nbgrader.utils import determine_grade, is_grade

from student.released import filled, run_in_kernel, sample, saved_by_colab, shown, solutions

RIGHT = solutions("a01_slopes")
NAME = "a01_slopes-progress"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A notebook in a kernel and an empty folder of its own."""

    def run(text: Any) -> Any:
        return run_in_kernel(text, tmp_path_factory.mktemp("progress"))

    return run


def words(cell: Any) -> str:
    return " ".join(shown(cell).split())


def test_it_displays_a_table_and_gives_nothing_else(run: Any) -> None:
    wrong = sample("square_derivative", "autograd", "value_not_gradient")
    cells = run(filled("a01_slopes", RIGHT | {"square_derivative-autograd": wrong}))
    (output,) = cells[NAME].outputs
    assert output.output_type == "display_data"
    assert output.data["text/html"].count("<table") == 1
    assert "✗ not yet: The slope of a square 1 of 2 parts passed;" in words(cells[NAME])
    assert "✓ passed: A slope from two values" in words(cells[NAME])
    assert "next: Go on with “The slope of a square – " in words(cells[NAME])


def test_on_colab_a_blank_notebook_is_not_begun_and_told_where_to_begin(run: Any) -> None:
    cells = run(saved_by_colab(filled("a01_slopes", {})))
    said = words(cells[NAME])
    assert said.count("○ not begun: ") == said.count("no points sure yet") == 5
    assert "What to do next: Begin “A slope from two values”" in said


def test_with_everything_right_it_says_what_is_left_for_a_person(run: Any) -> None:
    cells = run(filled("a01_slopes", RIGHT))
    assert "✗" not in words(cells[NAME])
    assert "Every check has passed. See that you have written what is asked for" in words(
        cells[NAME]
    )
    assert words(cells[NAME]).endswith("Save, then hand in as your course says.")


def test_plain_nbgrader_gives_nothing_for_it(run: Any) -> None:
    cells = run(filled("a01_slopes", RIGHT))
    assert not is_grade(cells[NAME])
    total = sum(
        determine_grade(cell)[1]
        for cell in cells.values()
        if cell.cell_type == "code" and is_grade(cell)
    )
    assert total == sum(
        cell["metadata"]["nbgrader"]["points"]
        for cell in json.loads(filled("a01_slopes", {}))["cells"]
        if cell["metadata"]["nbgrader"]["grade"] and cell["cell_type"] == "code"
    )
