"""What a run changes in the results of earlier ones, taken up result by result.

An earlier result is gone as soon as the new one is in its file, and a large class does not fit into
memory twice: so what there is to tell is worked out while both are at hand, and is small."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from gradeprop.grading.result.changes import Change, change, differing, newly_named
from gradeprop.grading.result.verdict import SubmissionResult

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
        named: by exercise and cause, how many are told it now who were not before, of the same
            hand-in.
        differences: what they were graded with that the earlier ones were not, in how many.
    """

    def __init__(self) -> None:
        self.submissions = 0
        self.differences: Counter[Difference] = Counter()
        self.named: Counter[tuple[str, str]] = Counter()
        self._changes: list[Change] = []

    def add(self, before: SubmissionResult, now: SubmissionResult) -> None:
        """One student's."""
        self.submissions += 1
        for name in differing(before, now):
            old, new = before.versions.get(name), now.versions.get(name)
            if name == "group":
                old, new = before.group, now.group
            self.differences[Difference(name, old, new)] += 1
        self.named.update(newly_named(before, now))
        if found := change(before, now):
            self._changes.append(found)

    @property
    def changes(self) -> list[Change]:
        """Whose automatic marks changed, in the order of the students' ids."""
        return sorted(self._changes, key=lambda item: item.student)
