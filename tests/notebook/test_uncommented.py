"""Code without what its author wrote beside it."""

import pytest

from gradeprop.notebook.uncommented import without_comments


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("x = 1  # me", "x = 1"),
        ("# me\n\n\nx = '# not me'", "x = '# not me'"),
        ('"""Me."""\nx = 1', "x = 1"),
        ("x = (1,  # a\n     2)\n", "x = (1,\n     2)"),
        ("def f(:\n  # broken, by me\n  return", "def f(:\n  return"),
        ("", ""),
    ],
)
def test_comments_and_docstrings_go(source: str, left: str) -> None:
    assert without_comments(source) == left
