"""Plots where students see them: loaded, within the page, and allowed by its policy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.public.checking import PublicCheck, PublicReport
from gradeprop.grading.public.present import ReportView
from gradeprop.grading.result.plot import Plot, Series
from gradeprop.records.feedback.page import page as feedback_page
from gradeprop.records.feedback.render import render
from records.graded_class import small_course
from records.marked_class import marked, wrong

pytestmark = pytest.mark.slow

GRID = [(float(x), float(y), x + 1.0, y - 1.0) for y in range(3) for x in range(4)]
WALK = [(0.0, 0.0, 0.0), (1.0, 2.0, 1.0), (1.5, 2.5, 2.0)]
PLOTS = {
    "curve": Plot(
        "curve",
        "f(x)",
        ("x", "f(x)"),
        (Series("expected", ((0.0, 0.0), (1.0, 2.0))), Series("got", ((0.0, 1.0), (1.0, -2.0)))),
    ),
    "field": Plot(
        "field",
        "room(temps)",
        ("column", "row"),
        (
            Series("expected", tuple(GRID)),
            Series("got", tuple((x, y, dy, dx) for x, y, dx, dy in GRID)),
        ),
    ),
    "path": Plot(
        "path",
        "fit(x, y, lr=0.1, steps=2)",
        ("a", "b"),
        (
            Series("expected", tuple(WALK)),
            Series("got", tuple((b, a, steps) for a, b, steps in WALK)),
        ),
        contours=(((-1.0, -1.0), (3.0, 0.0), (2.0, 4.0)),),
    ),
}


def checked(plot: Plot) -> str:
    """What ``gp.check`` displays."""
    judgement = Judgement("failed", "Not so.", asked="f(1.0)", plot=plot)
    check = PublicCheck("slopes", "The slopes are right.", 1.0, judgement)
    return ReportView([PublicReport("squares", "p", "Squares", 1.0, 0, (check,))])._repr_html_()


def handed_in(plot: Plot, folder: Path) -> str:
    """The feedback page of a public check with this plot."""
    course, result = small_course(folder / "course"), wrong()
    exercise, *others = result.exercises
    part = exercise.parts[0]
    failed = replace(part.checks[0], status="failed", score=0.0, report="Not so.", plot=plot)
    part = replace(part, checks=(failed, *part.checks[1:]))
    result = replace(result, exercises=(replace(exercise, parts=(part,)), *others))
    return render(feedback_page(course, course.assignments[0], marked(result), {})).decode()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("kind", PLOTS)
def test_a_picture_is_seen_and_widens_no_page(
    page: Any, tmp_path: Path, kind: str, width: int
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.set_viewport_size({"width": width, "height": 900})
    pages = {
        "img[alt^='Plot of']": f"<!DOCTYPE html><title>t</title>{checked(PLOTS[kind])}",
        "svg:has(> desc)": handed_in(PLOTS[kind], tmp_path),
    }
    for where, html in pages.items():
        file = tmp_path / "shown.html"
        file.write_text(html, encoding="utf-8")
        page.goto(file.as_uri())
        picture = page.locator(where)
        picture.wait_for()
        assert picture.bounding_box()["width"] >= 400
        if where.startswith("img"):
            assert picture.evaluate("image => image.complete && image.naturalWidth >= 400")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert said == []  # the page's policy has refused nothing


def test_a_picture_has_its_name_for_whoever_does_not_see_it(page: Any, tmp_path: Path) -> None:
    for kind, plot in PLOTS.items():
        for html in (checked(plot), handed_in(plot, tmp_path / kind)):
            page.set_content(html)
            shown = page.get_by_role("img", name=f"Plot of {plot.what}: expected and got")
            assert shown.count() == 1
