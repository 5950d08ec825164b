"""What a report says, whatever it is shown in: the state of a part, its points, what is wrong."""

from __future__ import annotations

from gradeprop import wording
from gradeprop.grading.checks.rows import Row
from gradeprop.grading.public.report import PublicCheck, PublicReport
from gradeprop.wording import counted

__all__ = ["heard_first", "number", "points", "said", "state_of", "sure_in_all", "wrong_rows"]

_MAX_ROWS = 3
_MAX_MESSAGE = 700
_NOT_RUN_YET = (
    "If you have written something, run that cell first (Shift + Enter), then check again."
)
_SOME_LEFT = (
    "What is marked ○ is still to be written. If you have written it, run the cell first "
    "(Shift + Enter), then check again."
)


def number(value: float) -> str:
    """Points as people write them: 1, 0.5, 1.33."""
    return wording.number(round(value, 2))


def points(value: float) -> str:
    return wording.points(round(value, 2))


def state_of(report: PublicReport) -> str:
    """How many checks passed, which points are sure, and which are decided later: ``1 of 1 check
    passed: 1 point sure. 1 more point is decided after you hand in, on other inputs.``"""
    if report.not_begun:
        return f"Not begun yet. {_worth(report)}"
    right = sum(check.judgement.status == "passed" for check in report.checks)
    passed = f"{right} of {counted(len(report.checks), 'check')} passed"
    text = f"{passed}: {_sure(report)}."
    if report.given:
        text += f" {_everybodys(report.given)}"
    if later := _later(report):
        text += f" {later}"
    return text


def _sure(report: PublicReport) -> str:
    """``1 point sure``; where more can be had here, of how many."""
    here = report.points - report.open
    if not report.sure and report.open:
        return "no points sure yet"
    if report.sure < here:
        return f"{number(report.sure)} of {points(here)} sure"
    if report.open:
        return f"{points(report.sure)} sure"
    return "the 1 point is sure" if report.points == 1 else f"all {points(report.points)} are sure"


def _everybodys(given: float) -> str:
    return f"{number(given)} of them {_is(given)} everybody's, since a check was taken out."


def _later(report: PublicReport) -> str:
    """What is decided after handing in; empty if nothing is."""
    later = report.open
    if later:
        more = points(later).replace(" ", " more ", 1)
        return f"{more} {_is(later)} decided after you hand in{_where(report)}."
    if report.hidden:
        runs = "check runs" if report.hidden == 1 else "checks run"
        return f"{report.hidden} more {runs} after you hand in{_where(report)}."
    return ""


def _where(report: PublicReport) -> str:
    return ", on other inputs" if report.asks_with_inputs else ""


def _worth(report: PublicReport) -> str:
    here, later = report.points - report.open, report.open
    if not later:
        return f"It is worth {points(report.points)}."
    return (
        f"It is worth {points(report.points)}: {number(here)} {_is(here)} decided here, and "
        f"{number(later)} {_is(later)} decided after you hand in{_where(report)}."
    )


def _is(value: float) -> str:
    return "is" if round(value, 2) == 1 else "are"


def sure_in_all(sure: float, total: float, later: float) -> str:
    """``5 of 11 points are sure; 6 more are decided after you hand in.``"""
    if sure >= total:
        return f"all {points(total)} are sure." if total != 1 else "the 1 point is sure."
    text = f"{number(sure)} of {points(total)} {_is(sure)} sure"
    if later > 0:
        text += f"; {number(later)} more {_is(later)} decided after you hand in"
    return f"{text}."


def wrong_rows(check: PublicCheck) -> tuple[list[Row], int]:
    """The questions to show, and how many more were answered wrongly."""
    if check.judgement.status != "failed" or check.judgement.not_begun:
        return [], 0
    wrong = [row for row in check.judgement.rows if not row.right]
    return wrong[:_MAX_ROWS], max(0, len(wrong) - _MAX_ROWS)


def heard_first(report: PublicReport) -> tuple[str, ...]:
    """What is said of the part before its checks: how its cell ran, and once that it is not
    begun."""
    if report.note is not None:
        return (report.note,)
    if not report.not_begun and any(map(report.is_not_begun, report.checks)):
        return (_SOME_LEFT,)
    message = next((it.judgement.message for it in report.checks if it.judgement.not_begun), None)
    return (f"{message} {_NOT_RUN_YET}",) if message else ()


def said(check: PublicCheck, *, beside_rows: bool) -> str:
    """The message; beside the numbers that it begins with, only what it adds to them."""
    judgement = check.judgement
    if judgement.status == "passed" or not judgement.message or judgement.not_begun:
        return ""
    if beside_rows and judgement.hint:
        return judgement.hint
    text = judgement.message
    if beside_rows and judgement.asked and judgement.report:
        text = judgement.report[:1].upper() + judgement.report[1:]
    return text if len(text) <= _MAX_MESSAGE else text[: _MAX_MESSAGE - 1] + "…"
