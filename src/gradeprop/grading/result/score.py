"""From verdicts to a result: points, statuses and messages. Pure functions of values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from gradeprop.course.model import (
    CheckedPart,
    ExplanationPart,
    LoadedAssignment,
    LoadedExercise,
)
from gradeprop.course.voided import VoidedCheck
from gradeprop.grading.result.stopped_at import stopped_at
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExerciseResult,
    PartResult,
    Status,
    SubmissionStatus,
)
from gradeprop.grading.result.words import (
    ALL_TAKEN_OUT,
    NO_CELL,
    NOT_BEGUN,
    TAKEN_OUT,
    sentence,
    shortened,
)
from gradeprop.notebook.restore import PartState
from gradeprop.session.interface import CellOutcome
from gradeprop.wording import without_file

STOPS: tuple[Status, ...] = ("timeout", "killed", "memory", "output")
"""What ends code before it has given an answer."""


def at_worst(verdicts: Sequence[CheckVerdict]) -> list[CheckVerdict]:
    """One verdict for each check: with several devices the points count once, at their minimum."""
    worst: dict[str, CheckVerdict] = {}
    for verdict in verdicts:
        known = worst.get(verdict.check)
        if known is None or _rank(verdict) < _rank(known):
            worst[verdict.check] = verdict
    return list(worst.values())


def counted_in_class(part: PartResult) -> list[CheckVerdict]:
    """A part's checks as a class is counted, at their worst. Of a part that was not begun they are
    not begun, either, and name no cause: what is wrong with code that was given to be mended is not
    the student's mistake."""
    verdicts = at_worst(part.checks)
    if not part.not_begun:
        return verdicts
    return [
        verdict
        if verdict.voided or verdict.status in ("passed", "error")
        else replace(verdict, not_begun=True, misconception=None)
        for verdict in verdicts
    ]


def is_begun(part: PartResult) -> bool:
    """Whether there is an answer: the part is not as it was released, and something was assigned
    to the names that it asks for."""
    wrong = [check for check in part.checks if check.status not in ("passed", "skipped")]
    nothing = bool(wrong) and all(check.not_begun for check in wrong)
    return not part.not_begun and not (part.status == "failed" and nothing)


def lacks_cause(part: PartResult) -> bool:
    """Whether there is an answer of which no check has named a cause."""
    return is_begun(part) and not any(check.misconception for check in part.checks)


def is_unexplained(part: PartResult) -> bool:
    """Whether what there is is wrong, and nobody knows why; what was stopped gave no answer."""
    wrong = part.status == "failed" and any(check.status == "failed" for check in part.checks)
    return wrong and lacks_cause(part)


def taken_out(check: VoidedCheck, device: str) -> CheckVerdict:
    """The verdict of a voided check, whatever the submission."""
    what = "everybody gets its points" if check.give else "it counts for nobody"
    reason = f" {check.reason.strip()}" if check.reason else ""
    message = f"{TAKEN_OUT}: {what}.{reason}"
    return CheckVerdict(
        check.check,
        device,
        check.public,
        "skipped",
        check.points,
        check.points,
        message,
        voided=True,
        report=message,
    )


def _rank(verdict: CheckVerdict) -> float:
    return -1.0 if verdict.score is None else verdict.score


def code_part(
    part: CheckedPart,
    verdicts: Sequence[CheckVerdict],
    *,
    state: PartState,
    cell: CellOutcome | None,
) -> PartResult:
    """A part that checks have judged.

    Args:
        verdicts: of all its checks on all devices.
        state: what restoring found of the student's cell.
        cell: what became of the student's cell when it ran, if it ran.
    """
    counted = at_worst(verdicts)
    faulty = any(verdict.score is None for verdict in counted)
    score = None if faulty else float(sum(verdict.score or 0.0 for verdict in counted))
    judged = [verdict for verdict in counted if not verdict.voided]
    untouched = state == "starter"
    if part.kind == "repair" and untouched:
        state = "present"  # the code that is given to be mended is judged as it stands
    if counted and not judged:
        return PartResult(
            part.part, part.kind, score, part.points, "skipped", ALL_TAKEN_OUT, tuple(verdicts)
        )
    return PartResult(
        part.part,
        part.kind,
        score,
        part.points,
        _part_status(judged, state, cell),
        _part_message(judged, state, cell),
        tuple(verdicts),
        not_begun=untouched and not _solved(judged),
        line=stopped_at(cell),
    )


