"""What the public checks found for one part, as values; `present` makes text and HTML of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from gradeprop.grading.checks.judgement import Judgement


@dataclass(frozen=True)
class PublicCheck:
    """``trace`` is where in the student's own cells an exception came from, when one did."""

    name: str
    describe: str
    points: float
    judgement: Judgement
    trace: str | None = None


@dataclass(frozen=True)
class PublicReport:
    """What the public checks found for one part.

    ``points`` is all that the part is worth, hidden checks included; ``earned`` is that times the
    share of the public points earned, which is what plain nbgrader would record. ``given`` of them
    are for checks that were taken out, and everybody's."""

    exercise: str
    part: str
    title: str
    points: float
    hidden: int
    checks: tuple[PublicCheck, ...]
    given: float = 0.0

    @property
    def sure(self) -> float:
        """The points of the public checks that passed, and what is given: nothing that is decided
        after handing in can take them away."""
        passed = sum(it.points for it in self.checks if it.judgement.status == "passed")
        return min(self.points, self.given + passed)

    @property
    def open(self) -> float:
        """The points of the hidden checks, which are decided after handing in."""
        return max(0.0, self.points - self.given - sum(it.points for it in self.checks))

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
            "checks": [
                {
                    "check": check.name,
                    "status": check.judgement.status,
                    "message": check.judgement.message,
                    "misconception": check.judgement.misconception,
                    "questions": [asdict(row) for row in check.judgement.rows],
                }
                for check in self.checks
            ],
        }
