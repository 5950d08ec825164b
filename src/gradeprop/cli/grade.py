"""``gradeprop grade``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop.cli import screen
from gradeprop.cli.class_table import print_class
from gradeprop.cli.devices import chosen_devices
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.errors import GraderFault
from gradeprop.grading.verdict import SubmissionResult
from gradeprop.records.key import course_key
from gradeprop.records.results import check_writable, read_result, write_result
from gradeprop.records.submissions import Handed, find_submissions

if TYPE_CHECKING:
    from gradeprop.grading.batch import Submission
    from gradeprop.grading.pool import Plan
    from gradeprop.session.process import Isolation

SMALL_CLASS = 8
"""Up to so many submissions, starting a second worker costs more than it saves."""


def run(
    name: str,
    submitted: Path | None,
    students: Sequence[str],
    device: str,
    workers: int | None,
    isolation: Isolation,
    folder: Path | None,
    *,
    force: bool,
    as_json: bool,
) -> int:
    """Grade and record; return the exit code: 1 if a grader failed by itself, else 0."""
    root, course = open_course(folder)
    assignment = named_assignment(course, name)
    handed = find_submissions(submitted or root / "submitted", name, students)
    devices = chosen_devices(device, course.spec.devices)
    check_writable(root, name)
    from gradeprop.grading.pool import Plan, grade_class  # these import torch, which takes seconds
    from gradeprop.grading.publish import release_of

    plan = Plan(course, name, release_of(course, assignment), course_key(root), devices, isolation)
    if isolation == "none":
        screen.err().print(
            "Warning: --isolation none runs student code with all your rights. Use it only for code that"
            " you trust.",
            style="bold red",
        )
    kept = (
        [] if force else [result for item in handed if (result := _unchanged(plan, root, item)) is not None]
    )
    known = {result.student for result in kept}
    due = [item for item in handed if item.student not in known]
    if kept:
        screen.err().print(
            f"{len(kept)} of {len(handed)} unchanged since they were graded (--force grades again)"
        )
    if workers is None:
        workers = 1 if len(due) <= SMALL_CLASS else os.cpu_count() or 1
    results = list(kept)
    with screen.progress(f"Grading {name}", len(due)) as bar:

        def keep(result: SubmissionResult) -> None:
            write_result(root, result)
            results.append(replace(result, cells=()))
            bar.step(result.student)

        if due:
            grade_class(plan, [partial(_load, plan, item) for item in due], keep, workers=workers)
    results.sort(key=lambda result: result.student)
    if as_json:
        screen.print_json({"results": [result.to_json() for result in results]})
    else:
        print_class(assignment, results, root)
    return GraderFault.exit_code if any(result.status == "error" for result in results) else 0


def _load(plan: Plan, handed: Handed) -> Submission:
    from gradeprop.grading.batch import Submission
    from gradeprop.grading.fingerprint import fingerprint

    notebook, problem = handed.read()
    submission = Submission(handed.student, notebook, problem)
    return replace(submission, fingerprint=fingerprint(plan, submission))


def _unchanged(plan: Plan, root: Path, handed: Handed) -> SubmissionResult | None:
    """The kept result, if grading again could not change it."""
    result = read_result(root, plan.assignment, handed.student)
    if result is None or result.status == "error":
        return None
    if (result.isolation == "none") != (plan.isolation == "none"):
        return None
    return result if result.versions.get("input") == _load(plan, handed).fingerprint else None
