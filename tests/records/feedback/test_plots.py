"""A failed public check's plot on the feedback page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from gradeprop.grading.plots.picture import picture
from gradeprop.grading.result.plot import Plot, Series
from gradeprop.records.feedback.page import page
from gradeprop.records.feedback.render import render
from records.graded_class import small_course
from records.marked_class import marked, wrong

LINE = Series("expected", ((0.0, 0.0), (1.0, 2.0)))
PLOT = Plot("curve", "d_square(w)", ("w", "d_square(w)"), (LINE, Series("got", ((0.0, 5.0),))))


def with_plot(plot: Plot) -> Any:
    """A result of which the first check, which is public, has a plot."""
    result = wrong()
    exercise, *others = result.exercises
    part, *parts = exercise.parts
    check, *checks = part.checks
    assert check.public
    failed = replace(check, status="failed", score=0.0, report="Not so.", plot=plot)
    part = replace(part, checks=(failed, *checks))
    return replace(result, exercises=(replace(exercise, parts=(part, *parts)), *others))


@pytest.fixture
def html(tmp_path: Path) -> Any:
    course = small_course(tmp_path)

    def rendered(result: Any) -> str:
        return render(page(course, course.assignments[0], marked(result), {})).decode()

    return rendered


def test_the_page_shows_the_picture_that_gp_check_shows(html: Any) -> None:
    shown = html(with_plot(PLOT))
    assert picture(PLOT).svg in shown
    assert picture(PLOT).svg not in html(wrong())


def test_the_picture_keeps_to_the_pages_policy(html: Any) -> None:
    (drawn,) = re.findall("<svg xmlns.*?</svg>", html(with_plot(PLOT)))
    for element in ElementTree.fromstring(drawn).iter():
        assert element.tag.rpartition("}")[2] not in ("style", "script", "image", "a", "use")
        assert not {"style", "href", "class"} & element.attrib.keys()


def test_whatever_a_result_file_says_is_text(html: Any) -> None:
    evil = "</svg><script>alert(1)</script>"
    shown = html(with_plot(replace(PLOT, what=evil, axes=(evil, evil))))
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
