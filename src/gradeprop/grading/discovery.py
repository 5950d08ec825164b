"""Wrong answers of which no cause is known, put together by what they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gradeprop.course.keys import PartKey
from gradeprop.grading.checks.behaviour import Gave, same
from gradeprop.grading.checks.rows import Row
from gradeprop.grading.result.score import STOPS, is_unexplained, lacks_cause
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.worker import Shown

__all__ = ["Asked", "Group", "Seen", "grouped", "seen_in", "stopped", "unexplained"]


@dataclass(frozen=True)
class Seen:
    """What one student's answer to a part did, on inputs that all were asked.

    Attributes:
        gave: by check, question by question.
        wrong: the first question that was answered wrongly, with what was expected and what came.
        nearest: which mistake explains a part of it, and how much; None where none explains any.
    """

    student: str
    part: PartKey
    gave: Mapping[str, tuple[Gave, ...]]
    wrong: Row | None = None
    nearest: str | None = None

    @property
    def stopped(self) -> str | None:
        """What came in place of a value, where something did."""
        words = (item.other for gave in self.gave.values() for item in gave)
        return next(filter(None, words), None)


@dataclass
class Group:
    """Answers that do the same; ``seen`` in the order in which they were met."""

    part: PartKey
    seen: list[Seen] = field(default_factory=list)


def unexplained(result: SubmissionResult) -> Iterator[PartKey]:
    """The parts that are wrong, and begun, and of which no check has named a cause."""
    return (key for key, part in result.parts() if is_unexplained(part))


def stopped(result: SubmissionResult) -> Iterator[PartKey]:
    """The parts that took too long or were stopped, and of which no check has named a cause: they
    gave nothing by which they could be told from others, and no grader could wait for them."""
    return (key for key, part in result.parts() if part.status in STOPS and lacks_cause(part))


@dataclass(frozen=True)
class Asked:
    """What came of asking all on the same inputs.

    Attributes:
        seen: the answers that are wrong there without a cause.
        named: how many have a cause after all.
        right: how many are right there; their fault shows on other inputs.
        stopped: how many took too long there, or were stopped.
    """

    seen: list[Seen]
    named: int
    right: int
    stopped: int


def seen_in(
    shown: Sequence[Shown], wanted: Mapping[str, Sequence[PartKey]], part_of: Mapping[str, PartKey]
) -> Asked:
    """What was seen of the parts that are wanted.

    Args:
        shown: all that was told while the students were asked.
        wanted: by student, the parts to look at.
        part_of: by ``exercise.check``, whose part it is.
    """
    by_answer: dict[tuple[str, PartKey], list[Shown]] = {}
    for item in shown:
        part = part_of[f"{item.exercise}.{item.check}"]
        if part in wanted.get(item.student, ()):
            by_answer.setdefault((item.student, part), []).append(item)
    seen, named, right, halted = [], 0, 0, 0
    for (student, part), checks in by_answer.items():
        if any(item.judgement.misconceptions for item in checks):
            named += 1
            continue
        if any(item.judgement.status in STOPS for item in checks):
            halted += 1
            continue
        wrong = [item for item in checks if item.judgement.status == "failed"]
        if not wrong:
            right += 1
            continue
        whys = (item.judgement.why for item in wrong)
        near = (why.words for why in whys if why is not None and why.explained != 0)
        rows = (row for item in wrong for row in item.judgement.rows if not row.right)
        gave: dict[str, tuple[Gave, ...]] = {}
        for item in checks:  # one check may be asked in several cases
            key = f"{item.check} {item.device}"
            gave[key] = (*gave.get(key, ()), *item.behaviour)
        seen.append(Seen(student, part, gave, next(rows, None), next(near, None)))
    return Asked(seen, named, right, halted)


def grouped(seen: Sequence[Seen]) -> list[Group]:
    """Groups of answers to one part that do the same everywhere, the largest first."""
    groups: list[Group] = []
    for item in seen:
        for group in groups:
            if group.part == item.part and _do_the_same(group.seen[0], item):
                group.seen.append(item)
                break
        else:
            groups.append(Group(item.part, [item]))
    return sorted(groups, key=lambda group: -len(group.seen))


def _do_the_same(one: Seen, other: Seen) -> bool:
    if one.gave.keys() != other.gave.keys():
        return False
    return all(same(one.gave[check], other.gave[check]) for check in one.gave)
