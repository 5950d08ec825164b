"""The small course that most tests of the records keep results of."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradeprop.course.model import Course
from gradeprop.notebook.release import ReleaseModel
from records.graded_class import small_course, small_release


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return small_course(tmp_path)


@pytest.fixture
def release(course: Course) -> ReleaseModel:
    return small_release(course)
