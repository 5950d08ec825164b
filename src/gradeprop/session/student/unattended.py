"""What answers student code that waits for a person: nobody, and it is told so at once."""

from __future__ import annotations

import builtins
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from gradeprop.session.kept_builtins import KEPT

__all__ = ["refuse", "unattended"]

__builtins__ = KEPT

NO_INPUT: Final = "input() was called, but nobody can answer while a notebook is graded."


@contextmanager
def unattended() -> Iterator[None]:
    """Have `input` and `getpass` raise, with words for a person, and `breakpoint` do nothing.

    It is the same in a kernel that a program runs."""
    before = builtins.input, getpass.getpass, sys.breakpointhook
    refuse()
    try:
        yield
    finally:
        builtins.input, getpass.getpass, sys.breakpointhook = before


def refuse() -> None:
    """The same for good."""
    builtins.input = getpass.getpass = _no_input
    sys.breakpointhook = _no_stop


def _no_input(*_: object, **__: object) -> str:
    from IPython.core.error import StdinNotImplementedError  # not before somebody asks

    raise StdinNotImplementedError(NO_INPUT)


def _no_stop(*_: object, **__: object) -> None:
    """Nobody debugs here."""
