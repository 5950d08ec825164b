"""When two answers say the same word for word."""

from __future__ import annotations

import pytest

from gradeprop.records.marking.same_words import same_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The loss falls.", "  the loss\n\nFALLS"),
        ("It falls, so w grows!", "It falls so w grows"),
        ("The slope is −5.", "The slope is -5"),
        ('"Down" (it falls)', "down it falls"),
        ("Don’t move w", "don't move w"),
        ("A slope.", "a slope"),
        ("Scho\u0308n", "schön"),
    ],
)
def test_blanks_case_and_punctuation_do_not_count(one: str, other: str) -> None:
    assert same_words(one) == same_words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The slope is 5.", "The slope is -5."),
        ("w > 0", "w < 0"),
        ("It is 1.5", "It is 15"),
        ("It is .5", "It is 5"),
        ("f is 2", "f' is 2"),
        ("w is the best", "w* is the best"),
        ("w is large", "W is large"),
        ("It is w-W", "It is W-w"),
        ("It is w−W.", "It is W–w."),
        ("It is 2w", "It is 2W"),
        ("loss(w)", "loss(W)"),
        ("w=W/2", "W=w/2"),
        ("f'x", "F'x"),
        ("2 + 3", "2 - 3"),
        ("w²", "w2"),
        ("not here", "nothere"),
    ],
)
def test_what_turns_a_statement_round_counts(one: str, other: str) -> None:
    assert same_words(one) != same_words(other)
