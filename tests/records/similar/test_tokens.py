"""What somebody chose does not count; what code does, counts."""

from __future__ import annotations

import pytest

from gradeprop.records.similar.tokens import tokens
from records.similar.codes import AUTOGRAD, DISGUISED, LOOP


def texts(source: str) -> str:
    return " ".join(token.text for token in tokens(source))


def test_names_numbers_comments_and_spaces_change_nothing() -> None:
    assert texts(LOOP) == texts(DISGUISED)
    assert texts(LOOP) != texts(AUTOGRAD)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("x = foo(y, 1e-3)", "N = N ( N , 0 )"),
        ("w.grad.zero_()", "N . grad . zero_ ( )"),
        ("torch.zeros(len(a))", "torch . zeros ( len ( N ) )"),
        ("s = f'a {b} c' + \"d\"", "N = S N S + S"),
        ("a = 'it''s'  # one", "N = S"),
        ('def f(x):\n    """Say."""\n    return -x', "def N ( N ) : return - N"),
        ("", ""),
        ("\x00\ud800 ` ((((", "\x00 \ud800 ` ( ( ( ("),
    ],
)
def test_the_stand_ins(source: str, shown: str) -> None:
    assert texts(source) == shown


def test_lines_are_those_of_the_source() -> None:
    found = tokens("\n\nx = 1\n'''a\nb'''\n\ny = 2")
    assert {token.line for token in found} == {2, 6}


def test_a_text_without_end_is_looked_at_only_so_far() -> None:
    assert len(tokens("x + " * 1_000_000)) <= 20_000
