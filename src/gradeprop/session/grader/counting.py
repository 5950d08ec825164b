"""How a sandbox counts what its processes take. Trusted side."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from gradeprop.session.interface import Level
from gradeprop.session.isolation.control_group import ControlGroup, control_group, kills_around
from gradeprop.session.isolation.processor import used_s

__all__ = ["Counting", "counting_at"]

# For `!cmd` where no control group bounds what all processes take together.
_SPARE_PROCESSES: Final = 3


@dataclass(frozen=True)
class Counting:
    """How a sandbox bounds the processes of a submission.

    Attributes:
        supervised: whether forks and threads are counted one by one (see
            `gradeprop.session.isolation.supervisor`).
        spare_processes: processes that student code may then have besides its own.
        group: the control group around all of it, if there is one.
    """

    supervised: bool = False
    spare_processes: int = 0
    group: ControlGroup | None = None

    def kills(self) -> int:
        """How many processes the kernel has killed for memory: in the control group, or, where
        there is none, among all that surrounds this process."""
        return kills_around() if self.group is None else self.group.kills()

    def own_limit_hits(self) -> int:
        """How often what submissions may have here was met, not what all that surrounds this
        process may have; never without a control group, and one that does not tell counts as met
        with each kill."""
        if self.group is None:
            return 0
        hits = self.group.limit_hits()
        return self.group.kills() if hits is None else hits

    def processor_s(self, processes: Callable[[], Iterable[int]]) -> float:
        """Seconds of processor time that the sandbox has used: by its control group, else as far as
        its ``processes`` and those that they have waited for tell."""
        used = None if self.group is None else self.group.processor_s()
        return used_s(processes()) if used is None else used


def counting_at(level: Level) -> Counting:
    """What this machine offers for a sandbox of this level."""
    if level == "none":
        return Counting()
    group = None
    with contextlib.suppress(OSError):
        group = control_group()
    if level == "restricted":
        return Counting(supervised=True, group=group)
    return Counting(group is None, _SPARE_PROCESSES, group)
