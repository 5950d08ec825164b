"""The checks of a part, as the page shows them: the table of a public one that failed, the cause
once, and where in the code something stopped. Of a hidden one no question, no number and no table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gradeprop.course.model import AnyPart
from gradeprop.grading.plots.picture import picture
from gradeprop.grading.result.score import at_worst
from gradeprop.grading.result.verdict import CheckVerdict, PartResult, Status
from gradeprop.records.feedback.phrases import one_line, plain, score_in_words
from gradeprop.records.feedback.views import CheckView, Stop

__all__ = ["check_views", "stops_in"]

_WORDS: Mapping[Status, str] = {
    "passed": "passed",
    "skipped": "not run",
    "error": "could not be run",
    "timeout": "took too long",
    "memory": "too much memory",
    "output": "too much output",
    "killed": "was stopped",
}


def check_views(
    result: PartResult, part: AnyPart | None, *, anchor: str, begin: str | None, lines: int
) -> Iterator[CheckView]:
    """The checks of a part in their order.

    Args:
        part: what the course says of it by now, if it still has it.
        anchor: the part's id on the page.
        begin: the check to begin with, if that is one of them.
        lines: how many the student's code has on the page.
    """
    spec = {check.check: check for check in part.checks} if part else {}
    told: set[str] = set()
    for number, verdict in enumerate(at_worst(result.checks), start=1):
        known = spec.get(verdict.check)
        hint = one_line(verdict.hint) if verdict.hint and _explained(verdict) else None
        cause = verdict.misconception or hint
        again = hint is not None and cause in told
        rows = verdict.rows if verdict.public and _explained(verdict) else ()
        yield CheckView(
            describe=one_line(known.describe) if known else plain(verdict.check),
            tone=_tone(verdict),
            word=_word(verdict),
            points=score_in_words(verdict.score, verdict.max_score) if verdict.max_score else "",
            hidden=not verdict.public and not verdict.voided,
            anchor=f"{anchor}-check-{number}",
            begin=verdict.check == begin,
            asked=verdict.asked if _explained(verdict) and not rows else None,
            rows=rows,
            more=_more(verdict.more_rows) if rows else None,
            report=_report(verdict, beside_rows=bool(rows)),
            line=verdict.line if _stops(verdict, lines) else None,
            hint=None if again else hint,
            same_cause=again,
            picture=picture(verdict.plot).svg if verdict.plot and verdict.public else None,
        )
        if hint is not None and cause is not None:
            told.add(cause)


def stops_in(result: PartResult, lines: int) -> tuple[Stop, ...]:
    """The lines of the student's code at which something stopped, each once, the cell's own first.

    Args:
        lines: how many there are.
    """
    found: dict[int, str] = {}
    if result.line is not None and result.line <= lines:
        found[result.line] = "your cell stopped here"
    for verdict in at_worst(result.checks):
        if verdict.line is not None and _stops(verdict, lines):
            found.setdefault(verdict.line, "your code stopped here when a check called it")
    return tuple(Stop(line, said) for line, said in found.items())


def _explained(verdict: CheckVerdict) -> bool:
    return verdict.status != "passed" and not verdict.not_begun


def _stops(verdict: CheckVerdict, lines: int) -> bool:
    return verdict.line is not None and verdict.line <= lines and _explained(verdict)


def _tone(verdict: CheckVerdict) -> str:
    if verdict.not_begun:
        return "open"
    return {"passed": "right", "skipped": "open", "error": "open"}.get(verdict.status, "wrong")


def _word(verdict: CheckVerdict) -> str:
    if verdict.voided:
        return "taken out"
    return "not begun" if verdict.not_begun else _WORDS.get(verdict.status, "not passed")


def _more(count: int) -> str | None:
    return f"And {count} more like this." if count else None


def _report(verdict: CheckVerdict, *, beside_rows: bool) -> str | None:
    """What came out; beside the numbers only what it adds to them, as `gp.check` has it."""
    if not _explained(verdict) or not verdict.report or (beside_rows and verdict.hint):
        return None
    report = verdict.report.strip()
    return report[:1].upper() + report[1:] if beside_rows else report
