"""What the pages name and the course has not yet: it shrinks to nothing."""

from __future__ import annotations

from content.named import NOT_YET, ROOT, known

PAGES = [ROOT / "docs" / f"{page}.md" for page in ("course-coverage", "symptoms")]


def test_no_exercise_that_exists_is_listed_as_missing() -> None:
    assert NOT_YET & known().keys() == set(), "take these off NOT_YET in tests/content/named.py"


def test_what_is_listed_as_missing_is_named_on_a_page() -> None:
    texts = " ".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert {slug for slug in NOT_YET if f"`{slug}" not in texts} == set()
