"""The exercise that the guide shows is a whole one: it loads, and its grader is proven."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import gradeprop
from course.minimal import write_course

GUIDE = Path(__file__).parents[2] / "docs" / "writing-exercises.md"


def files_of_the_guide() -> Any:
    """Each heading names a file; the first code block under it is its content."""
    heading = r"^## [^\n`]*`((?:exercises|solutions|graders)/[^\n`]+)`$"
    block = r"^```\w+\n(.*?)^```$"
    return dict(
        re.findall(
            f"{heading}.*?{block}", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
    )


@pytest.mark.slow
def test_the_guides_exercise_is_proven(tmp_path: Path) -> None:
    files = files_of_the_guide()
    assert len(files) == 3
    yaml = next(name for name in files if name.endswith(".yaml"))
    files[yaml] = files[yaml].partition("\n")[2]  # the schema it names is not in this course
    root = write_course(tmp_path, files)
    course = root / "course.yaml"
    course.write_text(
        course.read_text().replace("- explain_sign", "- explain_sign\n      - slope_of_cube")
    )
    done = gradeprop("verify", "slope_of_cube", "--isolation", "none", cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3" in done.stdout
