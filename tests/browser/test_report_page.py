"""A class's report as an instructor has it: wide and narrow, in the dark, on paper, by keyboard, and
with axe-core."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gradeprop.records.files.results import write_result
from gradeprop.records.report.course_figures import course_figures
from gradeprop.records.report.history import history
from gradeprop.records.report.write import desk, reported, write_class, write_course
from records.report.classes import assignment, course, drawn

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report of a class of sixty, and the course's."""
    root = tmp_path_factory.mktemp("reported")
    elsewhere = course().model_copy(update={"root": str(root)})
    made = {}
    for name in ("a04_descent", "a05_backprop"):
        for result in drawn(assignment(name), 60):
            write_result(root, result)
    past = history(elsewhere)
    shared = desk(elsewhere, root / "submitted", past, NOW, None)
    classes = []
    for name in ("a04_descent", "a05_backprop"):
        found = reported(shared, assignment(name))
        made[name] = write_class(shared, assignment(name), found)
        classes.append(found.figures)
    made["course"] = write_course(shared, course_figures(elsewhere, classes, past))
    return made


def open_all(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["a04_descent", "course"])
def test_axe_finds_nothing(page: Any, pages: dict[str, Path], name: str, scheme: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-core")
    page.emulate_media(color_scheme=scheme)
    page.goto(pages[name].as_uri())
    open_all(page)
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("name", ["a04_descent", "course"])
def test_nothing_sticks_out(page: Any, pages: dict[str, Path], name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(pages[name].as_uri())
    open_all(page)
    assert not page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


def test_on_a_phone_every_check_can_be_read_whole(page: Any, pages: dict[str, Path]) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(pages["a04_descent"].as_uri())
    assert page.evaluate("document.querySelector('.checks tbody th[scope=row]').clientWidth") > 300
    right = "[...document.querySelectorAll('.checks td')].map(e => e.getBoundingClientRect().right)"
    assert max(page.evaluate(right)) <= 400


def test_a_table_that_goes_on_to_the_side_has_a_shadow_there(
    page: Any, pages: dict[str, Path]
) -> None:
    """It is at the right edge of the map until that has been scrolled to its end."""
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(pages["a04_descent"].as_uri())
    wide = page.locator("#map .wide")
    assert wide.evaluate("e => e.scrollWidth > e.clientWidth")
    box = wide.bounding_box()
    page.locator("#map table").evaluate("e => { e.style.visibility = 'hidden'; }")

    def edge() -> bytes:
        """The outermost pixels."""
        clip = {"x": box["x"] + box["width"] - 3, "y": box["y"], "width": 3, "height": 3}
        return bytes(page.screenshot(full_page=True, clip=clip))

    before = edge()
    wide.evaluate("e => { e.scrollLeft = e.scrollWidth; }")
    assert edge() != before


def test_the_map_has_everybody_and_its_letters_are_those_of_the_list(
    page: Any, pages: dict[str, Path]
) -> None:
    page.goto(pages["a04_descent"].as_uri())
    open_all(page)
    assert page.locator(".map tbody tr").count() == 60
    listed = set(page.locator(".causes .sign").all_inner_texts())
    on_map = {text for text in page.locator(".map td abbr").all_inner_texts() if text.isupper()}
    assert on_map == listed


def test_the_picture_is_shown_and_on_paper_the_map_is_there(
    page: Any, pages: dict[str, Path]
) -> None:
    page.goto(pages["a04_descent"].as_uri())
    assert page.locator("#glance img").evaluate("e => e.complete && e.naturalWidth > 100")
    page.emulate_media(media="print")
    assert page.locator("header nav").is_hidden()
    assert page.locator(".map tbody tr").last.is_visible()


def test_the_links_at_the_top_lead_there_by_keyboard(page: Any, pages: dict[str, Path]) -> None:
    page.goto(pages["a04_descent"].as_uri())
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(":target").get_attribute("id") == "checks"
