"""A sample that is the solution with replacements."""

from __future__ import annotations

import pytest

from gradeprop.course.replacing import changed


def test_each_text_is_replaced_where_it_stands() -> None:
    assert changed("a = 1\nb = 2\n", {"1": "2", "2": "1"}) == "a = 2\nb = 1\n"
    assert changed("x.zero_()\nx.step()", {"x.zero_()\n": ""}) == "x.step()"


@pytest.mark.parametrize(
    ("replacements", "said"),
    [
        ({"c": "d"}, "'c' stands in the solution 0 times, not once"),
        ({"a": "d"}, "'a' stands in the solution 2 times, not once"),
        ({"ab": "x", "ba": "y"}, "overlaps"),
    ],
)
def test_what_is_not_there_once_is_refused(replacements: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        changed("aba", replacements)
