from __future__ import annotations

import ast

import pytest

from gradeprop.notebook.solution_cell import marked_solution

STARTER = "def f(w):\n    # your code\n    return None"


def test_lines_that_the_starter_shares_stay_outside_the_markers() -> None:
    marked = marked_solution("def f(w):\n    return 2 * w", STARTER)
    assert marked == "def f(w):\n    ### BEGIN SOLUTION\n    return 2 * w\n    ### END SOLUTION"


@pytest.mark.parametrize(
    ("solution", "starter"),
    [
        (
            'def f(w):\n    """One\n    two."""\n    return 2 * w',
            'def f(w):\n    """One\n    three."""',
        ),
        ("x = [\n    1,\n    2,\n]", "x = [\n    1,\n    0,\n]"),
        ("%timeit 1\nx = 1", "%timeit 1\nx = 0"),
        ("x = 1", "x = 1"),
        ("", ""),
        ("def f(w):\n\n    return 1", "def f(w):\n    ..."),
        ("if True:\n    x = 1\nelse:\n    x = 2", "if True:\n    x = 0\nelse:\n    x = 2"),
    ],
)
def test_markers_change_nothing_and_what_is_cleared_is_python(solution: str, starter: str) -> None:
    marked = marked_solution(solution, starter)
    lines = marked.split("\n")
    begin, end = (
        next(i for i, line in enumerate(lines) if name in line)
        for name in ("BEGIN SOLUTION", "END SOLUTION")
    )
    assert [line for i, line in enumerate(lines) if i not in (begin, end)] == solution.split("\n")
    indent = lines[begin].split("#")[0]
    cleared = [*lines[:begin], indent + "raise NotImplementedError()", *lines[end + 1 :]]
    ast.parse("\n".join(cleared))
