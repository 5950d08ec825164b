"""What a pytest item is about: whose work, on which device, and, where no test of the course says
it, by which check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gradeprop.course.model import ChoicePart, PredictionPart
from gradeprop.course.stated import StatedAnswer, answers_of
from gradeprop.grading.checks import stated_check
from gradeprop.grading.checks.plain import TARGET
from gradeprop.grading.checks.sites import CheckSite

__all__ = ["STATED", "Target", "is_stated", "stated_at", "target_of", "targets_of", "tested"]

STATED = Path(stated_check.__file__).resolve()
"""The grader of all checks that have no test."""


@dataclass(frozen=True)
class Target:
    """Whose work is judged where; of `STATED`, also by which check."""

    subject: int
    device: str
    site: CheckSite | None = None

    def __str__(self) -> str:
        """What pytest adds to the test's name."""
        name = f"{self.subject}-{self.device}"
        return name if self.site is None else f"{name}-{'-'.join(self.site.key)}"


def is_stated(site: CheckSite) -> bool:
    """Whether the solution says what is right, and no test."""
    return site.check.check in site.exercise.stated


def tested(root: str, sites: Sequence[CheckSite]) -> dict[tuple[Path, str], CheckSite]:
    """By file and name of its test, each check that has one."""
    return {
        ((Path(root) / site.exercise.grader).resolve(), f"test_{site.check.check}"): site
        for site in sites
        if not is_stated(site)
    }


def targets_of(
    metafunc: pytest.Metafunc, subjects: int, devices: Sequence[str], stated: Sequence[CheckSite]
) -> list[Target]:
    """All that a test is run for; of `STATED`, for each of the ``stated`` checks."""
    of_stated = Path(metafunc.module.__file__ or "").resolve() == STATED
    sites: Sequence[CheckSite | None] = stated if of_stated else (None,)
    return [
        Target(subject, device, site)
        for subject in range(subjects)
        for device in devices
        for site in sites
    ]


def stated_at(target: Target) -> tuple[StatedAnswer, ...]:
    """What the solution states, for a check that has no test."""
    site = target.site
    if site is None or not isinstance(site.part, ChoicePart | PredictionPart):
        return ()
    return tuple(answers_of(site.exercise, site.part, site.check))


def target_of(item: Any) -> Target:
    """What a pytest item is about."""
    target: Target = item.callspec.params[TARGET]
    return target
