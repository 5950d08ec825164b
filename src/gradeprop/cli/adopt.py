"""``gradeprop adopt``: a group of wrong answers becomes a misconception."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop.cli import screen
from gradeprop.cli.selection import as_slug, named_assignment, open_course
from gradeprop.course.adopting import with_misconception
from gradeprop.course.load import load_course
from gradeprop.course.model import Course, LoadedAssignment, LoadedExercise
from gradeprop.errors import UsageError, VerificationFailed
from gradeprop.records.discovered.groups import (
    Discovered,
    FoundGroup,
    read_discovered,
    write_discovered,
)
from gradeprop.records.discovered.names import named_in
from gradeprop.records.enrolment import enrolled_in, names_of
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.key import course_key
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.results import read_results
from gradeprop.records.files.submissions import student_folders
from gradeprop.records.hand_ins import hand_ins
from gradeprop.wording import counted

if TYPE_CHECKING:
    from gradeprop.grading.result.verdict import SubmissionResult
    from gradeprop.session.grader.sandbox import Isolation

_PARTS = ("course.yaml", "voided.yaml", "exercises", "solutions", "graders")
"""What a course is made of."""


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    assignment: str
    group: int
    name: str
    say: str
    submitted: Path | None
    isolation: Isolation
    folder: Path | None


def run(request: Request) -> None:
    """Write a group of `gradeprop discover` into the exercise's YAML, once it is proven.

    Raises:
        UsageError: no such group, a stale one, an id that is taken, or a name of the class in the
            answer.
        VerificationFailed: the graders would not name it, or would name something else wrongly.
    """
    root, course = open_course(request.folder)
    assignment = named_assignment(course, request.assignment)
    found = read_discovered(root, assignment.id)
    group = found.group(request.group)
    name = as_slug(request.name)
    submitted = request.submitted or root / "submitted"
    if request.isolation == "none":
        raise UsageError(
            "a student's answer is run in a sandbox only", remedy="leave --isolation none away"
        )
    _refuse_stopped(root, assignment.id, group)
    _refuse_stale(course, assignment, found, group, submitted)
    exercise = next(item for item in assignment.exercises if item.slug == group.exercise)
    _refuse_taken(exercise, group, name)
    _refuse_names(root, course, submitted, f"{name.replace('_', ' ')}\n{group.code}\n{request.say}")
    path = root / exercise.path
    raw = path.read_bytes()
    changed = with_misconception(raw, exercise.path, group.part, name, request.say, group.code)
    _prove(request, root, exercise, group, name, changed, submitted)
    if path.read_bytes() != raw:
        raise UsageError(
            "this file has changed while the misconception was proven; nothing is written",
            where=exercise.path,
            remedy="save what you have open and call this again",
        )
    write_atomically(path, changed)
    now = load_course(root)
    write_discovered(root, assignment.id, found.with_adopted(group.group, name, now.digest))
    screen.out().print(f"{exercise.path}: {name} is a misconception of {group.part} now.")
    screen.out().print(
        f"It is named for {counted(len(group.students), 'student')}: run `gradeprop grade "
        f"{assignment.id}`.",
        soft_wrap=True,
    )


def _refuse_stale(
    course: Course,
    assignment: LoadedAssignment,
    found: Discovered,
    group: FoundGroup,
    submitted: Path,
) -> None:
    again = f"run `gradeprop discover {assignment.id}` again"
    if group.adopted is not None:
        raise UsageError(f"group {group.group} has become {group.adopted} already", remedy=again)
    if course.digest != found.course:
        raise UsageError("the course has changed since the groups were found", remedy=again)
    root = Path(course.root)
    for item in hand_ins(root, course, submitted, assignment.id, group.students).handed:
        if hashlib.sha256(item.read()[0]).hexdigest() != found.submissions[item.student]:
            raise UsageError(
                f"{shown_id(item.student)} has handed in again since the groups were found",
                remedy=again,
            )


def _refuse_stopped(root: Path, assignment: str, group: FoundGroup) -> None:
    """A sample that never ends would have to be waited for at every check of every student."""
    from gradeprop.grading.discovery import stopped

    results, _ = read_results(root, assignment)
    for result in results:
        if result.student in group.students and group.key in stopped(result):
            raise UsageError(
                f"{shown_id(result.student)}'s answer took too long or was stopped: nothing came "
                "of it by which a grader could know it again",
                remedy="`gradeprop show` tells what became of it",
            )


def _refuse_taken(exercise: LoadedExercise, group: FoundGroup, name: str) -> None:
    known = exercise.part(group.part).misconceptions
    if name in [item.id for item in known]:
        raise UsageError(
            f"{group.part} has a misconception {name!r} already",
            where=exercise.place(group.part, name),
            remedy="choose another id",
        )


def _refuse_names(root: Path, course: Course, submitted: Path, text: str) -> None:
    """Nobody of the class may stand in a file that is kept with the course."""
    import torch  # whose functions name nobody

    vocabulary = (*dir(torch), *dir(torch.Tensor), *dir(torch.nn.functional))
    if found := named_in(text, _names(root, course, submitted), vocabulary):
        names = ", ".join(map(shown_id, found))
        raise UsageError(
            f"the answer or its words name somebody of the class: {names}",
            remedy="write the misconception into the YAML yourself, with other names",
        )


def _names(root: Path, course: Course, submitted: Path) -> Iterator[str]:
    yield from student_folders(submitted) if submitted.is_dir() else ()
    yield from names_of(enrolled_in(root, course))


def _prove(
    request: Request,
    root: Path,
    exercise: LoadedExercise,
    group: FoundGroup,
    name: str,
    changed: bytes,
    submitted: Path,
) -> None:
    """Verify the exercise as it would be, and grade the group with it.

    Raises:
        VerificationFailed: something does not hold.
    """
    with tempfile.TemporaryDirectory(prefix="gradeprop-") as folder:
        copy = Path(folder)
        for item in _PARTS:
            if (root / item).is_dir():
                shutil.copytree(root / item, copy / item)
            elif (root / item).exists():
                shutil.copy(root / item, copy)
        (copy / exercise.path).write_bytes(changed)
        course = load_course(copy)
        problems = [*_of_verify(request, copy, course, exercise)]
        problems += _of_class(request, root, course, group, name, submitted)
    if problems:
        told = "\n".join(f"  {problem}" for problem in problems)
        raise VerificationFailed(
            f"{name} is not proven, and nothing is written:\n{told}",
            where=exercise.path,
            remedy="say it by hand: a sample that is clearer, or one misconception for both",
        )


def _of_verify(
    request: Request, copy: Path, course: Course, exercise: LoadedExercise
) -> Iterator[str]:
    from gradeprop.cli import verify

    changed = [
        item for one in course.assignments for item in one.exercises if item.slug == exercise.slug
    ]
    only = course.model_copy(
        update={
            "assignments": tuple(
                item.model_copy(update={"exercises": tuple(changed)})
                for item in course.assignments
                if item.id == exercise.assignment
            )
        }
    )
    asked = verify.Request(
        (exercise.slug,), copy, "cpu", request.isolation, slips=False, mutants=False, as_json=False
    )
    for proof in verify.verified(copy, only, changed, asked).proofs:
        for problem in proof.problems:
            yield f"{proof.case.label}: {problem}"
        for fault in proof.faults:
            yield f"{proof.case.label}: {fault}"


def _of_class(
    request: Request,
    root: Path,
    course: Course,
    group: FoundGroup,
    name: str,
    submitted: Path,
) -> Iterator[str]:
    """Whom of the group it would not be named for, and who else would lose the cause that they have
    been told."""
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.pool import graders, workers_for
    from gradeprop.grading.run.publish import release_in_use
    from gradeprop.records.loading import load

    assignment = named_assignment(course, request.assignment)
    release, faults = release_in_use(course, assignment)
    plan = Plan(
        course, assignment.id, release, course_key(root), ("cpu",), request.isolation, faults
    )
    told = _told_so_far(root, assignment.id, group)
    handed = [
        item
        for item in hand_ins(root, course, submitted, assignment.id).handed
        if item.student in group.students or item.student in told
    ]
    results: list[SubmissionResult] = []
    with (
        screen.progress("Grading whom it could touch", len(handed)) as bar,
        graders(plan.facilities, workers_for(len(handed))) as running,
    ):

        def note(result: SubmissionResult) -> None:
            results.append(result)
            bar.step(shown_id(result.student))

        running.grade(plan, [partial(load, plan, item) for item in handed], note)
    for result in sorted(results, key=lambda item: item.student):
        now = _causes(result, group)
        said = ", ".join(now) or "no cause"
        if result.student in group.students and name not in now:
            yield f"{shown_id(result.student)}'s answer would be told {said}"
        elif lost := [cause for cause in told.get(result.student, ()) if cause not in now]:
            yield (
                f"{shown_id(result.student)}, who is not of the group, has been told "
                f"{', '.join(lost)} and would be told {said}"
            )


def _told_so_far(root: Path, assignment: str, group: FoundGroup) -> dict[str, list[str]]:
    """By student, the causes that have been named of this part."""
    results, _ = read_results(root, assignment)
    found = {result.student: _causes(result, group) for result in results}
    return {student: causes for student, causes in found.items() if causes}


def _causes(result: SubmissionResult, group: FoundGroup) -> list[str]:
    checks = (check for key, part in result.parts() if key == group.key for check in part.checks)
    return list(dict.fromkeys(item.misconception for item in checks if item.misconception))
