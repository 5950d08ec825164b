"""What grading again has changed in the automatic marks, and why. Pure functions of results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from gradeprop.course.keys import PartKey
from gradeprop.grading.result.score import at_worst, counted_in_class
from gradeprop.grading.result.verdict import CheckVerdict, PartResult, SubmissionResult

Cause: TypeAlias = Literal[
    "submission",
    "group",
    "voided",
    "restored",
    "added",
    "removed",
    "points",
    "verdict",
    "state",
    "other",
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a mark changed.

    Attributes:
        cause: ``submission``: another notebook was handed in. ``group``: the student is in another
            group, or in none any more. ``voided``, ``restored``: a check was
            taken out, or counts again. ``added``, ``removed``: a check or a part that was, or is,
            not there. ``points``: it is worth more or less. ``verdict``: it came out otherwise.
            ``state``: the whole submission could, or cannot, be graded. ``other``: none of these.
        check: None where the reason is about a whole part; then ``exercise`` and ``part`` may be
            None, too.
        before, after: the points (``added``, ``removed``, ``points``), the group or the verdict.
    """

    cause: Cause
    exercise: str | None = None
    part: str | None = None
    check: str | None = None
    before: str | float | None = None
    after: str | float | None = None

    def __str__(self) -> str:
        what = (self.check or f"the part {self.part}").replace("_", " ")
        match self.cause:
            case "submission":
                return "another notebook"
            case "group":
                return group_in_words(self.before, self.after)
            case "state":
                return f"{self.before} → {self.after}"
            case "voided":
                return f"{what} taken out"
            case "restored":
                return f"{what} counts again"
            case "added" | "removed":
                return f"{what} {self.cause}"
            case "points":
                return f"{what} worth {self.before:g} → {self.after:g}"
            case "verdict":
                return f"{what} {self.before} → {self.after}"
            case "other":
                return "graded otherwise"


@dataclass(frozen=True, slots=True)
class Mark:
    """A total by the checks alone. ``score`` is None while a person or a grader's fault is waited
    for; ``certain`` is what the checks have earned in any case."""

    score: float | None
    certain: float
    max_score: float
    status: str

    def __str__(self) -> str:
        known = f"{self.certain:g}+?" if self.score is None else f"{self.score:g}"
        return f"{known}/{self.max_score:g}"


@dataclass(frozen=True, slots=True)
class Change:
    """One student's mark before and after."""

    student: str
    before: Mark
    after: Mark
    reasons: tuple[Reason, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def group_in_words(before: object, now: object) -> str:
    """``now in the group “team 1”``, or the group that the student is no longer in."""
    return f"no longer in the group “{before}”" if now is None else f"now in the group “{now}”"


def change(before: SubmissionResult, after: SubmissionResult) -> Change | None:
    """What changed in one student's marks; None if every part has the points that it had."""
    if _points(before) == _points(after) and _state(before) == _state(after):
        return None
    return Change(after.student, _mark(before), _mark(after), tuple(_reasons(before, after)))


def differing(before: SubmissionResult, after: SubmissionResult) -> list[str]:
    """What the two results were graded with that is not the same: ``course``, ``torch``,
    ``group``, ``key`` …"""
    own = ("input", "submission", "input_set")
    names = [name for name in after.versions if name not in own]
    found = [name for name in names if before.versions.get(name) != after.versions[name]]
    if before.group != after.group:
        return [*found, "group"]  # other hidden inputs, whatever the key
    return found + ([] if before.seed == after.seed else ["key"])


def newly_named(before: SubmissionResult, after: SubmissionResult) -> set[tuple[str, str]]:
    """By exercise, the causes that the same hand-in is told now and was not before."""
    if _another_submission(before, after):
        return set()
    return _named(after) - _named(before)


def _named(result: SubmissionResult) -> set[tuple[str, str]]:
    return {
        (key.exercise, check.misconception)
        for key, part in result.parts()
        for check in counted_in_class(part)
        if check.misconception is not None
    }


def _mark(result: SubmissionResult) -> Mark:
    return Mark(result.score, result.auto_score, result.max_score, result.status)


def _state(result: SubmissionResult) -> str:
    if result.status == "ungradable":
        return "unreadable"
    judged = any(part.checks for _, part in result.parts())
    return "grader's fault" if result.status == "error" and not judged else "graded"


def _points(result: SubmissionResult) -> dict[PartKey, tuple[float | None, float] | None]:
    return {key: _worth(part) for key, part in result.parts()}


def _worth(part: PartResult | None) -> tuple[float | None, float] | None:
    return None if part is None else (part.score, part.max_score)


def _reasons(before: SubmissionResult, after: SubmissionResult) -> Iterator[Reason]:
    found = []
    if _another_submission(before, after):
        found.append(Reason("submission"))
    if before.group != after.group:
        found.append(Reason("group", before=before.group, after=after.group))
    if (was := _state(before)) != (now := _state(after)):
        yield from [*found, Reason("state", before=was, after=now)]
        return
    old, new = dict(before.parts()), dict(after.parts())
    for key in dict.fromkeys([*new, *old]):
        if _worth(old.get(key)) != _worth(new.get(key)):
            found += _about_part(key, old.get(key), new.get(key))
    yield from found or [Reason("other")]


def _another_submission(before: SubmissionResult, after: SubmissionResult) -> bool:
    old, new = before.versions.get("submission"), after.versions.get("submission")
    return old is not None and new is not None and old != new


def _about_part(key: PartKey, old: PartResult | None, new: PartResult | None) -> Iterator[Reason]:
    if old is None or new is None:
        yield _appeared(key, None, old, new)
        return
    earlier = {check.check: check for check in at_worst(old.checks)}
    later = {check.check: check for check in at_worst(new.checks)}
    for name in dict.fromkeys([*later, *earlier]):
        yield from _about_check(key, name, earlier.get(name), later.get(name))
    if not earlier and not later and old.max_score != new.max_score:
        yield Reason("points", *key, None, old.max_score, new.max_score)


def _about_check(
    key: PartKey, check: str, old: CheckVerdict | None, new: CheckVerdict | None
) -> Iterator[Reason]:
    if old is None or new is None:
        if not any(item is not None and item.voided and not item.max_score for item in (old, new)):
            yield _appeared(key, check, old, new)
    elif old.voided != new.voided:
        yield Reason("voided" if new.voided else "restored", *key, check, old.status, new.status)
    else:
        if old.max_score != new.max_score:
            yield Reason("points", *key, check, old.max_score, new.max_score)
        if old.status != new.status and old.score != new.score:
            yield Reason("verdict", *key, check, old.status, new.status)


def _appeared(
    key: PartKey,
    check: str | None,
    old: PartResult | CheckVerdict | None,
    new: PartResult | CheckVerdict | None,
) -> Reason:
    return Reason(
        "added" if old is None else "removed",
        *key,
        check,
        None if old is None else old.max_score,
        None if new is None else new.max_score,
    )
