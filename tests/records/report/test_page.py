"""What never gets onto the report's page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gradeprop.records.files.results import write_result
from gradeprop.records.report.history import history
from gradeprop.records.report.write import desk, reported, write_class
from records.graded_class import result_for, small_course
from records.hostile import HOSTILE, hostile_marks

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_what_students_write_is_text_and_nothing_else(tmp_path: Path) -> None:
    course = small_course(tmp_path)
    of = course.assignments[0]
    write_result(tmp_path, hostile_marks().result)
    write_result(tmp_path, result_for("ada", ()))
    shared = desk(course, tmp_path / "submitted", history(course), NOW, None)
    html = write_class(shared, of, reported(shared, of)).read_text()
    for text in HOSTILE:
        if "<" in text:
            assert text not in html
    assert "script-src" not in html
    assert "default-src &#39;none&#39;" in html


def test_the_same_class_gives_the_same_page(tmp_path: Path) -> None:
    course = small_course(tmp_path)
    of = course.assignments[0]
    for number in range(12):
        write_result(tmp_path, result_for(f"s{number}", (), choice=number % 2))
    pages = []
    for _ in range(2):
        shared = desk(course, tmp_path / "submitted", history(course), NOW, b"k" * 32)
        pages.append(write_class(shared, of, reported(shared, of)).read_bytes())
    assert pages[0] == pages[1]
