"""JSON that is printed item by item is what would be printed at once."""

from __future__ import annotations

from typing import Any

import pytest

from gradeprop.cli import screen
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


def test_what_takes_long_says_now_and_then_how_far_it_is_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*lines: str) -> list[str]:
        with screen.progress("Grading a01", 25) as bar:
            for line in lines:
                bar.line(line)
            for number in range(25):
                bar.step(f"student-{number}")
        return capsys.readouterr().err.splitlines()

    assert not said()
    monkeypatch.setattr(screen, "_LONG_S", -1.0)
    assert len(said()) == 10
    assert said()[0] == "Grading a01: 3 of 25"
    assert said()[-1] == "Grading a01: 25 of 25"
    assert said("Verifying slopes") == ["Verifying slopes"]
