"""``gradeprop grade``."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop.cli import screen
from gradeprop.cli.changes_table import print_changes
from gradeprop.cli.class_outcome import ClassOutcome
from gradeprop.cli.ctrl_c import ctrl_c_held
from gradeprop.cli.engine import Engine, devices_for, starting
from gradeprop.cli.group_notes import print_groups
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.errors import GradepropError, UsageError
from gradeprop.grading.run.facilities import facilities_for
from gradeprop.grading.run.interface import Graders, Start
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import workers_for
from gradeprop.records.enrolment import enrolled_in
from gradeprop.records.files.earlier_release import released_with_progress
from gradeprop.records.files.key import course_key, has_course_key
from gradeprop.records.files.names import gradebook_id, shown_id
from gradeprop.records.files.results import check_writable, read_result
from gradeprop.records.files.submissions import Handed, student_folders
from gradeprop.records.hand_ins import hand_ins
from gradeprop.records.marks import printable_id
from gradeprop.records.shards.shard import Shard
from gradeprop.records.surely_due import surely_due
from gradeprop.records.together import together

if TYPE_CHECKING:
    from gradeprop.course.model import Course, LoadedAssignment
    from gradeprop.grading.result.verdict import SubmissionResult
    from gradeprop.records.class_run import ClassRun
    from gradeprop.session.grader.sandbox import Isolation

UNSAFE = (
    "Warning: --isolation none runs student code with all your rights. Use it only for code that "
    "you trust."
)

LESS = (
    "Student code is isolated at level {}, which is less than full: `gradeprop doctor`, called "
    "where it runs, tells why."
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
        everybody: list all students of a large class, too.
        shard: grade only this part of the class, as ``3/10``, and open no gradebook.
        engine, scheduler: where to grade; None: as course.yaml says.
        forget_removed: remove from the gradebook what people gave for parts that the course no
            longer has.
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
    shard: str | None = None
    everybody: bool = False
    engine: Engine | None = None
    scheduler: str | None = None
    forget_removed: bool = False


def run(request: Request) -> int:
    """Grade and record; return the exit code: 1 if a grader failed by itself, 2 if students were
    left out because the gradebook cannot tell them apart, or nothing tells which of a group's
    hand-ins counts, else 0."""
    root, course = open_course(request.folder)
    assignment = named_assignment(course, request.assignment)
    submitted = request.submitted or root / "submitted"
    found = hand_ins(root, course, submitted, request.assignment, request.students)
    handed = found.handed
    shard = None
    if request.shard is not None:
        if request.forget_removed:
            raise UsageError(
                "a shard has no gradebook, so there is nothing to forget",
                remedy="leave --forget-removed away here; grade without --shard afterwards",
            )
        shard = Shard.parsed(request.shard)
        handed = _of_shard(shard, root, request.assignment, handed)
    start = starting(request.engine, request.scheduler, request.workers, course.spec)
    devices = devices_for(start, request.device, course.spec.devices)
    check_writable(root, request.assignment)
    if request.isolation == "none":
        screen.err().print(UNSAFE, style="bold red")
    with ExitStack() as opened:
        warm = _warm(request, root, course, devices, handed, start, opened)
        everybody = student_folders(submitted)
        class_run = _class_run(
            request, root, course, assignment, devices, handed, warm, start, everybody, shard
        )
        opened.enter_context(class_run.opened())
        for note in class_run.notes:
            screen.err().print(screen.plain(note), soft_wrap=True)
        outcome = ClassOutcome(root, assignment)
        _grade(outcome, root, request, class_run, len(handed))
    changed = [item.to_json() for item in class_run.regraded.changes]
    whole = not request.students and shard is None
    absent = _absent(root, course, submitted, assignment.id, everybody) if whole else []
    named = [
        {
            "exercise": exercise,
            "cause": cause,
            "students": len(students),
            "ids": sorted(map(printable_id, students)),
        }
        for (exercise, cause), students in sorted(class_run.regraded.named.items())
    ]
    beginning = "{} handed in"
    if shard is not None:
        beginning = f"shard {shard}: {{}} of {len(found.handed)} handed in"
    if request.as_json:
        outcome.print_json(changes=changed, named=named)
    else:
        outcome.print(everybody=request.everybody, absent=absent, beginning=beginning)
    print_changes(class_run.regraded)
    outcome.print_faults()
    if shard is not None:
        screen.err().print(
            f"Shard {shard} is not in the gradebook before `gradeprop merge {assignment.id}`."
        )
    for group in class_run.refused:
        names = " and ".join(f"“{shown_id(student)}”" for student in group)
        screen.err().print(
            f"Not graded: {names} are one student to the gradebook; rename a folder.",
            style="bold red",
            soft_wrap=True,
        )
    print_groups(found)
    if class_run.refused or found.refused:
        return UsageError.exit_code
    return outcome.exit_code


def _absent(
    root: Path, course: Course, submitted: Path, name: str, folders: Sequence[str]
) -> list[str]:
    """Who is known, by a folder or by the gradebook, and has handed in nothing, alone or with
    others."""
    known = {gradebook_id(student) for student in folders}
    others = [student for student in enrolled_in(root, course) if student not in known]
    groups = together(root)
    return sorted(
        student for student in {*folders, *others} if not groups.handed_in(submitted, student, name)
    )


def _of_shard(shard: Shard, root: Path, name: str, handed: Sequence[Handed]) -> list[Handed]:
    """The shard's hand-ins.

    Raises:
        UsageError: there is no course key yet. Each copy of the course would make its own, and all
            hidden inputs would be others.
    """
    if not has_course_key(root):
        raise UsageError(
            "a shard needs the course's key, and there is none yet",
            where=str(root),
            remedy="grade one student first, which makes it and shows that all works here, as with "
            f"`gradeprop grade {name} --student {shlex.quote(handed[0].student)}`; then start the "
            "shards, and where they have a copy of the course, copy .gradeprop/course.key with it",
        )
    return shard.among(handed)


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
    due = len(handed)
    if not request.force:
        due = surely_due(root, course, request.assignment, handed, request.isolation)
    if not due:
        return None
    facilities = facilities_for(course, request.isolation, devices)
    workers = workers_for(due, request.workers)
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
    shard: Shard | None,
) -> ClassRun:
    with ctrl_c_held():  # these import torch, which takes seconds
        from gradeprop.grading.run.publish import release_in_use
        from gradeprop.records.class_run import ClassRun
        from gradeprop.records.keeper import import_ahead, in_gradebook
        from gradeprop.records.shards.keeper import in_shard

    progress = released_with_progress(root, assignment.id) is not False
    ahead = import_ahead if shard is None else None
    release, faults = release_in_use(course, assignment, progress=progress, meanwhile=ahead)
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
        keeping=(
            in_gradebook(plan, forget_removed=request.forget_removed)
            if shard is None
            else in_shard(plan, shard)
        ),
    )


def _grade(
    outcome: ClassOutcome, root: Path, request: Request, class_run: ClassRun, handed: int
) -> None:
    """Grade what is due; the outcome hears of all results, those that were kept included."""
    name = request.assignment
    is_full_expected = request.isolation == "auto"
    for student in class_run.kept:
        kept = read_result(root, name, student)
        if kept is not None:
            outcome.add(kept)
    if class_run.kept:
        screen.err().print(
            f"{len(class_run.kept)} of {handed} unchanged since they were graded "
            "(--force grades again)"
        )
    try:
        with screen.progress(f"Grading {name}", len(class_run.due)) as bar:

            def note_result(result: SubmissionResult) -> None:
                nonlocal is_full_expected
                if is_full_expected and result.isolation != "full":
                    is_full_expected = False
                    bar.note(LESS.format(result.isolation))
                outcome.add(result)
                bar.step(shown_id(result.student))

            class_run.grade(note_result)
    except (KeyboardInterrupt, GradepropError):
        # The next run will find these unchanged and have nothing to say of them.
        print_changes(class_run.regraded)
        raise
