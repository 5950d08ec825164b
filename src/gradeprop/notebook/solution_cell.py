"""A solution cell of the instructor's version, with nbgrader's markers around the solution.

Our own build writes ``release/`` itself, with the starters of the YAML. The markers are for an
instructor who runs ``nbgrader generate_assignment`` on ``source/``: nbgrader replaces what stands
between them with its stub ("YOUR CODE HERE") and would replace a cell without markers altogether.
Therefore the lines that starter and solution share (usually the ``def`` line) stay outside, and the
student's cell keeps its shape."""

from __future__ import annotations

import ast

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
_STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")


def marked_solution(solution: str, starter: str) -> str:
    """The solution with markers, meaning the same to Python as without them.

    Where the shared lines cannot be kept (the release would not be Python, or a marker would fall
    inside a string), the whole cell stands between the markers."""
    lines = solution.strip("\n").split("\n")
    first, last = _differing(lines, starter.strip("\n").split("\n"))
    head, body, tail = lines[:first], lines[first:last], lines[last:]
    written = next((line for line in body if line.strip()), "")
    indent = written[: len(written) - len(written.lstrip())]
    marked = "\n".join([*head, indent + BEGIN, *body, indent + END, *tail])
    cleared = "\n".join([*head, *(indent + line for line in _STUB), *tail])
    if _same(marked, "\n".join(lines)) and _parses(cleared):
        return marked
    return "\n".join([BEGIN, *lines, END])


def _differing(lines: list[str], starter: list[str]) -> tuple[int, int]:
    """The range of ``lines`` that ``starter`` does not share at its two ends; at least one line."""
    first = 0
    while first < min(len(lines) - 1, len(starter)) and lines[first] == starter[first]:
        first += 1
    last = len(lines)
    rest = len(starter)
    while last > first + 1 and rest > first and lines[last - 1] == starter[rest - 1]:
        last, rest = last - 1, rest - 1
    return first, last


def _same(one: str, other: str) -> bool:
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError):
        return False


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True
