"""What is said of groups that handed in more than once."""

from __future__ import annotations

from gradeprop.cli import screen
from gradeprop.records.hand_ins import HandIns


def print_groups(found: HandIns, left_out: str = "Not graded") -> None:
    """Say on stderr which hand-in counts, and which groups were left out.

    Args:
        left_out: what was not done for these.
    """
    for note in found.notes:
        screen.err().print(screen.plain(f"{note}."), soft_wrap=True)
    for why in found.refused:
        screen.err().print(screen.plain(f"{left_out}: {why}."), style="bold red", soft_wrap=True)
