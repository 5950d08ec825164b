"""Kinds of state that a later cell can change, of `kinds_of_state.txt`.

Each is a cell that defines ``f`` over the state, and a later cell that changes what ``f`` gives.
None of them is known to the product."""

from __future__ import annotations

from pathlib import Path

IMPORTS = "import math, os, random, sys\nimport numpy as np\nimport torch\n"
"""What the first cells need besides."""


def _kinds() -> dict[str, tuple[str, str]]:
    """From paragraphs ``# name``, cell, ``#``, cell."""
    kinds = {}
    text = Path(__file__).with_name("kinds_of_state.txt").read_text()
    for paragraph in text.strip().split("\n\n"):
        title, cells = paragraph.split("\n", 1)
        defines, changes = cells.split("\n#\n")
        kinds[title.removeprefix("# ")] = defines, changes
    return kinds


KINDS = _kinds()
"""By its name, the cell with ``f`` and the later one."""
