"""The part of ``gradeprop grade`` that sees every result: does its memory grow with the class?

A few submissions are graded for real; graders that have their results ready give them to everybody,
each as it would have come through a worker's pipe. Files and gradebook are written as ever."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
from workload import Workload, make_workload

from gradeprop.cli.class_outcome import ClassOutcome
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.interface import Load, OnResult, OnShown
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import grade_class
from gradeprop.records.class_run import ClassRun
from gradeprop.records.files.submissions import find_submissions
from gradeprop.records.loading import load

MIB = 2**20
_GRADED = 16
_MEASURED = 100
"""How often."""


class Prepared:
    """Graders that give the students these results in turn; measures as it goes."""

    def __init__(self, results: Sequence[SubmissionResult]) -> None:
        self._results = [pickle.dumps(result) for result in results]
        self.sizes: list[tuple[int, float]] = []

    def grade(
        self,
        plan: Plan,
        submissions: Sequence[Load],
        on_result: OnResult,
        on_shown: OnShown | None = None,  # noqa: ARG002 (the protocol's)
    ) -> Mapping[tuple[str, str], str]:
        """As `Graders.grade`."""
        process = psutil.Process()
        step = max(1, len(submissions) // _MEASURED)
        for number, read in enumerate(submissions):
            result = pickle.loads(self._results[number % len(self._results)])
            submission = read()
            versions = {**result.versions, "input": submission.fingerprint}
            on_result(replace(result, student=submission.student, versions=versions))
            if number % step == 0:
                self.sizes.append((number + 1, process.memory_info().rss / MIB))
            if number % (10 * step) == 0:
                print(f"{number:9} {self.sizes[-1][1]:7.1f} MiB", flush=True)
        return plan.faults


def main_process(folder: Path, assignment: str, exercises: Sequence[str], submissions: int) -> None:
    """Print what the process holds at first and at last, for a new class and for its regrade."""
    work = make_workload(folder / "course", assignment, _GRADED, exercises=exercises)
    plan = Plan(work.course, work.assignment.id, work.release, b"benchmark" * 4, ("cpu",), "auto")
    results: list[SubmissionResult] = []
    handed = find_submissions(work.root / "submitted", assignment)
    grade_class(plan, [partial(load, plan, item) for item in handed], results.append)
    _hand_in(work, submissions - _GRADED)
    os.fsync = lambda _: None  # the disk's time is not the subject
    for name, force in (("new", False), ("regraded", True)):
        sizes = list(_sizes(work, plan, results, force=force))
        (first, before), (last, after) = sizes[len(sizes) // 10], sizes[-1]
        each = MIB * (after - before) / (last - first)
        print(
            f"{name:10}{before:7.0f} MiB after {first} results,{after:7.0f} after {last}:"
            f" {each:.0f} bytes each; {max(size for _, size in sizes):.0f} MiB at most",
            flush=True,
        )


def _hand_in(work: Workload, more: int) -> None:
    """The notebooks under the names of so many more students."""
    first = list(work.notebooks)  # a file system limits the names of one file
    notebook = Path(work.assignment.id) / f"{work.assignment.id}.ipynb"
    submitted = work.root / "submitted"
    for number in range(more):
        path = submitted / f"more{number:06d}" / notebook
        path.parent.mkdir(parents=True)
        os.link(submitted / first[number % len(first)] / notebook, path)


def _sizes(
    work: Workload, plan: Plan, results: Sequence[SubmissionResult], *, force: bool
) -> Iterator[tuple[int, float]]:
    grading = Prepared(results)
    handed = find_submissions(work.root / "submitted", work.assignment.id)
    outcome = ClassOutcome(work.root, work.assignment)
    class_run = ClassRun(plan, handed, force=force, warm=grading)
    with class_run.opened():
        class_run.grade(outcome.add)
    yield from grading.sizes
