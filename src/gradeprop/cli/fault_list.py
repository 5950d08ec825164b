"""The faults of graders that a command has met, each once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from gradeprop.cli import screen
from gradeprop.wording import counted

if TYPE_CHECKING:
    from gradeprop.grading.result.faults import Fault


def print_faults(console: Console, faults: Sequence[Fault], touched: str) -> None:
    """Print check, file and line of each, and how many it touches; nothing if there are none.

    Args:
        touched: what it touches, in the singular: ``"submission"``.
    """
    if not faults:
        return
    console.print("Checks that failed by themselves, which is nobody's zero:")
    for fault in faults:
        line = f"  {fault} ({counted(fault.submissions, touched)})"
        console.print(screen.plain(line), soft_wrap=True)
