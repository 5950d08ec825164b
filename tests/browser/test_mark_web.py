"""Marking in a browser: `gradeprop mark --web`, and its token."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gradeprop.records.gradebook.writer import GradebookWriter
from records.graded_class import (
    ASSIGNMENT,
    PROSE,
    hand_in,
    ran,
    record_now,
    result_for,
    small_course,
    small_release,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TEXTS = {"ada": "It falls to the right.", "bob": "it falls to the right", "cyd": "No idea."}


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    course = small_course(tmp_path)
    release = small_release(course)
    with GradebookWriter(course, release) as writer:
        for student, text in TEXTS.items():
            result = result_for(student, ran(release, {PROSE: text}))
            record_now(writer, result, hand_in(tmp_path, release, student))
    return tmp_path


@pytest.fixture
def address(graded: Path) -> Iterator[str]:
    """Of a server that is ended by Ctrl-C, as its marker would."""
    server = subprocess.Popen(
        [sys.executable, "-m", "gradeprop", "mark", ASSIGNMENT, "--web"],
        cwd=graded,
        env={**os.environ, "COLUMNS": "80"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    found = next(filter(None, (re.search(r"http://\S+", line) for line in server.stderr)))
    yield found[0]
    server.send_signal(2)
    assert server.wait(30) == 0


def scores(root: Path) -> dict[str, float | None]:
    with sqlite3.connect(root / "gradebook.db") as database:
        return dict(
            database.execute(
                "select student_id, manual_score from grade"
                " join base_cell on base_cell.id = grade.cell_id and base_cell.name = ?"
                " join submitted_notebook on submitted_notebook.id = grade.notebook_id"
                " join submitted_assignment"
                " on submitted_assignment.id = submitted_notebook.assignment_id",
                (PROSE,),
            )
        )


def until(root: Path, wanted: dict[str, float | None]) -> None:
    patience = time.monotonic() + 60
    while scores(root) != wanted:
        assert time.monotonic() < patience, scores(root)
        time.sleep(0.2)


def begun(page: Any) -> None:
    """The app has drawn, and its keyboard is heard."""
    page.wait_for_selector("body.-first-byte")
    page.wait_for_function("document.activeElement.classList.contains('xterm-helper-textarea')")
    page.wait_for_timeout(1500)


def test_answers_are_marked_in_a_browser(graded: Path, address: str, page: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda told: asked.append(told.text) if "Policy" in told.text else None)
    page.goto(address)
    begun(page)
    page.keyboard.press("2")
    page.keyboard.press("Enter")  # two students with the same words
    until(graded, {"ada": 1.0, "bob": 1.0, "cyd": None})
    if shots := os.environ.get("GRADEPROP_SHOTS"):
        page.screenshot(path=f"{shots}/mark_web.png")
    page.keyboard.press("1")
    page.wait_for_timeout(3000)  # a key that is still on its way when a page closes is lost
    page.reload()  # closes the page, which keeps the present answer's mark
    begun(page)
    until(graded, {"ada": 1.0, "bob": 1.0, "cyd": 1.0})
    page.keyboard.press("q")
    page.wait_for_selector("body.-closed")
    assert "Every mark that was given is kept." in page.inner_text(".ended")
    assert page.evaluate("document.activeElement.textContent") == "Go on marking"
    page.keyboard.press("Enter")
    begun(page)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    until(graded, {"ada": 2.0, "bob": 2.0, "cyd": 1.0})
    assert asked
    assert [told for told in asked if not told.startswith((address, "data:"))] == []


def test_who_does_not_know_the_token_sees_nothing(address: str, page: Any) -> None:
    base = address.rstrip("/").rpartition("/")[0]
    for wrong in (f"{base}/", f"{base}/{'x' * 43}/", f"{base}/ws", f"{base}/static/js/textual.js"):
        reply = page.goto(wrong)
        assert reply.status == 403
        assert "Open the address that gradeprop mark printed." in page.content()
    assert page.goto(address).status == 200
