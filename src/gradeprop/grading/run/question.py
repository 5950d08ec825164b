"""A check as it is asked of one paper, and how."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from gradeprop.grading.checks.behaviour import Gave
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.sites import CheckSite, Write
from gradeprop.grading.checks.watch import Watch
from gradeprop.grading.run.judged_before import JudgedBefore
from gradeprop.grading.run.samples import Samples

__all__ = ["Answered", "Circumstances", "OnCheck", "Question"]

OnCheck: TypeAlias = Callable[["Answered"], None]


@dataclass(frozen=True)
class Answered:
    """A check that was asked of a student on a device, with the judgement that counts.

    Attributes:
        judgement: with all numbers.
        gave: what the answer did, question by question.
    """

    student: str
    site: CheckSite
    device: str
    judgement: Judgement
    gave: tuple[Gave, ...]


@dataclass(frozen=True)
class Question:
    """A check as it is asked of one paper on one device."""

    site: CheckSite
    device: str
    write: Write

    @cached_property
    def script(self) -> Script:
        """What it asks and expects, written down once: a second asking asks the same."""
        return self.write(0)

    @property
    def turn(self) -> tuple[tuple[int, int], tuple[bool, tuple[int, int, int]]]:
        """By part, so that one further run of the notebook serves all; public ones first in
        each."""
        exercise, part, _ = self.site.order
        return (exercise, part), self.site.turn


@dataclass(frozen=True)
class Circumstances:
    """How checks are asked.

    Attributes:
        at_once: whether each check is judged when it comes; else one may wait for
            `Inquiry.finish`.
        begin: told before the graders' code of a check runs again.
        watch: where that code stands.
        left_out: checks that are not asked of anybody, by exercise and check.
        on_check: hears of every check with all its inputs and expected values.
        judged: what the same answers to the same questions were judged to be.
        samples: what misconceptions' samples give; those without are recognised by id and pattern.
    """

    at_once: bool
    begin: Callable[[CheckSite], None]
    watch: Watch
    left_out: Container[tuple[str, str]] = ()
    on_check: OnCheck | None = None
    samples: Samples | None = None
    judged: JudgedBefore = field(default_factory=JudgedBefore)
