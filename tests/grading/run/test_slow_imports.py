"""What the first optimizer or torch.func imports is imported once, before the processes that need it are
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


CURVE = "import torch\n\nassert torch.func.grad(torch.sin)(torch.tensor(0.0)) == 1.0\n"
SHARED = "graders/shared/curves.py"


@pytest.mark.slow  # a process of its own imports torch, and once torch._dynamo
@pytest.mark.parametrize("speaks", ["of optimizers", "of what speaks of torch.func", "of neither"])
def test_only_graders_that_need_it_have_it_imported(tmp_path: Path, speaks: str) -> None:
    changes: dict[str, str | bytes | None] = {}
    text = course_files()[GRADER]
    if speaks == "of optimizers":
        changes[GRADER] = text.replace("import Gradient", "import Descent, Gradient  # noqa: F401")
    if speaks == "of what speaks of torch.func":
        changes[SHARED] = CURVE
        changes[GRADER] = f"import graders.shared.curves  # noqa: F401\n{text}"
    root = write_course(tmp_path, changes)
    run = [sys.executable, "-c", PROGRAM, str(root)]
    done = subprocess.run(run, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == str(speaks != "of neither")
