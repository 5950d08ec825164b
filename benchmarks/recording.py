"""What it takes to record a class: nbgrader's gradebook, autograded/ and the result files.

    python benchmarks/recording.py --submissions 500 [--gradebook postgresql+psycopg://...]

A few submissions are graded for real and recorded under the names of all students.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from workload import Workload, make_workload

from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import grade_class
from gradeprop.records.files.submissions import find_submissions
from gradeprop.records.gradebook.writer import GradebookWriter
from gradeprop.records.loading import load
from gradeprop.records.recorder import Recorder

_GRADED = 16


def recording(work: Workload, gradebook: str | None = None) -> tuple[float, float]:
    """Seconds of wall-clock and of processor time to record all students of ``work``, who are
    new."""
    handed = find_submissions(work.root / "submitted", work.assignment.id, [])
    plan = Plan(work.course, work.assignment.id, work.release, b"benchmark" * 4, ("cpu",), "auto")
    results: list[SubmissionResult] = []
    grade_class(plan, [partial(load, plan, item) for item in handed[:_GRADED]], results.append)
    address = gradebook or work.course.spec.gradebook
    with GradebookWriter(work.course, work.release, address) as writer:
        recorder = Recorder(work.root, work.assignment.id, writer)
        gc.freeze()  # as a run over a class does
        began, used = time.perf_counter(), time.process_time()
        for number, item in enumerate(handed):
            result = replace(results[number % len(results)], student=item.student)
            recorder.keep(result, item.path.parent)
        recorder.flush()
        return time.perf_counter() - began, time.process_time() - used


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--submissions", type=int, default=500, metavar="N")
    parser.add_argument("--assignment", default="a04_descent")
    parser.add_argument("--gradebook", metavar="URL", help="default: the course's, an SQLite file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gradeprop-benchmark-") as folder:
        work = make_workload(Path(folder) / "course", options.assignment, options.submissions)
        seconds, used = recording(work, options.gradebook)
    print(
        f"{options.submissions} recorded in {seconds:.1f} s,"
        f" {1000 * seconds / options.submissions:.1f} ms each"
        f" ({1000 * used / options.submissions:.1f} ms of a processor)"
    )


if __name__ == "__main__":
    main()
