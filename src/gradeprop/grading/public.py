"""``gp.check``: the public checks in the student's own kernel, from nothing but the notebook.

Needs torch and IPython only. What it says of a check is what the grader will say of the same check: the
questions, the expected numbers and the judging code are the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradeprop.errors import UsageError
from gradeprop.grading.judge import Judgement, judge
from gradeprop.grading.public_data import decode_script
from gradeprop.session.interface import Session


@dataclass(frozen=True)
class PublicCheck:
    name: str
    describe: str
    points: float
    judgement: Judgement


@dataclass(frozen=True)
class PublicReport:
    """What `check_part` found for one part.

    ``points`` is all that the part is worth, hidden checks included; ``earned`` is that times the share of
    the public points earned, which is what plain nbgrader would record.
    """

    exercise: str
    part: str
    title: str
    points: float
    hidden: int
    checks: tuple[PublicCheck, ...]

    @property
    def earned(self) -> float:
        total = sum(check.points for check in self.checks)
        won = sum(check.points for check in self.checks if check.judgement.status == "passed")
        return self.points * won / total if total else 0.0

    def to_json(self) -> dict[str, Any]:
        """For ``gradeprop check --json``."""
        return {
            "exercise": self.exercise,
            "part": self.part,
            "points": self.points,
            "earned": self.earned,
            "checks": [
                {
                    "check": check.name,
                    "status": check.judgement.status,
                    "message": check.judgement.message,
                    "misconception": check.judgement.misconception,
                }
                for check in self.checks
            ],
        }


class PublicChecks:
    """The public checks that a notebook's set-up cell loaded, by exercise."""

    def __init__(self) -> None:
        self._exercises: dict[str, Mapping[str, Any]] = {}

    def load(self, text: str) -> None:
        """Take in one or more exercises.

        Args:
            text: JSON, ``{exercise: data}``, written by `gradeprop.grading.publish`.
        """
        self._exercises.update(json.loads(text))

    def report(self, exercise: str, part: str | None, session: Session) -> list[PublicReport]:
        """Run the public checks of a part, or of all parts of the exercise.

        Raises:
            UsageError: unknown exercise or part.
        """
        data = self._exercises.get(exercise)
        if data is None:
            known = ", ".join(sorted(self._exercises))
            raise UsageError(
                f"there are no checks for {exercise!r} here",
                remedy=f"known: {known}" if known else "run the notebook's set-up cell (near its top) first",
            )
        parts = [item for item in data["parts"] if part is None or item["part"] == part]
        if not parts:
            known = ", ".join(item["part"] for item in data["parts"])
            raise UsageError(f"{exercise} has no part {part!r} with checks", remedy=f"known: {known}")
        return [self._check_part(exercise, item, data["words"], session) for item in parts]

    def _check_part(
        self, exercise: str, part: Mapping[str, Any], declared: Mapping[str, str], session: Session
    ) -> PublicReport:
        checks: list[PublicCheck] = []
        passed: set[str] = set()
        for item in part["checks"]:
            missing = [name for name in item["needs"] if name not in passed]
            if missing:
                judgement = Judgement("skipped", skipped_because(missing))
            else:
                script = decode_script(item["script"])
                judgement = judge(
                    script, session.ask(script.asks), public=True, declared=declared, forbid=part["forbid"]
                )
            if judgement.status == "passed":
                passed.add(item["check"])
            checks.append(PublicCheck(item["check"], item["describe"], item["points"], judgement))
        return PublicReport(
            exercise, part["part"], part["title"], part["points"], part["hidden"], tuple(checks)
        )


def skipped_because(missing: list[str]) -> str:
    """Why a check was not run: the ones that it builds on have not passed."""
    names = " and ".join(f"“{name.replace('_', ' ')}”" for name in missing)
    return f"Not checked yet: {names} must pass first."
