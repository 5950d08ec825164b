"""One student of the bundled class, graded once for all pages that show the result."""

from __future__ import annotations

import make_class
import pytest

from bundled_class import unpacked
from course.shipped import shipped
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.batch import Setting, Submission, grade_batch
from gradeprop.grading.run.publish import release_of
from gradeprop.session.grader.sandbox import open_sandbox

STUDENT, ASSIGNMENT = "grace", "a04_descent"


@pytest.fixture(scope="session")
def shown_result() -> SubmissionResult:
    """The result that the README and the contract show, from the bundled hand-in."""
    course = shipped()
    assignment = course.assignment(ASSIGNMENT)
    notebook = unpacked()[make_class.path_of(STUDENT, ASSIGNMENT)]
    results: list[SubmissionResult] = []
    with open_sandbox("auto") as sandbox:
        setting = Setting(
            course,
            assignment,
            release_of(course, assignment),
            b"k" * 32,
            ("cpu",),
            {"cpu": sandbox},
        )
        grade_batch(setting, [Submission(STUDENT, notebook)], results.append)
    return results[0]
