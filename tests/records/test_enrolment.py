"""Who belongs to the class."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gradeprop.records.enrolment import enrolled_in
from records.graded_class import small_course


def test_without_nbgrader_a_gradebook_that_is_there_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = small_course(tmp_path)
    (tmp_path / "gradebook.db").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    assert enrolled_in(tmp_path, course) == {}


def test_no_gradebook_is_made(tmp_path: Path) -> None:
    assert enrolled_in(tmp_path, small_course(tmp_path)) == {}
    assert not (tmp_path / "gradebook.db").exists()
