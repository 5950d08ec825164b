"""How long a run waits for workers."""

from __future__ import annotations

import time
from typing import Final

from gradeprop.errors import MissingFacility
from gradeprop.grading.run.cluster.address import PAGE
from gradeprop.grading.run.cluster.crew import Crew, Tell
from gradeprop.grading.run.cluster.link import Link

__all__ = ["Waiting"]

_REFUSED_S: Final = 10.0
"""Where all workers are refused, others that were started at the same time may be about to come."""


class Waiting:
    """For workers, as long as there is hope."""

    def __init__(self, link: Link, crew: Crew, tell: Tell) -> None:
        import dask

        self._link, self._crew, self._tell = link, crew, tell
        asked = dask.config.get("gradeprop.wait-for-workers", "5 minutes")
        self._patience_s = float(dask.utils.parse_timedelta(asked))
        self._since: float | None = None

    def check(self, *, has_graded: bool) -> None:
        """
        Args:
            has_graded: whether any worker has graded anything; else those that are refused leave
                little hope for others.

        Raises:
            MissingFacility: there is no worker to grade with, and none comes.
        """
        if self._crew.ready or self._crew.is_unsettled:
            self._since = None
            return
        if self._since is None:
            self._since = time.monotonic()
            if not self._crew.refused:
                self._tell(f"Waiting for workers at {self._link.address}")
        hopeless = self._crew.refused and not has_graded
        patience_s = _REFUSED_S if hopeless else self._patience_s
        if time.monotonic() - self._since > patience_s:
            reasons = [f"\n  {name}: {why}" for name, why in self._crew.refused.items()]
            none = "of the workers at" if reasons else "no worker is left at"
            told = f"{none} {self._link.address}"
            told += f" none can be used:{''.join(reasons)}" if reasons else ""
            raise MissingFacility(
                f"{told}\nwhat was graded is kept" if has_graded else told,
                remedy=f"start workers with `dask worker {self._link.address} --no-nanny` in the "
                f"same environment; see {PAGE}",
            )
