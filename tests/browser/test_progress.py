"""Where a student stands, in a real browser: axe-core finds nothing wrong with it, in light and in
dark, narrow and wide, and where it is too wide it can be moved by keyboard."""

from __future__ import annotations

from typing import Any

import pytest

from gradeprop.grading.public.progress import ProgressView
from gradeprop.grading.public.standing import (
    ExerciseStanding,
    PartStanding,
    State,
    Written,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# JupyterLab's own colours of text and ground.
NOTEBOOKS = {
    "light": "background: #ffffff; color: rgba(0, 0, 0, .87)",
    "dark": "background: #111111; color: rgba(255, 255, 255, 1)",
}
STATES: tuple[State, ...] = ("passed", "not yet", "not begun", "not checked", "stopped", "error")


def exercise(state: State) -> ExerciseStanding:
    parts = tuple(
        PartStanding("A part", 3.0, found, found == "passed", 1, float(found == "passed"), 2.0)
        for found in ("passed", state)
    )
    return ExerciseStanding(f"An exercise: {state}", parts, (Written("Own words", 2.0),))


VIEW = ProgressView([*map(exercise, STATES), ExerciseStanding("Explain", (), (Written("w", 1.0),))])


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", NOTEBOOKS)
def test_it_can_be_read_by_everybody(page: Any, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(
        f'<!doctype html><html lang="en"><title>{scheme}</title>'
        f'<body style="{NOTEBOOKS[scheme]}"><main><h1>1</h1>{VIEW._repr_html_()}</main>'
    )
    found = axe.run(page).response["violations"]
    assert [item["id"] for item in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_narrow_screen_is_moved_sideways_by_keyboard(page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.set_content(VIEW._repr_html_())
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('table').parentElement.scrollLeft > 0")
