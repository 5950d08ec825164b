"""Where a grader that cannot be imported goes wrong, however pytest writes its path."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.minimal import GRADER, write_course
from gradeprop.course.load import load_course
from gradeprop.grading.checks.sites import check_sites
from gradeprop.grading.run.faults import Faults


@pytest.mark.parametrize("before", ["", "/courses/minimal/", "../courses/minimal/"])
def test_its_line_is_told_from_a_path_from_anywhere(tmp_path: Path, before: str) -> None:
    course = load_course(write_course(tmp_path))
    (site, *_) = check_sites(course.assignments[0])
    text = (
        f"{before}{GRADER}:19: in <module>\n    raise SystemExit(0)\n"
        f"/usr/lib/python3/other_{Path(GRADER).name}:7: in f\nE   SystemExit: 0"
    )
    said = Faults().why_never_run(course, site, "ada", {f"/courses/minimal/{GRADER}": text})
    assert said.startswith(f"{GRADER}:19: SystemExit: 0\n")
