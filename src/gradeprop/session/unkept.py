"""Why a name is missing though a cell defines it: a magic that keeps no names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from gradeprop.session.interface import Missing

__all__ = ["not_kept"]

# Magics that run a cell apart from the notebook's names, or do not run it at all.
_APART: Final = frozenset({
    "bash", "file", "html", "HTML", "javascript", "js", "latex", "markdown", "perl", "pypy",
    "python", "python2", "python3", "ruby", "script", "sh", "svg", "SVG", "sx", "system",
    "timeit", "writefile",
})  # fmt: skip
# As a student writes it, and as IPython keeps it.
_MAGIC = re.compile(r"\s*(?:%%|get_ipython\(\)\.run_cell_magic\(['\"])(\w+)")


def not_kept(missing: Missing, cells: Sequence[str]) -> Missing:
    """``missing`` with the magic that is to blame, if the last cell with the name has one.

    Args:
        cells: sources of the student's cells, in order.
    """
    if missing.found_type is not None:
        return missing
    word = re.compile(rf"\b{re.escape(missing.name)}\b")
    for source in reversed(cells):
        magic = _MAGIC.match(source)
        if magic is not None and magic[1] in _APART and word.search(source, magic.end()):
            return replace(missing, unkept_by=f"%%{magic[1]}")
    return missing
