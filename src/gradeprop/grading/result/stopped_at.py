"""In which line a cell stopped, as its traceback has it."""

from __future__ import annotations

import re
from typing import Final

from gradeprop.session.interface import CellOutcome

__all__ = ["stopped_at"]

_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
# IPython's words for a frame in a cell.
_FRAME: Final = re.compile(r"^\s*Cell In\s?\[(\d+)\], line (\d+)", re.MULTILINE)


def stopped_at(cell: CellOutcome | None) -> int | None:
    """The line of the cell itself, also where the exception came from what it has called; None if
    it ran to its end or nothing tells."""
    if cell is None or cell.status != "error":
        return None
    errors = (item for item in cell.outputs if item["output_type"] == "error")
    trace = next((item["traceback"] for item in errors), ())
    frames = _FRAME.findall(_COLOUR.sub("", "\n".join(map(str, trace))))
    own = [int(line) for number, line in frames if int(number) == cell.execution_count]
    return own[-1] if own else None
