"""``gradeprop push``: marks into Canvas' gradebook, and before that what would change there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from gradeprop.cli import screen
from gradeprop.cli.export import require_results, tell
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.errors import MissingFacility
from gradeprop.records.files.names import shown_id
from gradeprop.records.marks import class_marks, named
from gradeprop.records.push.plan import Change, PushPlan, not_taken, plan_push
from gradeprop.records.push.token import canvas_token, canvas_url
from gradeprop.wording import counted, number


@dataclass(frozen=True)
class Request:
    """What the command was asked for.

    Attributes:
        course: Canvas' course, by its number.
        number: Canvas' assignment; None looks for the assignment's title there.
        really: change Canvas, not only show.
    """

    assignment: str
    course: str
    number: int | None
    url: str | None
    folder: Path | None
    scale: bool
    really: bool
    as_json: bool


def run(request: Request) -> None:
    """Show what would change in Canvas; change it if that was asked for.

    Raises:
        UsageError: no such assignment here or there, nothing graded yet, or points that do not fit.
        MissingFacility: no token, Canvas cannot be reached or refuses.
    """
    _, course = open_course(request.folder)
    assignment = named_assignment(course, request.assignment)
    url = canvas_url(request.url)
    marks = class_marks(course, assignment)
    tell(marks)
    require_results(marks)
    token = canvas_token(url)
    from gradeprop.records.push.canvas import CanvasCourse  # has to be installed besides

    canvas = CanvasCourse(url, token, request.course)
    there = canvas.there(assignment.spec.title, request.number)
    plan = plan_push(marks, there, scale=request.scale)
    sends = request.really and bool(plan.changes)
    if not request.as_json:
        _show(plan)
    if sends:
        canvas.update(plan.assignment, {item.student.id: item.new for item in plan.changes})
        _require_taken(not_taken(plan, canvas.standing(plan.assignment)))
    if request.as_json:
        screen.print_json(_as_json(plan, request, sends))
    _say(plan, sent=sends)


def _require_taken(missing: tuple[Change, ...]) -> None:
    """Canvas tells of no score that it did not take: so it is asked what it has now.

    Raises:
        MissingFacility: it has not all of them.
    """
    if missing:
        names = named([change.marks.shown for change in missing])
        raise MissingFacility(
            f"Canvas has not taken {counted(len(missing), 'score')}: {names}",
            remedy="look there whether these students may be graded, then push again",
        )


def _show(plan: PushPlan) -> None:
    if not plan.changes:
        return
    title = f"{plan.assignment.name} (Canvas assignment {plan.assignment.id})"
    table = Table(title=screen.plain(title), title_justify="left", box=None, pad_edge=False)
    for heading in ("Student", "In Canvas"):
        table.add_column(heading, overflow="fold")
    table.add_column("Now", justify="right")
    table.add_column("New", justify="right")
    table.add_column("")
    for change in plan.changes:
        table.add_row(
            screen.plain(change.marks.shown),
            screen.plain(shown_id(change.student.name)),
            "–" if change.now is None else number(change.now),
            number(change.new),
            "lower" if change.lower else "",
        )
    screen.out().print(table)


def _say(plan: PushPlan, *, sent: bool) -> None:
    for line in _lines(plan, sent):
        screen.err().print(screen.plain(line), soft_wrap=True)


def _lines(plan: PushPlan, sent: bool) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for item, why in plan.left_out:
        by_reason.setdefault(why, []).append(item.shown)
    for why, students in by_reason.items():
        yield f"Not sent: {', '.join(students)}: {why}."
    for note in plan.notes:
        yield f"{note}."
    if plan.unchanged:
        yield f"{counted(len(plan.unchanged), 'score')} in Canvas already."
    if not plan.changes:
        yield "There is nothing to change in Canvas."
    elif sent:
        yield f"{counted(len(plan.changes), 'score')} sent, and found in Canvas."
    else:
        count = counted(len(plan.changes), "score")
        yield f"Nothing is changed so far. {count} would be: add --yes to send them."


def _as_json(plan: PushPlan, request: Request, sent: bool) -> dict[str, Any]:
    return {
        "assignment": request.assignment,
        "canvas_course": request.course,
        "canvas_assignment": {
            "id": plan.assignment.id,
            "name": plan.assignment.name,
            "points": plan.assignment.points,
        },
        "factor": plan.factor,
        "sent": sent,
        "changes": [
            {
                "student": change.marks.student,
                "canvas_id": change.student.id,
                "now": change.now,
                "new": change.new,
            }
            for change in plan.changes
        ],
        "unchanged": [item.student for item in plan.unchanged],
        "left_out": [{"student": item.student, "why": why} for item, why in plan.left_out],
        "notes": list(plan.notes),
    }
