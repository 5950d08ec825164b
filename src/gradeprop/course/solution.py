"""Reads ``solutions/<assignment>/<exercise>.py``: percent format, one marked cell for each part.

    # %% part: by_hand
    def d_square(w):
        return 2 * w

    # %% [markdown] part: why
    # The gradient is negative, so raising w lowers the loss.

What stands before the first marker is a note to the reader and is not used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gradeprop.errors import CourseProblem

_MARKER = re.compile(r"# ?%%(.*)")
_PART = re.compile(r"\s*(\[markdown\])?\s*part:\s*(\S+)\s*")


@dataclass(frozen=True)
class SolutionCell:
    """One part's solution.

    Attributes:
        part: the part's id.
        text: Python source, or for prose the text without its comment signs.
        prose: whether the cell is marked ``[markdown]``.
        line: the marker's line in the file, from 1. Line n of ``text`` is line ``first + n - 1``.
        first: the line where ``text`` begins.
    """

    part: str
    text: str
    prose: bool
    line: int
    first: int


def read_solution(text: str, path: str) -> tuple[tuple[SolutionCell, ...], list[CourseProblem]]:
    """The cells of a solution file in order, and what is wrong with its form."""
    cells: list[SolutionCell] = []
    problems: list[CourseProblem] = []
    lines = re.split(r"\r\n|\r|\n", text)
    markers = [
        (index, match[1]) for index, line in enumerate(lines) if (match := _MARKER.fullmatch(line))
    ]
    for number, (index, rest) in enumerate(markers):
        end = markers[number + 1][0] if number + 1 < len(markers) else len(lines)
        match = _PART.fullmatch(rest)
        if not match:
            what = f"the cell marker {lines[index]!r} names no part"
            remedy = "write '# %% part: <part>' or '# %% [markdown] part: <part>'"
            problems.append(CourseProblem(path, index + 1, 1, what, remedy))
            continue
        prose = match[1] is not None
        body = lines[index + 1 : end]
        first = index + 2
        while body and not body[0].strip():
            body, first = body[1:], first + 1
        if prose:
            body, wrong = _uncomment(body, first, path)
            problems += wrong
        source = "\n".join(body).rstrip()
        if not source:
            what = f"the solution of part {match[2]!r} is empty"
            problems.append(CourseProblem(path, index + 1, 1, what, "write it below the marker"))
        cells.append(SolutionCell(match[2], source, prose, index + 1, first))
    if not markers:
        what = "holds no cell marker"
        problems.append(
            CourseProblem(path, 1, 1, what, "write '# %% part: <part>' above each part's solution")
        )
    return tuple(cells), problems


def _uncomment(body: list[str], first: int, path: str) -> tuple[list[str], list[CourseProblem]]:
    problems = [
        CourseProblem(
            path, first + offset, 1, "a line of prose is not commented out", "begin it with '# '"
        )
        for offset, line in enumerate(body)
        if line.strip() and not line.startswith("#")
    ]
    return [line.removeprefix("#").removeprefix(" ").rstrip() for line in body], problems
