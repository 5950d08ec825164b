"""Another machine's time zone, for tests of dates."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def machine_in(zone: str) -> Iterator[None]:
    """This process in another zone, by POSIX' name for it: ``CET-1CEST,M3.5.0,M10.5.0/3``."""
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be set here")
    patch = pytest.MonkeyPatch()
    patch.setenv("TZ", zone)
    time.tzset()
    try:
        yield
    finally:
        patch.undo()
        time.tzset()
