"""What is graded next, what is asked again, and which checks have proven to fail by themselves."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.grading.run.watched import Fallen

__all__ = ["PROVEN", "Turns"]

PROVEN = 2
"""How many submissions prove it of a class: students' work may differ in what it meets."""


@dataclass
class Turns:
    """Of one run over a class. Submissions are known by their place in it.

    Attributes:
        of_all, of_one: checks that are known to fail by themselves; see
            `gradeprop.grading.run.faults.Faults`.
        proven: of so many submissions a check must have hung or crashed alone before it is asked of
            nobody.
        is_alone: whether what was given out last is to be graded while nothing else is.
    """

    of_all: dict[tuple[str, str], str]
    of_one: dict[tuple[str, str, str], str] = field(default_factory=dict)
    proven: int = PROVEN
    is_alone: bool = False
    _batches: deque[list[int]] = field(default_factory=deque)
    _alone: deque[int] = field(default_factory=deque)
    _last: deque[int] = field(default_factory=deque)
    _falls: Counter[tuple[int, tuple[str, str]]] = field(default_factory=Counter)
    _deaths: Counter[int] = field(default_factory=Counter)

    def add(self, submissions: int, size: int) -> None:
        """So many submissions, in batches of ``size``."""
        indices = range(submissions)
        self._batches.extend(list(indices[start : start + size]) for start in indices[::size])

    def __bool__(self) -> bool:
        """Whether anything is left to give out."""
        return bool(self._batches or self._alone or self._last)

    def next(self, *, nobody_works: bool) -> list[int] | None:
        """What to grade next; None if there is nothing now.

        What is to be alone waits until nobody works, and all else waits for it, but for
        submissions that others have disturbed: those come at the end of the run.
        """
        if self.is_alone:
            return None
        if self._alone:
            self.is_alone = nobody_works
            return [self._alone.popleft()] if nobody_works else None
        if self._batches:
            return self._batches.popleft()
        if self._last and nobody_works:
            self.is_alone = True
            return [self._last.popleft()]
        return None

    def next_somewhere(self) -> tuple[list[int], bool] | None:
        """As `next` where there are many machines, of which each sees to it that what is to be
        alone is alone there: what to grade next, and whether alone."""
        indices = self.next(nobody_works=True)
        alone, self.is_alone = self.is_alone, False
        return None if indices is None else (indices, alone)

    def again(self, indices: list[int], *, alone: bool) -> None:
        """These were given out and have come to nothing, by no fault of theirs."""
        if alone:
            self._alone.extend(indices)
        else:
            self.put_back(indices)

    def put_back(self, indices: list[int]) -> None:
        """These of what was given out last are still to be graded."""
        if indices:
            self._batches.appendleft(indices)

    def disturbed(self, index: int) -> None:
        """Something ran out of time while others had the processor: it is graded again at the
        end."""
        self._last.append(index)

    def fell(
        self,
        fallen: Fallen,
        course: Course,
        assignment: LoadedAssignment,
        order: Sequence[str],
        left: Mapping[str, int],
    ) -> dict[str, int]:
        """A process fell while it graded: what it had not finished is graded again.

        The check that it was at is asked again alone, and if it falls there, too, it is the
        grader's fault. Where it was at none, nobody's submission is to blame unless it falls alone,
        twice.

        Args:
            order: the students of the batch.
            left: those without a result, and which submission is theirs.

        Returns: the students that are to be given up.
        """
        self.is_alone = False
        sites = fallen.sites(assignment) if left else []
        if not sites or fallen.seen is None:
            return self._suspect(left)
        at = fallen.seen.submission
        student = next(iter(left)) if at is None or order[at] not in left else order[at]
        index = left[student]
        if rest := [other for other in left.values() if other != index]:
            self._batches.appendleft(rest)
        self._alone.append(index)
        for site in sites:
            self._falls[index, site.key] += 1
            if self._falls[index, site.key] < 2:
                continue
            why = fallen.told(course, site)
            self.of_one[(student, *site.key)] = why
            if at is None or self._proven(site.key):
                self.of_all[site.key] = why
        return {}

    def _proven(self, check: tuple[str, str]) -> bool:
        """Whether enough submissions have shown that the check fails by itself."""
        twice = [which for which, times in self._falls.items() if times > 1]
        return sum(key == check for _, key in twice) >= self.proven

    def _suspect(self, left: Mapping[str, int]) -> dict[str, int]:
        if len(left) == 1:
            self._deaths.update(left.values())
        doomed = {student: index for student, index in left.items() if self._deaths[index] >= 2}
        self._batches.extend([index] for student, index in left.items() if student not in doomed)
        return doomed
