"""What a student reads when a session had to stop something."""

from __future__ import annotations

import signal
from typing import Final

__all__ = [
    "MALFORMED",
    "NOT_STARTED",
    "NO_MEMORY_HERE",
    "NO_PROCESS_LEFT",
    "OUT_OF_MEMORY",
    "REPLAY_TOO_SLOW",
    "answer_too_large",
    "answer_too_slow",
    "cell_too_slow",
    "ended",
    "too_much_memory",
    "too_much_output",
    "too_much_processor",
    "too_much_sent",
    "total_spent",
]

# The exit code of a session's process that has too little memory left to say so otherwise.
OUT_OF_MEMORY: Final = 71
# What stands for the exit code of a checker that could not be started; no process ends with it.
NOT_STARTED: Final = 256
NO_MEMORY_HERE: Final = (
    "the kernel killed a process of this submission because memory ran out here, not what the "
    "submission may have: give the machine, the container or the job memory_mb of course.yaml plus "
    "1 GiB for each worker, or use fewer workers"
)
NO_PROCESS_LEFT: Final = (
    "your notebook has so many processes running that none could be started to ask this"
)
REPLAY_TOO_SLOW: Final = (
    "your notebook was run a second time to ask this at its own place, and took longer than the "
    "first time: does a cell take another time each time that it runs?"
)
MALFORMED: Final = "your notebook's process sent something that is no answer"


def _seconds(seconds: float) -> str:
    return f"{seconds:g} s"


def cell_too_slow(seconds: float) -> str:
    return f"this cell did not finish in {_seconds(seconds)}: does a loop never end?"


def answer_too_slow(name: str, seconds: float) -> str:
    return f"`{name}` did not finish in {_seconds(seconds)}: does a loop never end?"


def total_spent(seconds: float) -> str:
    return f"the whole notebook took more than {_seconds(seconds)}"


def too_much_memory(memory_mb: int) -> str:
    return (
        f"your code needed more than {memory_mb} MiB of memory: does a list or tensor grow "
        f"without bound?"
    )


def answer_too_large(name: str, mib: float) -> str:
    return f"what `{name}` returned is larger than {mib:.0f} MiB"


def too_much_output(kilobytes: int) -> str:
    return f"the notebook printed more than {kilobytes} KiB in all"


def too_much_sent(mib: float) -> str:
    return f"all that your notebook answered together is larger than {mib:.0f} MiB"


def too_much_processor(seconds: float) -> str:
    return f"the whole notebook used more than {_seconds(seconds)} of processor time"


def ended(code: int | None) -> str:
    """How a process ended, from its exit code (minus the signal that ended it)."""
    if code is None:
        return "your code ended its own process"
    if code >= 0:
        return f"your code ended its own process (exit code {code})"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    words = {"SIGSEGV": "a segmentation fault", "SIGABRT": "an abort", "SIGKILL": "being killed"}
    return f"your code crashed its process by {words.get(name, name)}"
