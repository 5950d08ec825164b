"""``autograded/<student>/<assignment>/``: where notebooks stand as they ran, and reading them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gradeprop.records.files.door import read_handed
from gradeprop.records.files.names import gradebook_id

__all__ = ["executed_bytes", "executed_notebook"]

_MOST: Final = 2**30


def executed_notebook(root: Path, student: str, assignment: str) -> Path:
    """Where it stands; what nbgrader's exchange left is beside it."""
    return root / "autograded" / gradebook_id(student) / assignment / f"{assignment}.ipynb"


def executed_bytes(path: Path) -> bytes:
    """What stands there. nbgrader copies into that folder what students handed in.

    Raises:
        Refused: it is not there, or nothing that is read.
    """
    return read_handed(path, _MOST)
