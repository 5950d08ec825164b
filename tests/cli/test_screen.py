"""JSON that is printed item by item is what would be printed at once."""

from __future__ import annotations

from typing import Any

import pytest

from gradeprop.cli.screen import print_json, print_json_lists

ITEMS = [
    {"student": "ada \x1b[1m", "parts": [{"said": "two\nlines"}, {}], "none": []},
    1.5,
    None,
    "é",
]


@pytest.mark.parametrize(
    "lists", [{"results": ITEMS, "faults": []}, {"a": [], "b": ITEMS}, {"a": []}]
)
def test_lists_are_printed_as_a_whole_would_be(
    lists: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    print_json(lists)
    whole = capsys.readouterr().out
    print_json_lists({name: iter(items) for name, items in lists.items()})
    assert capsys.readouterr().out == whole
