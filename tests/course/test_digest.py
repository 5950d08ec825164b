from __future__ import annotations

from pathlib import Path

import pytest

from course.minimal import EXERCISE, GRADER, SOLUTION, course_files, write_course
from gradeprop.course.digest import course_digest


def test_the_digest_depends_on_names_and_bytes_only(tmp_path: Path) -> None:
    one = course_digest(write_course(tmp_path / "one"))
    two = course_digest(
        write_course(tmp_path / "two", {"graders/__pycache__/x.pyc": b"1", "README.md": "x"})
    )
    assert one == two
    assert len(one) == 64


@pytest.mark.parametrize("name", ["course.yaml", EXERCISE, SOLUTION, GRADER])
def test_any_changed_byte_changes_the_digest(tmp_path: Path, name: str) -> None:
    before = course_digest(write_course(tmp_path))
    assert course_digest(write_course(tmp_path, {name: course_files()[name] + "\n"})) != before


def test_a_renamed_file_changes_the_digest(tmp_path: Path) -> None:
    before = course_digest(write_course(tmp_path))
    (tmp_path / SOLUTION).rename(tmp_path / "solutions/a01_slopes/renamed.py")
    assert course_digest(tmp_path) != before


def test_content_cannot_pass_for_a_name(tmp_path: Path) -> None:
    one = write_course(tmp_path / "one", {"graders/a": "b", "graders/ab": ""})
    two = write_course(tmp_path / "two", {"graders/a": "", "graders/ab": "b"})
    assert course_digest(one) != course_digest(two)
