"""Build and grade for nbgrader, in a process of its own.

Graders are imported and torch is loaded there, so that a Jupyter server whose formgrader starts
this stays small, and sees a grader that was edited meanwhile."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import GradepropError, GraderFault, UsageError
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records.files.earlier_release import note_on, released_with_progress
from gradeprop.records.gradebook.listed_cells import goes_without_progress
from gradeprop.session.grader.sandbox import Isolation
from gradeprop.session.isolation.own_folder import OwnFolder


@dataclass(frozen=True)
class Order:
    """What is to be done: the release of an assignment, and these students' results (none: no
    grading).

    ``isolation`` is as in `gradeprop.grading.run.pool.Plan`.
    """

    root: Path
    assignment: str
    submitted: Path
    students: tuple[str, ...] = ()
    isolation: Isolation = "auto"


@dataclass(frozen=True)
class Delivery:
    course: Course
    release: ReleaseModel
    results: tuple[SubmissionResult, ...]
    notes: tuple[str, ...] = ()


def in_own_process(order: Order) -> Delivery:
    """Do it in a new process.

    Raises:
        GradepropError: the one that was raised there.
        GraderFault: the process died.
    """
    with OwnFolder() as own:
        answer = own.path / "answer"
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(answer)], input=pickle.dumps(order), check=False
        )
        try:
            found: Any = pickle.loads(answer.read_bytes())
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise GraderFault(
                f"the grading process ended with exit code {done.returncode}"
            ) from error
    if isinstance(found, GradepropError):
        raise found
    assert isinstance(found, Delivery)
    return found


def deliver(order: Order) -> Delivery:
    """Do it in this process.

    Raises:
        GradepropError: the course is invalid, nothing was handed in, the machine cannot isolate, …
    """
    from gradeprop.course.load import load_course

    course = load_course(order.root)
    assignment = course.assignment(order.assignment)
    if assignment is None:
        raise UsageError(f"the course has no assignment {order.assignment!r}")
    if not order.students:
        return _released(order, course, assignment)
    from gradeprop.grading.run.publish import release_in_use

    progress = released_with_progress(order.root, assignment.id) is not False
    release, faults = release_in_use(course, assignment, progress=progress)
    return Delivery(course, release, _grade(order, course, release, faults))


def _released(order: Order, course: Course, assignment: LoadedAssignment) -> Delivery:
    """As ``gradeprop build`` writes it, with what samples give to the public checks."""
    from gradeprop.grading.run.facilities import KeptSandboxes, facilities_for
    from gradeprop.grading.run.publish import release_of

    facilities = facilities_for(course, order.isolation, ("cpu",))
    without = goes_without_progress(course, assignment.id, order.submitted)
    with closing(KeptSandboxes()) as opened:
        sandboxes = partial(opened.of, facilities)
        release = release_of(course, assignment, sandboxes, progress=not without)
    return Delivery(course, release, (), tuple(note_on([assignment.id] * without)))


def _grade(
    order: Order, course: Course, release: ReleaseModel, faults: Mapping[tuple[str, str], str]
) -> tuple[SubmissionResult, ...]:
    from gradeprop.grading.run.devices import chosen_devices
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.pool import grade_class, workers_for
    from gradeprop.records.files.key import course_key
    from gradeprop.records.files.submissions import find_submissions
    from gradeprop.records.loading import load

    handed = find_submissions(order.submitted, order.assignment, order.students)
    devices = chosen_devices("auto", course.spec.devices)
    key = course_key(order.root)
    plan = Plan(course, order.assignment, release, key, devices, order.isolation, faults)
    results: list[SubmissionResult] = []
    loads = [partial(load, plan, item) for item in handed]
    grade_class(plan, loads, results.append, workers=workers_for(len(handed)))
    return tuple(results)


def _main(answer: Path) -> None:
    order = pickle.loads(sys.stdin.buffer.read())
    found: Delivery | GradepropError
    try:
        found = deliver(order)
    except GradepropError as error:
        found = error
    answer.write_bytes(pickle.dumps(found))


if __name__ == "__main__":
    # Under the name `__main__` the classes here would be others than the caller's.
    from gradeprop.records.nbgrader import grading as nbgrader_grading

    nbgrader_grading._main(Path(sys.argv[1]))
