"""``gradeprop replay``: one submission once more, with the same hidden inputs and everything
shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradeprop.cli import screen
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.course.model import LoadedAssignment
from gradeprop.errors import UsageError
from gradeprop.grading.run.devices import chosen_devices
from gradeprop.records.files.key import course_key
from gradeprop.records.files.results import read_result
from gradeprop.records.files.submissions import find_submissions

if TYPE_CHECKING:
    from gradeprop.grading.checks.judgement import Judgement
    from gradeprop.grading.checks.rows import Row
    from gradeprop.grading.checks.sites import CheckSite
    from gradeprop.grading.result.verdict import SubmissionResult
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
) -> None:
    """Grade one submission again without recording it, and print what every check asked and got.
    ``student`` and ``name`` may come the other way round, as `show` has them.

    Raises:
        UsageError: no such student, assignment or check.
    """
    root, course = open_course(folder)
    if course.assignment(name) is None and course.assignment(student) is not None:
        student, name = name, student
    assignment = named_assignment(course, name)
    _known(assignment, check)
    (handed,) = find_submissions(submitted or root / "submitted", name, [student])
    devices = chosen_devices(device, course.spec.devices)
    from gradeprop.grading.run.batch import grade_batch
    from gradeprop.grading.run.facilities import open_sandboxes
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.publish import release_of
    from gradeprop.records.class_run import load

    plan = Plan(course, name, release_of(course, assignment), course_key(root), devices, isolation)
    seen: list[tuple[CheckSite, str, Judgement]] = []
    results: list[SubmissionResult] = []

    def note(site: CheckSite, on: str, judgement: Judgement) -> None:
        if check is None or site.check.check == check:
            seen.append((site, on, judgement))

    with open_sandboxes(plan.facilities) as sandboxes:
        grade_batch(plan.setting(sandboxes), [load(plan, handed)], results.append, on_check=note)
    seen.sort(key=lambda item: item[0].order)
    again = _agreement(results[0], read_result(root, name, student))
    if as_json:
        screen.print_json(
            {"student": student, "agrees": again, "checks": [_json(*item) for item in seen]}
        )
        return
    for line in _lines(seen, results[0], again):
        screen.out().print(screen.plain(line), soft_wrap=True)


def _known(assignment: LoadedAssignment, check: str | None) -> None:
    names = [item.check for _, item in assignment.checks()]
    if check is not None and check not in names:
        raise UsageError(
            f"{assignment.id} has no check {check!r}", remedy=f"known: {', '.join(names)}"
        )


def _agreement(result: SubmissionResult, kept: SubmissionResult | None) -> bool | None:
    """Whether the kept result says the same; None if there is none."""
    return None if kept is None else result.exercises == kept.exercises


def _lines(
    seen: list[tuple[CheckSite, str, Judgement]], result: SubmissionResult, again: bool | None
) -> Iterator[str]:
    if result.status == "ungradable":
        yield f"This submission cannot be read: {result.message}"
    for site, device, judgement in seen:
        on = "" if device == "cpu" else f" on {device}"
        cause = f" [{judgement.misconception}]" if judgement.misconception else ""
        yield f"{site.exercise.slug} {site.check.check}{on}: {judgement.status}{cause}"
        for row in judgement.rows:
            yield f"  {'✓' if row.right else '✗'} {row.expression}"
            for item in row.items:
                if not item.right:
                    label = f"{item.label}: " if item.label else ""
                    yield f"      {label}expected {item.expected}"
                    yield f"      {' ' * len(label)}got      {item.got}"
        if judgement.detail:
            yield f"  {judgement.detail}"
    verdict = {
        True: "The kept result says the same.",
        False: "The kept result differs: `gradeprop grade` makes it new.",
        None: "There is no kept result to compare with.",
    }
    yield verdict[again]


def _json(site: CheckSite, device: str, judgement: Judgement) -> dict[str, Any]:
    return {
        "exercise": site.exercise.slug,
        "part": site.part.part,
        "check": site.check.check,
        "device": device,
        "status": judgement.status,
        "misconception": judgement.misconception,
        "detail": judgement.detail,
        "questions": [_question(row) for row in judgement.rows],
    }


def _question(row: Row) -> dict[str, Any]:
    items = [asdict(item) for item in row.items]
    return {"asked": row.expression, "right": row.right, "items": items}
