"""``gradeprop replay``: one submission once more, with the same hidden inputs and everything
shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradeprop.cli import screen
from gradeprop.cli.fault_list import print_faults
from gradeprop.cli.selection import as_slug, named_assignment, open_course
from gradeprop.course.model import LoadedAssignment
from gradeprop.errors import GraderFault, UsageError
from gradeprop.grading.result.faults import faults_in, without_traces
from gradeprop.grading.run.devices import chosen_devices
from gradeprop.records.files.earlier_release import released_with_progress
from gradeprop.records.files.key import course_key
from gradeprop.records.files.results import read_result
from gradeprop.records.hand_ins import hand_ins

if TYPE_CHECKING:
    from gradeprop.grading.checks.rows import Row
    from gradeprop.grading.result.verdict import SubmissionResult
    from gradeprop.grading.run.worker import Shown
    from gradeprop.session.grader.sandbox import Isolation


def run(
    student: str,
    name: str,
    check: str | None,
    submitted: Path | None,
    device: str,
    isolation: Isolation,
    folder: Path | None,
    *,
    as_json: bool,
) -> int:
    """Grade one submission again without recording it, and print what every check asked and got.
    ``student`` and ``name`` may come the other way round, as `show` has them. Return the exit code:
    1 if a grader failed by itself, else 0.

    Raises:
        UsageError: no such student, assignment or check.
    """
    root, course = open_course(folder)
    if course.assignment(name) is None and course.assignment(student) is not None:
        student, name = name, student
    assignment = named_assignment(course, name)
    check = check and as_slug(check)
    _known(assignment, check)
    found = hand_ins(root, course, submitted or root / "submitted", name, [student])
    (handed,) = found.handed
    devices = chosen_devices(device, course.spec.devices)
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.pool import graders
    from gradeprop.grading.run.publish import release_in_use
    from gradeprop.records.loading import load

    progress = released_with_progress(root, assignment.id) is not False
    release, faults = release_in_use(course, assignment, progress=progress)
    plan = Plan(course, name, release, course_key(root), devices, isolation, faults)
    seen: list[Shown] = []
    results: list[SubmissionResult] = []
    with graders(plan.facilities, 1) as running:
        running.grade(plan, [partial(load, plan, handed)], results.append, seen.append)
    names = [(key.exercise, item.check) for key, item in assignment.checks()]
    seen = [item for item in seen if check in (None, item.check)]
    seen.sort(key=lambda item: names.index((item.exercise, item.check)))
    failed = [item for item in faults_in(results) if check in (None, item.check)]
    again = _agreement(results[0], read_result(root, name, student))
    if as_json:
        screen.print_json(
            {
                "student": student,
                "agrees": again,
                "checks": [_json(assignment, item) for item in seen],
                "faults": [item.to_json() for item in failed],
            }
        )
    else:
        for line in _lines(seen, results[0], again):
            screen.out().print(screen.plain(line), soft_wrap=True)
        print_faults(screen.out(), failed, "submission")
    return GraderFault.exit_code if results[0].status == "error" else 0


def _known(assignment: LoadedAssignment, check: str | None) -> None:
    names = [item.check for _, item in assignment.checks()]
    if check is not None and check not in names:
        raise UsageError(
            f"{assignment.id} has no check {check!r}", remedy=f"known: {', '.join(names)}"
        )


def _agreement(result: SubmissionResult, kept: SubmissionResult | None) -> bool | None:
    """Whether the kept result says the same; None if there is none."""
    if kept is None:
        return None
    return without_traces(result.exercises) == without_traces(kept.exercises)


def _lines(seen: list[Shown], result: SubmissionResult, again: bool | None) -> Iterator[str]:
    if result.status == "ungradable":
        yield f"This submission cannot be read: {result.message}"
    for item in seen:
        judgement = item.judgement
        on = "" if item.device == "cpu" else f" on {item.device}"
        cause = f" [{judgement.misconception}]" if judgement.misconception else ""
        yield f"{item.exercise} {item.check}{on}: {judgement.status}{cause}"
        for row in judgement.rows:
            yield f"  {'✓' if row.right else '✗'} {row.expression}"
            for one in row.items:
                if not one.right:
                    label = f"{one.label}: " if one.label else ""
                    yield f"      {label}expected {one.expected}"
                    yield f"      {' ' * len(label)}got      {one.got}"
        if judgement.detail:
            yield f"  {judgement.detail}"
        if judgement.why:
            yield f"  No cause is named: {judgement.why.words}."
    verdict = {
        True: "The kept result says the same.",
        False: "The kept result differs: `gradeprop grade` makes it new.",
        None: "There is no kept result to compare with.",
    }
    yield verdict[again]


def _json(assignment: LoadedAssignment, item: Shown) -> dict[str, Any]:
    known = assignment.checks()
    part = next(
        key.part for key, one in known if (key.exercise, one.check) == (item.exercise, item.check)
    )
    judgement = item.judgement
    return {
        "exercise": item.exercise,
        "part": part,
        "check": item.check,
        "device": item.device,
        "status": judgement.status,
        "misconception": judgement.misconception,
        "why": judgement.why and judgement.why.words,
        "detail": judgement.detail,
        "questions": [_question(row) for row in judgement.rows],
    }


def _question(row: Row) -> dict[str, Any]:
    items = [asdict(item) for item in row.items]
    return {"asked": row.expression, "right": row.right, "items": items}
