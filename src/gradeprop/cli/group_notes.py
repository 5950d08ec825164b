"""What is said of groups that handed in more than once."""

from __future__ import annotations

from gradeprop.cli import screen
from gradeprop.records.hand_ins import HandIns


def print_groups(found: HandIns) -> None:
    """Say on stderr which hand-in counts, and which groups were left out."""
    for note in found.notes:
        screen.err().print(screen.plain(f"{note}."), soft_wrap=True)
    for why in found.refused:
        screen.err().print(screen.plain(f"Not graded: {why}."), style="bold red", soft_wrap=True)
