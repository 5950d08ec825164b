"""An instructor in formgrader, with the mouse: autograde, mark an explanation, comment, regrade;
and the page that a student then opens."""

from __future__ import annotations

import re
from typing import Any

import pytest

from browser.jupyter import Jupyter
from gradeprop.records.files.results import read_result
from records.graded_class import ASSIGNMENT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROSE = "explain_sign-why"
COMMENT = "Name the loss, too."


def row_of(page: Any, server: Jupyter, student: str) -> Any:
    page.goto(f"{server.url}/formgrader/manage_submissions/{ASSIGNMENT}")
    row = page.locator("#main-table tr").filter(has_text=student)
    row.wait_for()
    return row


def press(page: Any, row: Any, button: str) -> str:
    """Press a button of a row; what the dialog that follows says."""
    row.locator(f".{button} a").click()
    dialog = page.locator(".modal-dialog")
    dialog.get_by_text("Log Output").wait_for(timeout=180_000)
    said: str = dialog.inner_text()
    dialog.get_by_role("button", name="OK").click()
    dialog.wait_for(state="hidden")
    return said


def score(page: Any, server: Jupyter, student: str) -> tuple[str, str]:
    """Status and score, as the list of submissions shows them."""
    row = row_of(page, server, student)
    return row.locator(".status").inner_text().strip(), row.locator(".score").inner_text().strip()


def open_answers(page: Any, server: Jupyter, student: str) -> None:
    page.goto(f"{server.url}/formgrader/gradebook/{ASSIGNMENT}/{ASSIGNMENT}")
    row = page.locator("#main-table tr").filter(
        has=page.locator(f".name-shown:text-is('{student}')")
    )
    row.locator("td.reveal .name-hidden").click()  # names are hidden until asked for
    row.locator("a.name-shown").click()
    page.locator(f"#{PROSE}").wait_for()
    page.wait_for_load_state("networkidle")  # the marks come after the page


def enter(page: Any, field: str, text: str, kind: str) -> None:
    """Fill in a field and leave it, upon which formgrader saves it."""
    with page.expect_response(
        lambda answer: f"/api/{kind}/" in answer.url and answer.request.method == "PUT"
    ) as saved:
        page.locator(f"#{field}").fill(text)
        page.locator(f"#{field}").blur()
    assert saved.value.ok


def test_what_an_instructor_gives_by_hand_outlives_a_regrade_and_reaches_the_student(
    page: Any, instructor: Jupyter
) -> None:
    root = instructor.folder
    page.goto(f"{instructor.url}/formgrader")
    page.locator("#main-table").get_by_text(ASSIGNMENT).wait_for()
    assert score(page, instructor, "bob") == ("needs autograding", "")

    assert "Success" in press(page, row_of(page, instructor, "bob"), "autograde")
    result = read_result(root, ASSIGNMENT, "bob")
    assert result is not None
    assert result.isolation in {"full", "restricted"}
    assert score(page, instructor, "bob") == ("needs manual grading", "1 / 6")

    open_answers(page, instructor, "bob")
    assert "Was the 2 of 2w lost?" in page.locator("body").inner_text()
    enter(page, PROSE, "1.5", "grade")
    enter(page, f"{PROSE}-comment", COMMENT, "comment")
    assert score(page, instructor, "bob") == ("graded", "2.5 / 6")

    assert "Success" in press(page, row_of(page, instructor, "bob"), "autograde")
    assert score(page, instructor, "bob") == ("graded", "2.5 / 6")
    open_answers(page, instructor, "bob")
    assert page.locator(f"#{PROSE}").input_value() == "1.5"
    assert page.locator(f"#{PROSE}-comment").input_value() == COMMENT

    assert "Success" in press(page, row_of(page, instructor, "bob"), "generate-feedback")
    page.goto((root / "feedback" / "bob" / ASSIGNMENT / f"{ASSIGNMENT}.html").as_uri())
    told = page.locator("body").inner_text()
    assert re.search(r"Score: 2\.5 / 6", told)
    for words in (COMMENT, "Was the 2 of 2w lost?"):
        assert words in told


@pytest.mark.parametrize(
    "place",
    [
        "manage_assignments",
        "gradebook",
        "manage_students",
        "manage_students/ada",
        "gradebook/a01_slopes",
    ],
)
def test_every_page_of_formgrader_opens_without_an_error(
    page: Any, instructor: Jupyter, place: str
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("response", lambda answer: errors.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{instructor.url}/formgrader/{place}")
    page.locator("#main-table tr").first.wait_for()
    assert errors == []
