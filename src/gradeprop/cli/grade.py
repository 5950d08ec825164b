"""``gradeprop grade``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from gradeprop.cli import screen
from gradeprop.cli.build import named_assignment
from gradeprop.cli.class_table import print_class
from gradeprop.cli.devices import chosen_devices
from gradeprop.course.load import find_course, load_course
from gradeprop.errors import GraderFault
from gradeprop.grading.batch import Submission
from gradeprop.grading.pool import Plan, grade_class
from gradeprop.grading.publish import record_public_checks
from gradeprop.grading.verdict import SubmissionResult
from gradeprop.notebook.release import release_model
from gradeprop.records.key import course_key
from gradeprop.records.results import check_writable, write_result
from gradeprop.records.submissions import Handed, find_submissions

SMALL_CLASS = 8
"""Up to so many submissions, starting a second worker costs more than it saves."""


def run(
    name: str,
    submitted: Path | None,
    students: Sequence[str],
    device: str,
    workers: int | None,
    isolation: str,
    folder: Path | None,
    *,
    force: bool,
    as_json: bool,
) -> int:
    """Grade and record; return the exit code: 1 if a grader failed by itself, else 0."""
    root = find_course(folder)
    course = load_course(root)
    assignment = named_assignment(course, name)
    handed = find_submissions(submitted or root / "submitted", name, students)
    devices = chosen_devices(device, course.spec.devices)
    check_writable(root, name)
    release = release_model(course, assignment, record_public_checks(course, assignment))
    plan = Plan(course, name, release, course_key(root), devices, isolation)
    if isolation == "none":
        screen.err().print(
            "Warning: --isolation none runs student code with all your rights. Use it only for code that you trust.",
            style="bold red",
        )
    if workers is None:
        workers = 1 if len(handed) <= SMALL_CLASS else os.cpu_count() or 1
    results: list[SubmissionResult] = []
    with screen.progress(f"Grading {name}", len(handed)) as bar:

        def keep(result: SubmissionResult) -> None:
            write_result(root, result)
            results.append(result)
            bar.step(result.student)

        grade_class(plan, [partial(_load, item) for item in handed], keep, workers=workers)
    results.sort(key=lambda result: result.student)
    if as_json:
        screen.print_json({"results": [result.to_json() for result in results]})
    else:
        print_class(assignment, results, root)
    return GraderFault.exit_code if any(result.status == "error" for result in results) else 0


def _load(handed: Handed) -> Submission:
    notebook, problem = handed.read()
    return Submission(handed.student, notebook, problem)
