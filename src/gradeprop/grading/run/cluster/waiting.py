"""How long a run waits for workers."""

from __future__ import annotations

import time
from typing import Final

import dask

from gradeprop.errors import MissingFacility, UsageError
from gradeprop.grading.run.cluster.address import PAGE
from gradeprop.grading.run.cluster.crew import Crew, Tell
from gradeprop.grading.run.cluster.link import Link

__all__ = ["Waiting", "patience_s"]

_REFUSED_S: Final = 10.0
"""Where all workers are refused, others that were started at the same time may be about to come;
if nobody has said how long to wait."""
_SETTING: Final = "gradeprop.wait-for-workers"
_PATIENCE: Final = "5 minutes"


def patience_s() -> float:
    """How long to wait for workers, in seconds, by Dask's configuration.

    Raises:
        UsageError: it says something else than a time.
    """
    asked = dask.config.get(_SETTING, _PATIENCE)
    try:
        seconds = float(dask.utils.parse_timedelta(asked))
    except (ValueError, TypeError, LookupError, AttributeError):
        seconds = -1.0
    if not seconds >= 0:
        raise UsageError(
            f"{asked!r} is no time to wait for workers",
            where="DASK_GRADEPROP__WAIT_FOR_WORKERS, or gradeprop.wait-for-workers in Dask's "
            "configuration",
            remedy="write it as 90s, 10m or 12h",
        )
    return seconds


class Waiting:
    """For workers, as long as there is hope."""

    def __init__(self, link: Link, crew: Crew, tell: Tell) -> None:
        self._link, self._crew, self._tell = link, crew, tell
        self._patience_s = patience_s()
        self._is_asked_to = dask.config.get(_SETTING, None) is not None
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
                address = self._link.address
                self._tell(
                    f"Waiting for workers at {address}, {self._patience_s:g} s at most; one is "
                    f"started with `{address.worker_command}`"
                )
        hopeless = self._crew.refused and not has_graded and not self._is_asked_to
        patience_s = _REFUSED_S if hopeless else self._patience_s
        if time.monotonic() - self._since > patience_s:
            refused, address = len(self._crew.refused), self._link.address
            what, start = f"no worker is left at {address}", "start workers"
            if refused:
                what = (
                    f"none of the {refused} workers at {address} can be used, for the reasons above"
                    if refused > 1
                    else f"the only worker at {address} cannot be used, for the reason above"
                )
                start = "start others"
            raise MissingFacility(
                f"{what}; what was graded is kept" if has_graded else what,
                remedy=f"{start} with `{address.worker_command}` in an environment like this one; "
                f"see {PAGE}",
            )
