"""What the first optimizer imports is imported once, before the processes that need it are
copied."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from course.minimal import GRADER, course_files, write_course

PROGRAM = """
import sys
from pathlib import Path
from gradeprop.course.load import load_course
from gradeprop.grading.run.recording import recorded
course = load_course(Path(sys.argv[1]))
found = recorded(course, course.assignments[0])
assert not found.faults, found.faults
print("torch._dynamo" in sys.modules)
"""


@pytest.mark.slow  # a process of its own imports torch, and once torch._dynamo
@pytest.mark.parametrize("optimizer", [True, False])
def test_only_a_course_whose_graders_use_optimizers_imports_for_them(
    tmp_path: Path, optimizer: bool
) -> None:
    text = course_files()[GRADER]
    if optimizer:
        text = text.replace("import Gradient", "import Descent, Gradient  # noqa: F401")
    root = write_course(tmp_path, {GRADER: text})
    run = [sys.executable, "-c", PROGRAM, str(root)]
    done = subprocess.run(run, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == str(optimizer)
