"""``gradeprop show``: one student's result, readable: each check, what the student is told, the
numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gradeprop.cli import screen
from gradeprop.cli.selection import open_course
from gradeprop.errors import UsageError
from gradeprop.grading.public.marks import mark_of
from gradeprop.grading.result.faults import first_line
from gradeprop.grading.result.status_words import STOPPED, SUBMISSION
from gradeprop.records.feedback.opening import score_lines
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.results import read_result, result_path
from gradeprop.records.marks import marks_of


def run(
    assignment: str, student: str, folder: Path | None, *, details: bool, as_json: bool
) -> None:
    """Print a kept result with the marks that count. ``assignment`` and ``student`` may come the
    other way round, as `replay` has them.

    Raises:
        UsageError: there is none.
        MissingFacility, StorageError: there is a gradebook, but it cannot be used.
    """
    root, course = open_course(folder)
    result = read_result(root, assignment, student) or read_result(root, student, assignment)
    if result is None:
        raise UsageError(
            f"there is no result of {assignment} for {student!r}",
            where=str(result_path(root, assignment, student).relative_to(root)),
            remedy=f"run `gradeprop grade {assignment}`",
        )
    marks = marks_of(course, result)
    data = marks.to_json()
    if as_json:
        screen.print_json(data)
        return
    width = min(screen.out().width, 100)
    known = course.assignment(result.assignment)
    said = list(score_lines(marks, known.spec.due if known else None))
    for line in _lines(data, said, details, width):
        screen.out().print(screen.plain(line), soft_wrap=True)


def _lines(result: dict[str, Any], said: Sequence[str], details: bool, width: int) -> Iterator[str]:
    yield (
        f"{shown_id(result['student'])}: {result['assignment']}, {_points(result)} points, "
        f"{SUBMISSION[result['status']]}"
    )
    if result["message"]:
        yield from _wrapped(result["message"], "  ", width)
    for sentence in said:
        yield from _wrapped(sentence, "  ", width)
    for exercise in result["exercises"]:
        yield ""
        yield f"{exercise['exercise']}  {_points(exercise)}"
        for part in exercise["parts"]:
            yield f"  {part['part']}  {_points(part)}  {_status(part)}"
            if part["message"]:
                yield from _wrapped(part["message"], "    ", width)
            for check in part["checks"]:
                yield from _check(check, details, width)
            for line in (part["comment"] or "").splitlines():
                yield from _wrapped(line, "    ", width)


def _status(part: dict[str, Any]) -> str:
    """How it came out, and what a person has given for it."""
    status: str = STOPPED.get(part["status"], part["status"])
    if part["manual_score"] is not None:
        given = f"a person gave {part['manual_score']:g}"
        status = given if part["status"] == "manual" else f"{status}, {given}"
    if part["extra_credit"]:
        status += f", {part['extra_credit']:g} of extra credit"
    return status + (", look at it again" if part["look_again"] else "")


def _check(check: dict[str, Any], details: bool, width: int) -> Iterator[str]:
    mark, _ = mark_of(check["status"], check.get("not_begun", False), handed_in=True)
    cause = f"  [{check['misconception']}]" if check["misconception"] else ""
    device = "" if check["device"] == "cpu" else f" on {check['device']}"
    yield f"    {mark} {check['check'].replace('_', ' ')}{device}  {_points(check)}{cause}"
    if check["message"] and check["status"] != "passed":
        yield from _wrapped(check["message"], "      ", width)
    if details and check["detail"]:
        fault = check["status"] == "error"
        detail = first_line(check["detail"]) if fault else f"({check['detail']})"
        yield from _wrapped(detail, "      ", width)


def _points(item: dict[str, Any]) -> str:
    score = "?" if item["score"] is None else f"{item['score']:g}"
    return f"{score}/{item['max_score']:g}"


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent) or []
