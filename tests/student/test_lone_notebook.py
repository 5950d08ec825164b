"""A released notebook, alone in an empty folder, in a real Jupyter kernel."""

from __future__ import annotations

from ast import literal_eval
from typing import Any

import pytest
from nbgrader.utils import determine_grade

from course.shipped import ROOT
from gradeprop.version import __version__
from student.released import (
    filled,
    released,
    run_in_kernel,
    sample,
    saved_by_colab,
    shown,
    solutions,
)

RIGHT = solutions("a01_slopes")
LOUD = """
import logging, os, sys, warnings
logging.basicConfig(level="INFO")  # its handler keeps the kernel's stderr

def d_square(w):
    print("thousands of lines\\n" * 5000)
    print("to stderr", file=sys.stderr)
    sys.__stderr__.write("to the stream below")
    os.write(2, b"to the descriptor")
    os.system("echo from a child process >&2")
    logging.warning("logged")
    warnings.warn("warned")
    display("shown")
    return 2 * w
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Several notebooks, each in a kernel and an empty folder of its own."""

    def run(text: Any) -> Any:
        return run_in_kernel(text, tmp_path_factory.mktemp("lone"))

    return run


def kinds(cell: Any) -> Any:
    return [
        (output.output_type, output.get("name"))
        if output.output_type == "stream"
        else output.output_type
        for output in cell.outputs
    ]


def grades(cells: Any) -> Any:
    """What plain nbgrader, which knows nothing of us, makes of the executed check cells."""
    return {
        name: determine_grade(cell)
        for name, cell in cells.items()
        if cell.cell_type == "code" and cell.metadata.nbgrader.grade
    }


def test_checks_display_html_and_text_and_end_with_the_share_of_the_points_as_a_number(
    run: Any,
) -> None:
    wrong = sample("square_derivative", "autograd", "value_not_gradient")
    cells = run(filled("a01_slopes", RIGHT | {"square_derivative-autograd": wrong}))
    by_cell = grades(cells)
    assert by_cell.pop("square_derivative-autograd-check") == (0.5, 1.0)
    assert by_cell["square_derivative-by_hand-check"] == (2.0, 2.0)
    assert all(won == of for won, of in by_cell.values())
    for name in grades(cells):
        assert kinds(cells[name]) == ["display_data", "execute_result"]
        assert {"text/plain", "text/html"} <= cells[name].outputs[0].data.keys()
        last = cells[name].outputs[1].data
        assert isinstance(literal_eval(last["text/plain"]), float)
        assert last["text/html"] == ""  # what a notebook shows of it
    text = shown(cells["square_derivative-autograd-check"])
    assert "expected [6.0]" in text
    assert "got      [9.0]" in text
    assert "Where does PyTorch put it?" in " ".join(text.split())


def test_a_blank_notebook_gets_nothing_and_is_told_so_kindly(run: Any) -> None:
    cells = run(filled("a01_slopes", {}))
    assert {won for won, _ in grades(cells).values()} == {0.0}
    text = shown(cells["square_derivative-by_hand-check"])
    assert "Nothing has been written here yet" in text
    assert "run that cell first" in text


def test_saved_by_colab_it_runs_the_same_and_what_student_code_prints_stays_out_of_the_check(
    run: Any,
) -> None:
    cells = run(saved_by_colab(filled("a01_slopes", RIGHT | {"square_derivative-by_hand": LOUD})))
    assert kinds(cells["square_derivative-by_hand-check"]) == ["display_data", "execute_result"]
    assert all(won == of for won, of in grades(cells).values())


def test_the_set_up_cell_answers_and_brings_its_own_gradeprop_where_another_is_installed(
    run: Any,
) -> None:
    other = filled("a01_slopes", RIGHT).replace(f'\\"{__version__}\\", \\"', '\\"9.9.9\\", \\"')
    cells = run(other)
    assert all(won == of for won, of in grades(cells).values())
    said = "".join(output.text for output in cells["a01_slopes-setup"].outputs)
    assert said.splitlines() == [
        "Loading PyTorch …",
        f"Here gradeprop {__version__} is installed. This notebook uses the 9.9.9 in it.",
        f"✓ Ready: Slopes, 5 exercises, 20 points. gradeprop {__version__}",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("assignment", sorted(path.name for path in (ROOT / "exercises").iterdir()))
def test_a_released_notebook_is_small(assignment: str) -> None:
    assert len(released(assignment)) < 250_000


@pytest.mark.slow
@pytest.mark.parametrize("assignment", sorted(path.name for path in (ROOT / "exercises").iterdir()))
def test_every_assignment_gives_all_for_solutions_and_nothing_for_starters(
    run: Any, assignment: str
) -> None:
    for answers, share in ((solutions(assignment), 1.0), ({}, 0.0)):
        for won, of in grades(run(filled(assignment, answers))).values():
            assert won == pytest.approx(share * of)
