"""A new course, and whether it is valid; that it verifies is tried with the commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gradeprop.course.load import load_course
from gradeprop.course.schema import schemas
from gradeprop.errors import UsageError
from gradeprop.records.starting.new_course import start_course


def test_a_new_course_is_valid_and_has_what_an_instructor_needs(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "course"
    written = start_course(folder)
    assert written == sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    assert {"README.md", ".gitignore", "nbgrader_config.py"} <= set(written)
    assert {path.name for path in (folder / "schemas").iterdir()} == set(schemas())
    (assignment,) = load_course(folder).assignments
    kinds = {part.kind for _, part in assignment.parts()}
    assert kinds == {"code", "choice", "explanation"}


@pytest.mark.parametrize(
    ("holds", "said"),
    [
        ("notes.txt", r"is not empty: it holds notes\.txt; name a new folder"),
        ("course.yaml", "there is a course already; `gradeprop new"),
    ],
)
def test_a_folder_that_holds_something_is_refused_in_words(
    tmp_path: Path, holds: str, said: str
) -> None:
    (tmp_path / holds).write_text("mine")
    with pytest.raises(UsageError) as refused:
        start_course(tmp_path)
    assert re.search(said, str(refused.value))
    assert [path.name for path in tmp_path.iterdir()] == [holds]


def test_a_folder_that_git_has_been_told_of_is_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert "course.yaml" in start_course(tmp_path)
