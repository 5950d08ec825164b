"""The few system calls that Python does not offer, by ctypes. Linux only; imported nowhere else."""

from __future__ import annotations

import ctypes
import os
from typing import Any

__all__ = ["die_with_parent"]

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def _check(result: int, what: str) -> int:
    """``result`` unless it says that the call failed.

    Raises:
        OSError: it is negative.
    """
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def _prctl(option: int, *arguments: int) -> Any:
    padded = (*arguments, 0, 0, 0, 0)[:4]
    return _libc.prctl(option, *(ctypes.c_ulong(argument) for argument in padded))


def die_with_parent(parent: int) -> None:
    """Be killed when the parent process ``parent`` ends, also if it already has."""
    _check(_prctl(_PR_SET_PDEATHSIG, _SIGKILL), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        os._exit(0)
