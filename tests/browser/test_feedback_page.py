"""A feedback page as a student has it before them: on three widths, in the dark, on paper, by
keyboard, and with axe-core."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gradeprop.grading.result.questions import Item, Row
from gradeprop.records.answers import Answer
from gradeprop.records.feedback.extras import Extras
from gradeprop.records.feedback.page import page as page_view
from gradeprop.records.feedback.render import render
from gradeprop.records.gradebook.given import PartMark
from gradeprop.records.gradebook.rubric_comment import written
from records.graded_class import small_course, unreadable
from records.hostile import hostile_answers, hostile_marks
from records.marked_class import BY_HAND, COMMIT, WHY, marked, wrong

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

LONG = "def d_square(w):\n    two = 2\n    return w.slope  # " + "and so on " * 30
ROWS = (
    Row("d_square([1.5])", (Item("", "[3.0]", "[1.5]", False),)),
    Row(
        "both([[1.0, 2.0], [3.0, 4.0]])",
        (
            Item("weight", "[[1.0, 2.0],\n [3.0, 4.0]]", "[[1.0, 2.0],\n [3.0, 4.0]]", True),
            Item("bias", ", ".join(["123456789.123"] * 9), "None", False),
        ),
    ),
)


def rich(course: Any) -> bytes:
    """A page with all that a page can have."""
    result = wrong()
    square, sign = result.exercises
    part = square.parts[0]
    public = replace(
        part.checks[0], status="failed", score=0.0, rows=ROWS, more_rows=2, hint="Think of `2w`."
    )
    hidden = replace(part.checks[1], line=3, report="`d_square` raised an error in line 3.")
    part = replace(part, checks=(public, hidden), score=0.0)
    result = replace(
        result,
        exercises=(replace(square, parts=(part,)), sign),
        versions={"submission": "0123456789abcdef"},
        message="One cell was found by its content.",
    )
    rubric = course.assignments[0].exercises[1].spec.parts[1].rubric
    comment = written(rubric, frozenset({"names"}), "Nearly there.")
    marks = marked(
        result,
        {BY_HAND: PartMark(0.0), COMMIT: PartMark(1.0), WHY: PartMark(None, 1.0, 0.0, comment)},
        penalty=0.5,
    )
    answers = {
        BY_HAND: Answer(LONG, "printed " * 90),
        COMMIT: Answer("direction = 1"),
        WHY: Answer("The loss falls."),
    }
    extras = Extras(True, tuple(float(total) for total in range(7)) * 2)
    return render(page_view(course, course.assignments[0], marks, answers, extras))


@pytest.fixture
def address(tmp_path: Path) -> str:
    return written_to(tmp_path, rich(small_course(tmp_path / "course")))


def written_to(folder: Path, html: bytes) -> str:
    path = folder / "page.html"
    path.write_bytes(html)
    return path.as_uri()


def open_all(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


def sticks_out(page: Any) -> bool:
    found: bool = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return found


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("kind", ["rich", "unreadable", "hostile"])
def test_nothing_sticks_out_and_code_scrolls_in_its_own_box(
    page: Any, tmp_path: Path, kind: str, width: int
) -> None:
    course = small_course(tmp_path / "course")
    assignment = course.assignments[0]
    html = {
        "rich": lambda: rich(course),
        "unreadable": lambda: render(page_view(course, assignment, marked(unreadable("eve")), {})),
        "hostile": lambda: render(
            page_view(course, assignment, hostile_marks("w" * 300), hostile_answers("x" * 300))
        ),
    }[kind]()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(written_to(tmp_path, html))
    open_all(page)
    assert not sticks_out(page)
    if kind == "rich":
        assert page.evaluate(
            "(e => e.scrollWidth > e.clientWidth)(document.querySelector('.code'))"
        )


def test_begin_here_leads_to_the_check(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="The slope of a square").first.click()
    marked_check = page.locator(":target")
    assert "Begin here" in marked_check.inner_text()
    assert marked_check.evaluate("e => e.getBoundingClientRect().top") < 800
    assert page.locator(".badge").count() == 1


def test_a_line_is_found_even_in_code_that_is_folded_away(page: Any, address: str) -> None:
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = false)")
    page.get_by_role("link", name="Show line 3").click()
    line = page.locator("#part-1-1-line-3")
    line.wait_for(state="visible")
    assert "return w.slope" in line.inner_text()
    assert page.locator(".stop").first.inner_text().startswith("▲ line 3: ")


def test_the_keyboard_opens_what_is_folded_and_focus_is_seen(page: Any, address: str) -> None:
    page.goto(address)
    folded = page.locator("summary", has_text="How the class did")
    for _ in range(60):
        page.keyboard.press("Tab")
        if folded.evaluate("e => e === document.activeElement"):
            break
    assert folded.evaluate("e => e === document.activeElement"), "Tab never came there"
    assert folded.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    table = page.get_by_role("table").filter(has_text="you are here")
    table.wait_for(state="visible")
    assert table.locator("th[scope=row]").count() == 7


def test_headings_go_down_one_step_at_a_time(page: Any, address: str) -> None:
    page.goto(address)
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(one => +one.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_without_styles_the_words_say_all(page: Any, address: str) -> None:
    page.goto(address)
    page.evaluate("document.querySelectorAll('style').forEach(one => one.remove())")
    text = page.locator("body").inner_text()
    for words in ("Begin here", "not passed", "met:", "expected"):
        assert words in text
    assert "line 3: your code stopped here" in text


def test_on_paper_all_is_there(page: Any, address: str) -> None:
    page.goto(address)
    page.emulate_media(media="print")
    for words in ("A solution", "How the class did", "Ask for a second look"):
        inside = page.locator("details", has_text=words).last.locator("> :nth-child(2)")
        assert inside.evaluate("e => e.getBoundingClientRect().height") > 0, words
    assert page.locator("textarea").is_hidden()
    assert page.locator(".paper").is_visible()
    assert not page.evaluate(
        "(e => e.scrollWidth > e.clientWidth)(document.querySelector('.code'))"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["rich", "unreadable"])
def test_axe_finds_nothing(page: Any, tmp_path: Path, scheme: Any, kind: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-core")
    course = small_course(tmp_path / "course")
    eve = page_view(course, course.assignments[0], marked(unreadable("eve")), {})
    page.emulate_media(color_scheme=scheme)
    page.goto(written_to(tmp_path, rich(course) if kind == "rich" else render(eve)))
    open_all(page)
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
