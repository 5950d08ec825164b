"""``gradeprop grade``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop.cli import screen
from gradeprop.cli.changes_table import print_changes
from gradeprop.cli.class_table import print_class
from gradeprop.cli.ctrl_c import ctrl_c_held
from gradeprop.cli.engine import Engine, devices_for, starting
from gradeprop.cli.fault_list import print_faults
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.errors import GradepropError, GraderFault, UsageError
from gradeprop.grading.result.faults import faults_in
from gradeprop.grading.run.facilities import facilities_for
from gradeprop.grading.run.interface import Graders, Start
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import workers_for
from gradeprop.records.files.earlier_release import released_with_progress
from gradeprop.records.files.key import course_key
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.results import check_writable, replaced_results, result_path
from gradeprop.records.files.submissions import Handed, find_submissions, student_folders

if TYPE_CHECKING:
    from gradeprop.course.model import Course, LoadedAssignment
    from gradeprop.grading.result.changes import Change
    from gradeprop.grading.result.verdict import SubmissionResult
    from gradeprop.records.class_run import ClassRun
    from gradeprop.session.grader.sandbox import Isolation

UNSAFE = (
    "Warning: --isolation none runs student code with all your rights. Use it only for code that "
    "you trust."
)


@dataclass(frozen=True)
class Request:
    """What the command line asks for.

    Attributes:
        submitted: the folder of hand-ins; None: the course's own.
        students: only these; empty: all.
        workers: processes that grade; None: as many as suit.
        folder: where the course is; None: the nearest one upward.
        force: grade again what is unchanged, too.
        engine, scheduler: where to grade; None: as course.yaml says.
    """

    assignment: str
    submitted: Path | None
    students: Sequence[str]
    device: str
    workers: int | None
    isolation: Isolation
    folder: Path | None
    force: bool
    as_json: bool
    engine: Engine | None = None
    scheduler: str | None = None


def run(request: Request) -> int:
    """Grade and record; return the exit code: 1 if a grader failed by itself, 2 if students were
    left out because the gradebook cannot tell them apart, else 0."""
    root, course = open_course(request.folder)
    assignment = named_assignment(course, request.assignment)
    submitted = request.submitted or root / "submitted"
    handed = find_submissions(submitted, request.assignment, request.students)
    start = starting(request.engine, request.scheduler, request.workers, course.spec)
    devices = devices_for(start, request.device, course.spec.devices)
    check_writable(root, request.assignment)
    if request.isolation == "none":
        screen.err().print(UNSAFE, style="bold red")
    with ExitStack() as opened:
        warm = _warm(request, root, course, devices, handed, start, opened)
        everybody = student_folders(submitted)
        class_run = _class_run(
            request, root, course, assignment, devices, handed, warm, start, everybody
        )
        opened.enter_context(class_run.opened())
        for note in class_run.notes:
            screen.err().print(screen.plain(note), soft_wrap=True)
        results = _graded(request.assignment, root, class_run, len(handed))
    changed = _changes(class_run.earlier, results)
    faults = faults_in(results)
    if request.as_json:
        screen.print_json(
            {
                "results": [result.to_json() for result in results],
                "changes": [item.to_json() for item in changed],
                "faults": [item.to_json() for item in faults],
            }
        )
    else:
        print_class(assignment, results, root)
    print_changes(class_run.earlier, results, changed)
    print_faults(screen.err(), faults, "submission")
    for group in class_run.refused:
        names = " and ".join(f"“{shown_id(student)}”" for student in group)
        screen.err().print(
            f"Not graded: {names} are one student to the gradebook; rename a folder.",
            style="bold red",
            soft_wrap=True,
        )
    if class_run.refused:
        return UsageError.exit_code
    faulty = any(result.status == "error" for result in results)
    return GraderFault.exit_code if faulty else 0


def _warm(
    request: Request,
    root: Path,
    course: Course,
    devices: tuple[str, ...],
    handed: Sequence[Handed],
    start: Start,
    opened: ExitStack,
) -> Graders | None:
    """Graders that start now, sooner than what is due can be told exactly; None where it is not
    plain that there is anything to grade."""
    kept = any(result_path(root, request.assignment, item.student).exists() for item in handed)
    if not handed or (kept and not request.force):
        return None
    facilities = facilities_for(course, request.isolation, devices)
    workers = workers_for(len(handed), request.workers)
    return opened.enter_context(start(facilities, workers))


def _class_run(
    request: Request,
    root: Path,
    course: Course,
    assignment: LoadedAssignment,
    devices: tuple[str, ...],
    handed: Sequence[Handed],
    warm: Graders | None,
    start: Start,
    everybody: Sequence[str],
) -> ClassRun:
    with ctrl_c_held():  # these import torch, which takes seconds
        from gradeprop.grading.run.publish import release_in_use
        from gradeprop.records.class_run import ClassRun

    progress = released_with_progress(root, assignment.id) is not False
    release, faults = release_in_use(course, assignment, progress=progress)
    plan = Plan(
        course, request.assignment, release, course_key(root), devices, request.isolation, faults
    )
    return ClassRun(
        plan,
        handed,
        force=request.force,
        workers=request.workers,
        warm=warm,
        start=start,
        everybody=everybody,
    )


def _graded(name: str, root: Path, class_run: ClassRun, handed: int) -> list[SubmissionResult]:
    """Grade what is due; all results of the run, those that were kept included, by student."""
    results = list(class_run.kept)
    if results:
        screen.err().print(
            f"{len(results)} of {handed} unchanged since they were graded (--force grades again)"
        )
    try:
        with screen.progress(f"Grading {name}", len(class_run.due)) as bar:

            def note_result(result: SubmissionResult) -> None:
                results.append(replace(result, cells=()))
                bar.step(shown_id(result.student))

            class_run.grade(note_result)
    except (KeyboardInterrupt, GradepropError):
        # The next run will find these unchanged and have nothing to say of them.
        done = replaced_results(root, name, class_run.earlier)
        earlier = {result.student: class_run.earlier[result.student] for result in done}
        print_changes(earlier, done, _changes(earlier, done))
        raise
    return sorted(results, key=lambda result: result.student)


def _changes(
    earlier: dict[str, SubmissionResult], results: Sequence[SubmissionResult]
) -> list[Change]:
    from gradeprop.grading.result.changes import changes

    return changes(earlier, results)
