"""Opening a course that was found sound before takes no second look, unless anything changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from course.minimal import EXERCISE, SOLUTION
from gradeprop.cli.selection import open_course
from gradeprop.course import load
from gradeprop.errors import CourseError
from gradeprop.records.files import sound


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been compared so far."""
    seen: list[str] = []

    def note(files: Any, crosscheck: Any = load.crosscheck) -> Any:
        seen.append("once more")
        return crosscheck(files)

    monkeypatch.setattr(load, "crosscheck", note)
    return seen


@pytest.fixture
def graded(course: Path) -> Path:
    """A course in which something has been graded."""
    (course / ".gradeprop").mkdir()
    return course


def test_a_sound_course_is_compared_once(graded: Path, compared: list[str]) -> None:
    first = open_course(graded)
    assert open_course(graded) == first
    assert len(compared) == 1


def test_a_change_is_compared_again_and_told(graded: Path, compared: list[str]) -> None:
    open_course(graded)
    (graded / SOLUTION).unlink()
    for _ in range(2):  # what is not sound is never noted
        with pytest.raises(CourseError, match="solution"):
            open_course(graded)
    assert len(compared) == 3


def test_a_change_while_it_is_read_is_compared(
    graded: Path, compared: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_course(graded)

    def known(root: Path, digest: str) -> bool:
        found = sound.known_sound(root, digest)
        text = (graded / EXERCISE).read_text()
        (graded / EXERCISE).write_text(text.replace("lost?", "lost on the way?"))
        return found

    monkeypatch.setattr("gradeprop.cli.selection.known_sound", known)
    _, course = open_course(graded)
    assert len(compared) == 2
    assert "on the way" in str(course)


def test_another_gradeprop_compares_again(
    graded: Path, compared: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_course(graded)
    monkeypatch.setattr(sound, "__version__", "another")
    open_course(graded)
    assert len(compared) == 2


def test_where_nothing_was_graded_nothing_is_written(course: Path, compared: list[str]) -> None:
    before = sorted(course.iterdir())
    open_course(course)
    open_course(course)
    assert sorted(course.iterdir()) == before
    assert len(compared) == 2
