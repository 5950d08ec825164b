"""The page of `gradeprop similar` on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gradeprop.course.keys import PartKey
from gradeprop.records.similar.compare import compare
from gradeprop.records.similar.gathered import gathered
from gradeprop.records.similar.page import similar_page
from records.graded_class import small_course
from records.similar.codes import LOOP

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

NAMES = ("carl", "edsger", "lise", "radia", "richard")


@pytest.mark.parametrize("width", [400, 500, 700, 1200])
def test_no_word_and_no_percent_is_broken(page: Any, tmp_path: Path, width: int) -> None:
    course = small_course(tmp_path)
    key = PartKey("square_derivative", "by_hand")
    answers = dict.fromkeys(NAMES, LOOP) | {f"other{number}": "x = 1" for number in range(8)}
    by_part = {student: {key: source} for student, source in answers.items()}
    parts = compare(course.assignments[0], by_part)
    found = gathered([pair for part in parts for pair in part.pairs])
    path = tmp_path / "similar.html"
    path.write_bytes(similar_page(course, course.assignments[0], found, parts))
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path.as_uri())
    assert page.locator("tbody tr").count() == 1
    lines = """all => all.filter(e => e.offsetParent).map(
        e => e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).lineHeight))"""
    for height in page.locator("thead th, td.number").evaluate_all(lines):
        assert height < 2
    assert not page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
