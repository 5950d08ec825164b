"""The due date of course.yaml in nbgrader's gradebook."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course.minimal import replaced
from gradeprop.records.gradebook.writer import GradebookWriter
from records.graded_class import ASSIGNMENT, small_course, small_release
from zones import machine_in


def written_due(root: Path, line: str) -> datetime | None:
    """Open the gradebook of a course with this line in its assignment; return what it holds."""
    changes = replaced("course.yaml", "    title: Slopes\n", f"    title: Slopes\n{line}")
    course = small_course(root, dict(changes))
    with GradebookWriter(course, small_release(course)):
        pass
    with Gradebook(f"sqlite:///{root}/gradebook.db", course.spec.id) as gradebook:
        due: datetime | None = gradebook.find_assignment(ASSIGNMENT).duedate
    return due


@pytest.mark.parametrize(
    ("due", "in_utc"),
    [
        ("2026-09-30T23:59+02:00", datetime(2026, 9, 30, 21, 59)),
        ("2026-09-30T23:59Z", datetime(2026, 9, 30, 23, 59)),
        ("2026-09-30T23:59", datetime(2026, 10, 1, 4, 59)),
    ],
)
def test_it_is_kept_in_utc_and_without_a_zone_taken_for_this_machines_time(
    tmp_path: Path, due: str, in_utc: datetime
) -> None:
    with machine_in("EST5"):
        assert written_due(tmp_path, f"    due: {due}\n") == in_utc


def test_a_moved_one_replaces_it_and_none_leaves_it(tmp_path: Path) -> None:
    assert written_due(tmp_path, "    due: 2026-09-30T10:00Z\n") == datetime(2026, 9, 30, 10)
    assert written_due(tmp_path, "    due: 2026-10-07T10:00Z\n") == datetime(2026, 10, 7, 10)
    assert written_due(tmp_path, "") == datetime(2026, 10, 7, 10)
