"""The bundled class is what its script makes of the present course, and comes out as it is meant
to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import make_class
import pytest

from gradeprop.course.load import load_course
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Setting, Submission
from gradeprop.grading.run.publish import release_of
from gradeprop.session.grader.sandbox import open_sandbox

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def course() -> Any:
    return load_course(ROOT)


def test_the_bundled_files_are_what_the_script_writes(course: Any) -> None:
    folder = ROOT / "examples" / "submitted"
    written = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.ipynb")}
    assert written == make_class.make_class(course), "run `make examples`"


@pytest.mark.slow
def test_each_student_comes_out_as_described(course: Any) -> None:
    with open_sandbox("auto") as sandbox:
        assignment = course.assignment("a04_descent")
        setting = Setting(
            course,
            assignment,
            release_of(course, assignment),
            b"k" * 32,
            ("cpu",),
            {"cpu": sandbox},
        )
        files = make_class.make_class(course)
        submissions = [
            Submission(path.parts[0], data)
            for path, data in files.items()
            if path.parts[1] == assignment.id
        ]
        results = []
        grade_batch(setting, submissions, results.append)
    outcome = {
        result.student: (
            result.status,
            result.auto_score,
            [part.status for exercise in result.exercises for part in exercise.parts],
            sorted(
                {
                    check.misconception
                    for exercise in result.exercises
                    for part in exercise.parts
                    for check in part.checks
                    if check.misconception
                }
            ),
        )
        for result in results
    }

    def parts(*, step: str = "passed", solve: str = "passed", fit: str = "passed") -> Any:
        return ["passed", step, solve, "passed", "passed", fit]

    assert outcome == {
        "ada": ("graded", 20.0, parts(), []),
        "alan": ("graded", 16.0, parts(fit="failed"), ["grad_accumulated"]),
        "emmy": (
            "graded",
            13.0,
            parts(step="failed", solve="failed"),
            ["ascent", "off_by_one_step"],
        ),
        "grace": (
            "graded",
            9.0,
            parts(step="failed", solve="failed", fit="failed"),
            ["grad_accumulated", "stale_loss", "sum_instead_of_mean"],
        ),
        "hedy": (
            "graded",
            12.0,
            parts(step="failed", fit="failed"),
            ["copied_from_text", "sequential_update"],
        ),
        "joan": ("graded", 17.0, parts(solve="timeout"), []),
        "kurt": ("graded", 16.0, parts(fit="killed"), []),
        "maria": ("graded", 17.0, parts(solve="failed"), ["leaf_changed"]),
        "nina": ("graded", 20.0, parts(), []),
        "paul": ("graded", 0.0, ["failed"] * 6, ["rebinding"]),
        "sofia": ("graded", 16.0, parts(fit="failed"), ["grad_accumulated"]),
        "tom": ("ungradable", 0.0, ["missing"] * 6, []),
    }
