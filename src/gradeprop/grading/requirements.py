"""What must hold of solutions and samples when they are graded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradeprop.course.fault_names import ids_in
from gradeprop.gradients.comparison.render import listed
from gradeprop.grading.result.verdict import CheckVerdict, PartResult, SubmissionResult

__all__ = ["differences", "must_be_named", "must_earn_nothing", "must_pass"]


def differences(exercise: str, late: SubmissionResult, there: SubmissionResult) -> Iterator[str]:
    """Where it makes a difference when a check of this exercise is asked."""
    pairs = zip(late.exercises, there.exercises, strict=True)
    for one, other in pairs:
        if one.exercise != exercise:
            continue
        for part, same in zip(one.parts, other.parts, strict=True):
            for check, again in zip(part.checks, same.checks, strict=True):
                if "error" in (check.status, again.status):  # told as the grader's fault
                    continue
                if (check.status, check.misconception) != (again.status, again.misconception):
                    yield (
                        f"{part.part}: {check.check} on {check.device} is {_said(check)} when "
                        f"asked after the last cell, and {_said(again)} at its own place: does the "
                        f"answer depend on later cells, or on chance?"
                    )


def _said(check: CheckVerdict) -> str:
    return f"{check.status} ({check.misconception})" if check.misconception else check.status


def must_pass(exercise: str, parts: Sequence[PartResult], result: SubmissionResult) -> list[str]:
    """What is wrong with an exercise that holds the solution, and what may be why."""
    problems = [
        f"{part.part}: the solution does not pass {check.check} on {check.device}:"
        f" {check.detail or check.message or check.status}{_stop(part)}"
        for part in parts
        for check in part.checks
        if check.status not in ("passed", "error")  # faults are told by themselves
    ]
    return [*problems, *_stopped_before(exercise, result)] if problems else []


def _stopped_before(exercise: str, result: SubmissionResult) -> Iterator[str]:
    """Of the code that is given in an exercise, what ended with an error."""
    for cell in result.cells:
        name = cell.grade_id or ""
        if not (name.startswith(f"{exercise}-") and name.endswith("-given")):
            continue
        for item in cell.outputs:
            if item["output_type"] == "error":
                yield f"the cell {name} stops with an error: {item['ename']}: {item['evalue']}"


def _stop(part: PartResult) -> str:
    """What ended the part's cell, if anything did."""
    return f"; {part.message}" if part.message else ""


def must_earn_nothing(part: PartResult) -> str:
    """What is wrong with a part that holds the starter and has points."""
    passed = [check.check for check in part.checks if check.status == "passed"]
    earns = f"the starter earns {part.score:g} of {part.max_score:g} points"
    return f"{part.part}: {earns}: it passes {listed(list(dict.fromkeys(passed)))}"


def must_be_named(part: PartResult, misconception: str) -> list[str]:
    """What is wrong with a part that holds a sample: it is not caught, not called by its name, or
    called by another, too."""
    if any(check.status == "error" for check in part.checks):
        return []  # faults are told by themselves, and what they hide cannot be
    problems: list[str] = []
    shown = set(ids_in(misconception))
    if part.score is not None and part.score >= part.max_score:
        return [f"{part.part}: the sample of {misconception} gets full marks"]
    for device in sorted({check.device for check in part.checks}):
        checks = [check for check in part.checks if check.device == device]
        names = {check.misconception for check in checks if check.misconception}
        if not names & shown:
            seen = "; ".join(
                f"{check.check}: {check.detail or check.status}"
                for check in checks
                if check.status != "passed"
            )
            problems.append(
                f"{part.part}: the sample of {misconception} is not named on {device}"
                f" ({seen}{_stop(part)})"
            )
        for other in sorted(names - shown):
            problems.append(
                f"{part.part}: the sample of {misconception} is also called {other} on {device}"
            )
    return problems
