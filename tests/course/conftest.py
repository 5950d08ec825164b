from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from course.minimal import write_course
from gradeprop.course.load import load_course
from gradeprop.errors import CourseError

Changes = Mapping[str, str | bytes | None]


@pytest.fixture
def problems(tmp_path: Path) -> Callable[[Changes], list[str]]:
    """Writes the minimal course with changes, loads it, and returns the lines of the
    CourseError."""

    def lines(changes: Changes) -> list[str]:
        with pytest.raises(CourseError) as caught:
            load_course(write_course(tmp_path, changes))
        assert caught.value.exit_code == 2
        return str(caught.value).splitlines()

    return lines