def _solved(verdicts: Sequence[CheckVerdict]) -> bool:
    return all(verdict.status == "passed" for verdict in verdicts)


def _part_status(
    verdicts: Sequence[CheckVerdict], state: PartState, cell: CellOutcome | None
) -> Status:
    statuses = [verdict.status for verdict in verdicts]
    if "error" in statuses:
        return "error"
    if statuses and all(status == "passed" for status in statuses):
        return "passed"
    if state == "missing":
        return "missing"
    reached = {cell.status if cell else None, *statuses}
    return next((status for status in STOPS if status in reached), "failed")


def _part_message(
    verdicts: Sequence[CheckVerdict], state: PartState, cell: CellOutcome | None
) -> str | None:
    solved = _solved(verdicts)
    if state == "missing":
        found = " What it asks for was found elsewhere in the notebook." if solved else ""
        return f"{NO_CELL}{found}"
    if state == "starter" and not solved:
        return NOT_BEGUN
    if cell is None or cell.status == "ok":
        return None
    if cell.status == "error":
        error = next((item for item in cell.outputs if item["output_type"] == "error"), None)
        what = f": {error['ename']}: {without_file(error['evalue'])}" if error else ""
        return f"Your cell stopped with an error{shortened(what)}"
    return cell.message and sentence(cell.message)


def explanation_part(part: ExplanationPart, state: PartState) -> PartResult:
    """A part that waits for a person. ``state`` is what restoring found: present, starter or
    missing."""
    return PartResult(
        part.part,
        part.kind,
        None,
        part.points,
        "missing" if state == "missing" else "manual",
        {"missing": NO_CELL, "starter": NOT_BEGUN}.get(state),
        not_begun=state == "starter",
    )


def exercise_result(exercise: LoadedExercise, parts: Sequence[PartResult]) -> ExerciseResult:
    return ExerciseResult(
        exercise.slug,
        _total(part.score for part in parts),
        sum(part.max_score for part in parts),
        tuple(parts),
    )


def _total(scores: Iterable[float | None]) -> float | None:
    """The sum, or None while one of them is unknown."""
    total = 0.0
    for score in scores:
        if score is None:
            return None
        total += score
    return total


def submission_status(exercises: Sequence[ExerciseResult]) -> SubmissionStatus:
    statuses = [part.status for exercise in exercises for part in exercise.parts]
    waiting = any(part.score is None for exercise in exercises for part in exercise.parts)
    if "error" in statuses:
        return "error"
    return "needs_manual" if waiting else "graded"


def total_score(exercises: Sequence[ExerciseResult]) -> float | None:
    return _total(exercise.score for exercise in exercises)


def auto_score(exercises: Sequence[ExerciseResult]) -> float:
    """What the checks alone have earned; checks with a grader fault count nothing here."""
    return float(sum(certain(exercise) for exercise in exercises))


def certain(exercise: ExerciseResult) -> float:
    """What its checks alone have earned, whatever is still open."""
    judged = [at_worst(part.checks) for part in exercise.parts]
    return float(sum(verdict.score or 0.0 for verdicts in judged for verdict in verdicts))


def all_parts(
    assignment: LoadedAssignment, status: Literal["missing", "error"], points: float | None
) -> tuple[ExerciseResult, ...]:
    """Every part with the same status and score, for a submission that could not be graded at all.

    Prose gets no score in any case: a person decides, who may ask for the notebook again.
    """
    results = []
    for exercise in assignment.exercises:
        parts = []
        for part in exercise.spec.parts:
            score = None if isinstance(part, ExplanationPart) else points
            parts.append(PartResult(part.part, part.kind, score, part.points, status))
        results.append(exercise_result(exercise, parts))
    return tuple(results)
