"""What a person sees in formgrader, and that nothing of a student's can be executed there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat

from gradeprop.course.model import Course
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records.gradebook.autograded import NotebookRenderer, executed_cells
from gradeprop.records.gradebook.text import inert
from records.graded_class import (
    CHOICE,
    CODE,
    PROSE,
    autograded_cells,
    hand_in,
    ran,
    result_for,
)

SCRIPT = "<script>alert(1)</script>"


def notebook_of(course: Course, release: ReleaseModel, result: Any, folder: Path) -> Path:
    cells = executed_cells(result, folder, release)
    data = NotebookRenderer(release, course.assignments[0]).render(result, cells)
    nbformat.validate(nbformat.reads(data.decode(), as_version=4))
    path = Path(course.root) / "executed.ipynb"
    path.write_bytes(data)
    return path


def test_a_hidden_check_shows_its_words_and_message_only(
    course: Course, release: ReleaseModel
) -> None:
    folder = hand_in(Path(course.root), release, "ada")
    result = result_for("ada", ran(release, {}), hidden=0.0, message="Was the 2 of `2w` lost?")
    check = autograded_cells(notebook_of(course, release, result, folder))[f"{CODE}-check"]
    shown, score = check["outputs"]
    assert "✗ not passed: The answer is the derivative. (0/2)" in shown["data"]["text/plain"]
    assert "Was the 2 of <code>2w</code> lost?" in shown["data"]["text/html"]
    assert "[1.5]" not in json.dumps(check)  # the detail, for instructors
    assert score["data"] == {"text/plain": "1.0"}


def test_a_part_without_score_shows_no_number(course: Course, release: ReleaseModel) -> None:
    folder = hand_in(Path(course.root), release, "ada")
    result = result_for("ada", ran(release, {}), hidden=None)
    outputs = autograded_cells(notebook_of(course, release, result, folder))[f"{CODE}-check"][
        "outputs"
    ]
    assert [output["output_type"] for output in outputs] == ["display_data"]


def test_outputs_that_a_browser_could_execute_are_left_out(
    course: Course, release: ReleaseModel
) -> None:
    folder = hand_in(Path(course.root), release, "ada")
    png = "iVBORw0KGgo="
    data = {
        "text/plain": SCRIPT,
        "text/html": SCRIPT,
        "application/javascript": "alert(1)",
        "image/svg+xml": "<svg onload=alert(1)>",
        "image/png": png,
        "image/jpeg": f'"{SCRIPT}',
    }
    output = {
        "output_type": "display_data",
        "data": data,
        "metadata": {"image/png": {"width": SCRIPT}},
    }
    cells = ran(release, {}, **{CODE.replace("-", "_"): output})
    path = notebook_of(course, release, result_for("ada", cells), folder)
    (kept,) = autograded_cells(path)[CODE]["outputs"]
    assert kept == {
        "output_type": "display_data",
        "data": {"text/plain": SCRIPT, "image/png": png},  # text is escaped by every page
        "metadata": {},
    }


def test_prose_looks_the_same_and_holds_no_markup() -> None:
    from nbconvert.filters import markdown2html

    hostile = (
        f"{SCRIPT} [x](javascript:alert(1)) ![i](javascript:1) `a<b`\n\n[r]\n\n[r]: "
        f"javascript:alert(1)"
    )
    html = markdown2html(inert(hostile))
    assert "<script" not in html
    assert "href" not in html
    assert "src=" not in html
    assert inert(hostile).replace("\u200b", "") == hostile
    assert inert("w < 0, `w[0]` and $w_1$: *rises*") == "w < 0, `w[0]` and $w_1$: *rises*"


def test_a_deleted_answer_has_a_cell_where_a_person_can_grade(
    course: Course, release: ReleaseModel
) -> None:
    folder = hand_in(Path(course.root), release, "ada")
    cells = tuple(cell for cell in ran(release, {}) if cell.grade_id not in (PROSE, CODE))
    path = notebook_of(course, release, result_for("ada", cells), folder)
    found = autograded_cells(path)
    assert list(found) == [cell.grade_id for cell in release.cells]
    assert "missing" in found[PROSE]["source"]
    assert found[PROSE]["metadata"]["nbgrader"]["points"] == 2


def test_prose_is_there_though_nothing_ran(course: Course, release: ReleaseModel) -> None:
    folder = hand_in(Path(course.root), release, "ada")
    result = replace(result_for("ada", ()), status="needs_manual")
    found = autograded_cells(notebook_of(course, release, result, folder))
    assert found[PROSE]["source"] == "*Write your explanation here.*"
    assert found[CHOICE]["source"] == "direction = None"


def test_extra_cells_stand_where_they_ran(course: Course, release: ReleaseModel) -> None:
    folder = hand_in(Path(course.root), release, "ada")
    cells = ran(release, {})
    extra = replace(cells[3], source="w = 1", grade_id=None)
    result = result_for("ada", (*cells[:4], extra, *cells[4:]))
    names = list(autograded_cells(notebook_of(course, release, result, folder)))
    assert names[4] == "extra-1"
