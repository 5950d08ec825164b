"""What the public checks found for one part, as values; `present` makes text and HTML of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.result import words


@dataclass(frozen=True)
class PublicCheck:
    """``trace`` is where in the student's own cells an exception came from, when one did;
    ``printed`` what the student's code printed meanwhile, cut where it is long."""

    name: str
    describe: str
    points: float
    judgement: Judgement
    trace: str | None = None
    printed: str = ""


@dataclass(frozen=True)
class PublicReport:
    """What the public checks found for one part.

    ``points`` is all that the part is worth, hidden checks included; ``earned`` is that times the
    share of the public points earned, which is what plain nbgrader would record. ``given`` of them
    are for checks that were taken out, and everybody's. ``asks_with_inputs``: the public checks
    pass something to the student's functions, so that hidden ones can pass something else. ``note``
    says how the part's cell ended when it last ran, where that is not well; ``outdated``: what was
    checked is of an earlier run, so that it says nothing of what will be handed in."""

    exercise: str
    part: str
    title: str
    points: float
    hidden: int
    checks: tuple[PublicCheck, ...]
    given: float = 0.0
    asks_with_inputs: bool = True
    note: str | None = None
    outdated: bool = False

    @property
    def not_begun(self) -> bool:
        """Whether the part is as it was released: no check found anything that was written, and no
        cell failed."""
        found = [it.judgement for it in self.checks if it.judgement.status != "skipped"]
        return self.note is None and bool(found) and all(it.not_begun for it in found)

    @property
    def nothing_there(self) -> bool:
        """Whether no check found anything to look at."""
        found = [it.judgement for it in self.checks if it.judgement.status != "skipped"]
        return all(it.not_begun or it.misconception == "missing_name" for it in found)

    def is_not_begun(self, check: PublicCheck) -> bool:
        """Whether nothing is there that the check could look at; one that waits for such a check is
        no news."""
        return self.not_begun or (self.note is None and check.judgement.not_begun)

    @property
    def sure(self) -> float:
        """The points of the public checks that passed, and what is given: nothing that is decided
        after handing in can take them away."""
        if self.outdated:
            return _rounded(min(self.points, self.given))
        passed = sum(it.points for it in self.checks if it.judgement.status == "passed")
        return _rounded(min(self.points, self.given + passed))

    @property
    def open(self) -> float:
        """The points of the hidden checks, which are decided after handing in."""
        return _rounded(max(0.0, self.points - self.given - sum(it.points for it in self.checks)))

    @property
    def earned(self) -> float:
        total = sum(check.points for check in self.checks)
        won = sum(check.points for check in self.checks if check.judgement.status == "passed")
        # In this order: when all is won the share is 1 exactly, and never more than the points come
        # out.
        return self.given + (self.points - self.given) * (won / total if total else 0.0)

    def to_json(self) -> dict[str, Any]:
        """For ``gradeprop check --json``."""
        return {
            "exercise": self.exercise,
            "part": self.part,
            "points": self.points,
            "earned": self.earned,
            "sure": self.sure,
            "open": self.open,
            "not_begun": self.not_begun,
            "note": self.note,
            "checks": [
                {
                    "check": check.name,
                    "status": check.judgement.status,
                    "not_begun": check.judgement.not_begun,
                    "message": check.judgement.message,
                    "misconception": check.judgement.misconception,
                    "printed": check.printed,
                    "questions": [asdict(row) for row in check.judgement.rows],
                }
                for check in self.checks
            ],
        }


def told_apart(checks: Sequence[PublicCheck]) -> Iterator[PublicCheck]:
    """The checks of a part; where something of it is written, none says that the cell is as it was
    released."""
    judged = [it.judgement for it in checks if it.judgement.status != "skipped"]
    begun = not all(it.not_begun for it in judged)
    for check in checks:
        judgement = check.judgement
        if begun and judgement.not_begun:
            judgement = replace(judgement, report=words.NOTHING_ASSIGNED)
        yield replace(check, judgement=judgement)


def _rounded(points: float) -> float:
    """Without what adding fractions leaves: 1 - (0.7 + 0.2 + 0.1) is not quite 0."""
    return round(points, 9)
