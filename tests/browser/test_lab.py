"""A student in JupyterLab: fetch, answer, run all, check, validate, save, submit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from browser.jupyter import Jupyter
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.nbgrader.grading import Order, deliver
from records.graded_class import ASSIGNMENT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROSE = "The loss falls as w rises, so w should rise."
RIGHT = "def d_square(w):\n    return 2 * w\n"


def from_menu(page: Any, menu: str, item: str) -> None:
    page.locator(".lm-MenuBar-itemLabel").get_by_text(menu, exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()


def assignments(page: Any, server: Jupyter) -> Any:
    """nbgrader's list of assignments, in a tab of its own."""
    page.goto(f"{server.url}/lab?reset")
    from_menu(page, "Nbgrader", "Assignment List")
    listed = page.locator("#assignments")
    listed.wait_for()
    return listed


def open_notebook(page: Any, server: Jupyter) -> None:
    page.goto(f"{server.url}/lab/tree/{ASSIGNMENT}/{ASSIGNMENT}.ipynb?reset")
    page.locator(".jp-Cell").first.wait_for()
    page.get_by_text("| Idle").wait_for()


def write(page: Any, old: str, new: str, kind: str = "Code") -> None:
    """Replace the text of the cell that has ``old`` in it."""
    page.locator(f".jp-{kind}Cell .cm-content").filter(has_text=old).click()
    page.locator(f".jp-{kind}Cell .cm-editor.cm-focused").wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(new)


def run_all(page: Any) -> None:
    from_menu(page, "Run", "Run All Cells")


def save(page: Any) -> None:
    page.keyboard.press("Control+s")
    page.locator(".lm-DockPanel-tabBar .jp-mod-current:not(.jp-mod-dirty)").wait_for()


def validate(page: Any) -> str:
    """Press nbgrader's button; what the dialog says."""
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog").filter(has_text="Validation")
    dialog.wait_for(timeout=180_000)
    said: str = dialog.inner_text()
    dialog.locator("button").last.click()
    dialog.wait_for(state="detached")
    return said


def graded(course: Path, student: str) -> SubmissionResult:
    (result,) = deliver(Order(course, ASSIGNMENT, course / "submitted", (student,))).results
    return result


def test_a_student_fetches_works_checks_validates_and_submits(
    page: Any, instructor: Jupyter, student: Jupyter
) -> None:
    instructor.nbgrader("release_assignment", ASSIGNMENT)
    assignments(page, student).get_by_role("button", name="Fetch").click()
    page.locator("#fetched_assignments_list").get_by_role("button", name="Submit").wait_for()

    open_notebook(page, student)
    run_all(page)
    shown = page.locator(".jp-OutputArea-output")
    shown.get_by_text("Nothing has been written here yet").first.wait_for()
    write(page, "def d_square", RIGHT)
    run_all(page)
    shown.get_by_text("1 of 1 check passed").wait_for()
    shown.get_by_text("Not begun yet. It is worth").wait_for()

    save(page)
    told = validate(page)
    assert "explain_sign" in told
    assert "Success" not in told
    write(page, "direction = None", 'direction = "increase"')
    run_all(page)
    page.wait_for_function(
        "() => document.body.innerText.split('1 of 1 check passed').length === 3"
    )
    page.locator(".jp-MarkdownOutput").get_by_text("Write your explanation here.").dblclick()
    write(page, "Write your explanation here.", PROSE, "Markdown")
    page.keyboard.press("Shift+Enter")
    page.locator(".jp-MarkdownOutput").get_by_text(PROSE).wait_for()
    save(page)
    assert "Your notebook passes all the tests" in validate(page)

    saved = nbformat.read(student.folder / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
    assert {RIGHT, PROSE} <= {cell.source for cell in saved.cells}
    assignments(page, student).get_by_role("button", name="Submit").click()
    page.locator("#submitted_assignments_list").get_by_text(ASSIGNMENT).first.wait_for()

    instructor.nbgrader("collect", ASSIGNMENT)
    (who,) = {path.name for path in (instructor.folder / "submitted").iterdir()} - {"ada", "bob"}
    result = graded(instructor.folder, who)
    assert result.auto_score == 4.0
    assert result.status == "needs_manual"
