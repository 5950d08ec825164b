"""The first sentences of a page: what a nervous reader wants to know before any number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from gradeprop.course.keys import PartKey
from gradeprop.grading.result.score import at_worst
from gradeprop.grading.result.verdict import PartResult
from gradeprop.records.gradebook.lateness import in_words
from gradeprop.records.marks import Marks
from gradeprop.wording import points

__all__ = ["lost_parts", "opening", "score_lines"]

_NOTHING_LOST = "No point is lost. Well done!"


def opening(marks: Marks) -> str:
    """The first sentence. It praises only where nothing is lost."""
    if marks.result.status == "ungradable":
        return "We could not read your notebook. That can be mended."
    checks = [
        check
        for _, part in marks.result.parts()
        for check in at_worst(part.checks)
        if not check.voided
    ]
    passed = sum(check.status == "passed" for check in checks)
    if passed == len(checks):
        first = "Every check passed" if checks else ""
        return _all_passed(marks, first)
    if all(check.not_begun or check.status == "skipped" for check in checks):
        return "There is nothing of yours to check yet: the cells are as they were released."
    if passed == 0:
        return "None of the checks passed yet. Often a single slip is behind several of them."
    return (
        f"{passed} of {len(checks)} checks passed. For the others you find below what came out "
        "and, where we recognise the cause, what to look at."
    )


def _all_passed(marks: Marks, first: str) -> str:
    if _has_all(marks):
        return (
            f"{first} and no point is lost. Well done!" if first else "No point is lost. Well done!"
        )
    open_parts = [part for _, part in marks.result.parts() if part.not_begun or _is_missing(part)]
    if open_parts:
        rest = "A part is still to be written: it is marked below."
    elif marks.awaits is not None:
        rest = "The rest is not decided yet."
    else:
        rest = "Where points are missing all the same, it says below why."
    return f"{first}. {rest}" if first else f"Here is what we have to say about your work. {rest}"


def _has_all(marks: Marks) -> bool:
    """Whether nothing is lost: not by a check, a mark, a penalty or a part without an answer."""
    return (
        marks.score is not None
        and not marks.penalty
        and not lost_parts(marks)
        and not any(part.not_begun or _is_missing(part) for _, part in marks.result.parts())
    )


def _is_missing(part: PartResult) -> bool:
    return part.status == "missing"


def lost_parts(marks: Marks) -> list[PartKey]:
    """The parts of which some points are lost for certain, in the notebook's order."""
    return [
        key
        for key, part in marks.result.parts()
        if (score := marks.parts[key].score) is not None and score < part.max_score
    ]


def score_lines(marks: Marks, due: datetime | None) -> Iterator[str]:
    """How the total came about, where that is not plain.

    Args:
        due: as course.yaml has it.
    """
    if marks.score is None:
        open_parts = [part for key, part in marks.result.parts() if marks.parts[key].score is None]
        failed = any(part.status == "error" for part in open_parts)
        if failed or marks.result.status == "error":
            yield (
                "A check could not be run. That is our fault and costs you nothing: your "
                "instructor can see it and will grade it again."
            )
        if any(part.kind == "explanation" for part in open_parts):
            yield "The total is not final: a person is still to read your text and give its points."
    if marks.extra:
        yield f"This includes {points(marks.extra)} of extra credit."
    if marks.retired:
        yield (
            f"This includes {points(marks.retired)} for a part that is no longer in this"
            " assignment."
        )
    if group := marks.result.group:
        yield f"This is the work of your group “{group}”; it counts for each of you."
    if late := in_words(marks.result, due):
        yield late
    if marks.penalty:
        were = "was" if marks.penalty == 1 else "were"
        yield f"{points(marks.penalty)} {were} taken off for handing in late."
