"""Each exercise of the course can be found from a symptom, or from what a source text states."""

from __future__ import annotations

from content.named import CODE, known
from course.shipped import ROOT

PAGES = ("symptoms.md", "course-coverage.md")


def test_each_exercise_is_named_on_one_of_the_two_pages() -> None:
    texts = [(ROOT / "docs" / page).read_text(encoding="utf-8") for page in PAGES]
    named = {span.split("/")[0] for text in texts for span in CODE.findall(text)}
    assert sorted(known().keys() - named) == []
