"""The groups that are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradeprop.errors import UsageError
from gradeprop.records.discovered.groups import (
    Discovered,
    FoundGroup,
    read_discovered,
    write_discovered,
)

GROUP = FoundGroup(
    1, "fit_line", "code", ("ada", "b\udcff"), "x = 1", 2, "f(1)", "2", "3", "nearest"
)
FOUND = Discovered("d1", {"ada": "5ea", "b\udcff": "0"}, (GROUP,), named=2)


def test_they_come_back_as_they_were(tmp_path: Path) -> None:
    write_discovered(tmp_path, "a01", FOUND)
    assert read_discovered(tmp_path, "a01") == FOUND


def test_one_that_was_adopted_is_known_and_the_others_stay(tmp_path: Path) -> None:
    write_discovered(tmp_path, "a01", FOUND.with_adopted(1, "tripled", "d2"))
    found = read_discovered(tmp_path, "a01")
    assert (found.course, found.group(1).adopted) == ("d2", "tripled")


@pytest.mark.parametrize(
    "text", [None, "", "[]", "{}", '{"schema": 9}', '{"schema": 1}', '{"schema": 2}']
)
def test_what_cannot_be_read_is_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        path = tmp_path / ".gradeprop" / "discovered" / "a01.json"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    with pytest.raises(UsageError, match="gradeprop discover a01"):
        read_discovered(tmp_path, "a01")


def test_an_unknown_number_is_told() -> None:
    with pytest.raises(UsageError, match="no group 7"):
        FOUND.group(7)
