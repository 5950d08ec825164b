"""What a run changes in the results of earlier ones, taken up result by result.

An earlier result is gone as soon as the new one is in its file, and a large class does not fit into
memory twice: so what there is to tell is worked out while both are at hand, and is small."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from gradeprop.grading.result.changes import Change, change, differing, newly_named
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.session.interface import LEVELS

__all__ = ["Difference", "Regraded"]


class Difference(NamedTuple):
    """Something that a result was graded with, and is no longer: see `differing`."""

    name: str
    before: str | None
    now: str | None


class Regraded:
    """Of one run, the results that have taken the place of earlier ones.

    Attributes:
        submissions: how many they are.
        named: by exercise and cause, the students who are told it now and were not before, of the
            same hand-in; see `newly_named`.
        weakened: by isolation before and now, how many are graded at less than they were, other
            than by ``none``, for which somebody asked.
        differences: what they were graded with that the earlier ones were not, in how many.
    """

    def __init__(self) -> None:
        self.submissions = 0
        self.differences: Counter[Difference] = Counter()
        self.named: dict[tuple[str, str], list[str]] = {}
        self.weakened: Counter[tuple[str, str]] = Counter()
        self._changes: list[Change] = []

    def add(self, before: SubmissionResult, now: SubmissionResult) -> None:
        """One student's."""
        self.submissions += 1
        for name in differing(before, now):
            old, new = before.versions.get(name), now.versions.get(name)
            if name == "group":
                old, new = before.group, now.group
            self.differences[Difference(name, old, new)] += 1
        for cause in newly_named(before, now):
            self.named.setdefault(cause, []).append(now.student)
        if _is_weaker(now.isolation, before.isolation):
            self.weakened[before.isolation, now.isolation] += 1
        if found := change(before, now):
            self._changes.append(found)

    @property
    def changes(self) -> list[Change]:
        """Whose automatic marks changed, in the order of the students' ids."""
        return sorted(self._changes, key=lambda item: item.student)


def _is_weaker(now: str, before: str) -> bool:
    return now != "none" and {now, before} <= {*LEVELS} and LEVELS.index(now) > LEVELS.index(before)
