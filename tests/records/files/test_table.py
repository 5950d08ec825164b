"""Lists of people as CSV."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradeprop.errors import UsageError
from gradeprop.records.files.extensions import read_extensions
from gradeprop.records.files.table import read_table
from gradeprop.records.gradebook.roster import read_roster


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("roster.csv", "id,last_name\nada,Lovelace, Ada\n", read_roster),
        (
            "extensions.csv",
            "student,assignment,until\nada,a01,2026-12-03,T18:00\n",
            read_extensions,
        ),
    ],
)
def test_a_cell_without_a_column_is_told(
    tmp_path: Path, name: str, text: str, read: object
) -> None:
    assert callable(read)
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match="more cells than the header") as refused:
        read(tmp_path)
    assert str(refused.value.where).endswith(f"{name}:2")


def test_commas_at_the_end_of_a_line_are_no_cells(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id\nada,,\n")
    assert [row["id"] for row in read_table(path).rows] == ["ada"]
