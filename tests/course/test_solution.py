from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradeprop.course.solution import read_solution

TEXT = '''\
"""A note to the reader."""
import torch  # not used

# %% part: by_hand

def d(w):
    """# %% inside a text, not at the line's beginning"""
    return 2 * w


# %% [markdown] part: why
# First line,
#
# * with `code`
#no space
'''


def test_cells_carry_their_text_and_lines() -> None:
    (code, prose), problems = read_solution(TEXT, "s.py")
    assert problems == []
    assert (code.part, code.prose, code.line, code.first) == ("by_hand", False, 4, 6)
    assert code.text.splitlines()[0] == "def d(w):"
    assert code.text.endswith("return 2 * w")
    assert (prose.part, prose.prose, prose.line, prose.first) == ("why", True, 11, 12)
    assert prose.text == "First line,\n\n* with `code`\nno space"


def said(text: str) -> list[str]:
    return [str(problem) for problem in read_solution(text, "s.py")[1]]


def test_a_file_without_markers_is_refused() -> None:
    assert said("x = 1\n") == [
        "s.py:1:1: holds no cell marker; write '# %% part: <part>' above each part's solution"
    ]


def test_a_marker_without_a_part_is_refused_with_its_line() -> None:
    (line,) = said("# %% part: a\nx = 1\n# %% by_hand\ny = 2\n")
    assert line.startswith("s.py:3:1: the cell marker '# %% by_hand' names no part")


def test_an_empty_cell_is_refused() -> None:
    assert said("# %% part: a\n\n\n") == [
        "s.py:1:1: the solution of part 'a' is empty; write it below the marker"
    ]


def test_prose_that_is_not_commented_out_is_refused_with_its_line() -> None:
    (line,) = said("# %% [markdown] part: a\n# one\ntwo\n")
    assert line.startswith("s.py:3:1: a line of prose is not commented out")


@given(st.lists(st.text(alphabet="ab c*$#\t", max_size=20).map(str.rstrip), min_size=1, max_size=6))
def test_prose_survives_being_commented_out(lines: list[str]) -> None:
    text = "# %% [markdown] part: a\n" + "".join(f"# {line}\n" for line in ["x", *lines, "y"])
    (cell,), problems = read_solution(text, "s.py")
    assert problems == []
    assert cell.text.splitlines() == ["x", *lines, "y"]
