"""What gets onto the report's page, and what never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gradeprop.records.files.results import write_result
from gradeprop.records.report.causes import CauseFigures
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


@pytest.mark.parametrize(
    ("students", "before", "again", "still", "said"),
    [
        (1, 1, 0, 0, "This student had it in an exercise before."),
        (1, 0, 1, 0, "This student met it again in a later exercise and has it no longer."),
        (3, 0, 1, 1, "1 of them met it again in a later exercise and has it still."),
        (3, 0, 3, 0, "3 of them met it again in a later exercise; none of these have it still."),
        (3, 2, 2, 1, "2 of them had it in an exercise before. 2 of them met it again in a later"),
    ],
)
def test_what_became_of_a_cause_is_told_of_one_as_of_many(
    tmp_path: Path, students: int, before: int, again: int, still: int, said: str
) -> None:
    course = small_course(tmp_path)
    of = course.assignments[0]
    write_result(tmp_path, result_for("ada", ()))
    shared = desk(course, tmp_path / "submitted", history(course), NOW, None)
    found = reported(shared, of)
    ids = tuple(f"s{number}" for number in range(students))
    cause = CauseFigures("A", "ascent", "", ids, (), ids[:before], again, still)
    figures = replace(found.figures, causes=(cause,))
    html = write_class(shared, of, replace(found, figures=figures)).read_text()
    assert said in html
