"""Time that no honest work needs, however busy the machine is.

A test whose subject is a limit gives that one limit itself, and asserts what came of it, not when.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from gradeprop.session.interface import Limits

GENEROUS = Limits(cell_s=100.0, check_s=100.0, total_s=1000.0, memory_mb=1024)
# What something that hangs is given: enough for all that is done before it hangs.
SHORT_S = 3.0
# For a process to come or to go.
LONG_S = 60.0


def until(condition: Callable[[], bool]) -> bool:
    """Wait until ``condition`` holds; whether it does at last."""
    deadline = time.monotonic() + LONG_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
