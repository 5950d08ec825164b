"""A second import: nobody is there twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradeprop.errors import UsageError
from gradeprop.records.collect.exported_rosters import Exported, read_exported
from gradeprop.records.collect.joining_rosters import joined
from gradeprop.records.gradebook.given import Person

BEFORE = {
    "S9": Person("Ada", "Lovelace", "", "1815"),
    "S8": Person("Évariste", "Galois", "eg@example.org"),
}


def canvas(tmp_path: Path, *rows: str, id_column: str | None = None) -> Exported:
    path = tmp_path / "list.csv"
    lines = ("Student,ID,SIS User ID,SIS Login ID,Section,Email", *rows)
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_exported(path, id_column, known=BEFORE)


def test_the_column_of_the_rosters_ids_is_taken(tmp_path: Path) -> None:
    found = canvas(tmp_path, '"Lovelace, Ada",1815,S9,ada,A,', '"New, One",7,S7,new,A,')
    assert (found.id_column, [*found.people]) == ("sis user id", ["S9", "S7"])
    assert [*joined(BEFORE, found)] == ["S9", "S8", "S7"]


def test_without_a_known_id_the_usual_column_is_taken(tmp_path: Path) -> None:
    assert canvas(tmp_path, '"New, One",7,S7,new,A,').id_column == "sis login id"


def test_what_only_the_old_list_knew_stays(tmp_path: Path) -> None:
    found = canvas(tmp_path, '"Galois, Évariste",1811,S8,eg,A,')
    assert joined(BEFORE, found)["S8"] == Person("Évariste", "Galois", "eg@example.org", "1811")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('"Lovelace, Ada",1815,S9,ada,A,', "ada is S9"),
        ('"Galois, E.",1,S8,eg,A,EG@example.org', "eg is S8"),
    ],
)
def test_whoever_is_there_under_another_id_stops_the_import(
    tmp_path: Path, row: str, said: str
) -> None:
    found = canvas(tmp_path, row, '"New, One",7,S7,new,A,', id_column="SIS Login ID")
    with pytest.raises(UsageError, match=f"under other ids: {said}") as refused:
        joined(BEFORE, found)
    assert "--id COLUMN" in (refused.value.remedy or "")
