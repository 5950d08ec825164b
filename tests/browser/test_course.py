"""Every notebook of the course in JupyterLab, filled with the solutions, run from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from browser.jupyter import Jupyter, jupyter
from browser.test_lab import from_menu, run_all, save
from gradeprop.course.load import load_course
from gradeprop.grading.run.publish import release_of
from gradeprop.grading.verify import filled_in
from gradeprop.notebook.render import to_notebook

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

COURSE = load_course(Path(__file__).parents[2])
WIDTH = 1280
WHOLE = {"width": WIDTH, "height": 16_000}  # JupyterLab draws what is in view, and no more
ALL_HAVE_RUN = """cells => {
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt')];
    return document.querySelectorAll('.jp-CodeCell').length === cells
        && prompts.every(prompt => /^\\[\\d+\\]:/.test(prompt.innerText));
}"""
UNREADABLE = """() => [
    ...[...document.querySelectorAll('.jp-RenderedMarkdown mjx-merror')].map(e => e.outerHTML),
    ...[...document.querySelectorAll('.jp-Notebook img')]
        .filter(image => !image.complete || image.naturalWidth === 0 || !image.alt)
        .map(image => image.outerHTML.slice(0, 200)),
]"""
MATHS = ".jp-RenderedMarkdown mjx-container"


@pytest.fixture(scope="module")
def lab(exchange: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """A student's server whose folder holds all assignments, solved."""
    folder = tmp_path_factory.mktemp("solved")
    for assignment in COURSE.assignments:
        hand_out(assignment, folder / assignment.id)
    with jupyter(folder, tmp_path_factory.mktemp("solver"), exchange) as server:
        yield server


def hand_out(assignment: Any, folder: Path) -> None:
    """Write the release with the solutions in it. What wrong answers are told is left out, which
    takes a sandbox and seconds to find."""
    release = release_of(COURSE, assignment)
    answers = {
        (exercise.slug, part): text
        for exercise in assignment.exercises
        for part, text in exercise.solution.items()
    }
    folder.mkdir()
    (folder / f"{assignment.id}.ipynb").write_bytes(to_notebook(filled_in(release, answers)))
    for name, content in release.files.items():
        (folder / name).write_bytes(content)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for a picture of each notebook, to be looked at."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.mark.parametrize("assignment", [assignment.id for assignment in COURSE.assignments])
def test_a_solved_notebook_runs_and_every_check_gives_its_points(
    page: Any, lab: Jupyter, pictures: Path, assignment: str
) -> None:
    path = lab.folder / assignment / f"{assignment}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    page.set_viewport_size(WHOLE)
    page.goto(f"{lab.url}/lab/tree/{assignment}/{assignment}.ipynb?reset")
    page.locator(".jp-Cell").first.wait_for()
    page.get_by_text("| Idle").wait_for()
    run_all(page)
    code = sum(cell.cell_type == "code" for cell in cells)
    page.wait_for_function(ALL_HAVE_RUN, arg=code, timeout=90_000)
    save(page)
    end = page.locator(".jp-Cell").last.bounding_box()
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": end["y"] + end["height"]}
    page.screenshot(path=pictures / f"{assignment}.png", clip=clip)
    assert page.evaluate(UNREADABLE) == []
    assert page.locator(MATHS).count() > 0
    from_menu(page, "Kernel", "Shut Down Kernel")

    saved = nbformat.read(path, as_version=4)
    outputs = [output for cell in saved.cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if output.output_type == "error"] == []
    checks = {cell.id: cell for cell in saved.cells if cell.id.endswith("-check")}
    assert checks
    points = {name: cell.metadata.nbgrader.points for name, cell in checks.items()}
    assert {name: earned(cell) for name, cell in checks.items()} == points


def earned(check: Any) -> float:
    """The last value of a check cell, as nbgrader reads it."""
    (value,) = (item for item in check.outputs if item.output_type == "execute_result")
    return float(value.data["text/plain"])
