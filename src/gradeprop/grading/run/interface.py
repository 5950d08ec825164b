"""What grades a class, wherever it does so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TypeAlias

from gradeprop.grading.result.verdict import SubmissionResult

if TYPE_CHECKING:
    from gradeprop.grading.run.facilities import Facilities
    from gradeprop.grading.run.paper import Submission
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.worker import Shown

__all__ = ["Graders", "Load", "OnResult", "OnShown", "Start"]

Load: TypeAlias = Callable[[], "Submission"]
OnResult: TypeAlias = Callable[[SubmissionResult], None]
OnShown: TypeAlias = Callable[["Shown"], None]


class Graders(Protocol):
    """What `gradeprop.grading.run.pool.graders` gives, and what stands in for it where several
    machines grade."""

    def grade(
        self,
        plan: Plan,
        submissions: Sequence[Load],
        on_result: OnResult,
        on_shown: OnShown | None = None,
    ) -> Mapping[tuple[str, str], str]:
        """Grade all submissions; return the checks that are asked of nobody any more, since they
        fail by themselves: those of the plan, and those that have proven it.

        Args:
            plan: for the facilities that these graders were started with.
            submissions: functions that read a submission, called as late as possible so that the
                class's notebooks are never all in memory.
            on_result: called in this process, as each result becomes final.
            on_shown: for an instructor's eyes, hears of every check with all its inputs and
                expected values.

        Raises:
            KeyboardInterrupt: Ctrl-C; never while ``on_result`` runs.
            GraderFault, MissingFacility: a sandbox cannot be started.
        """
        ...


Start: TypeAlias = Callable[["Facilities", int], AbstractContextManager[Graders]]
"""Starts graders: for these facilities, and so many processes if they run on this machine."""
