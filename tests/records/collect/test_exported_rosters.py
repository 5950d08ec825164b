"""Each platform's list of students is recognised by its header."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradeprop.errors import UsageError
from gradeprop.records.collect.exported_rosters import Exported, read_exported
from gradeprop.records.gradebook.given import Person

ADA = Person("Ada", "Lovelace", "ada@example.org", "1815")


def exported(tmp_path: Path, text: str | bytes, id_column: str | None = None) -> Exported:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_exported(path, id_column)


def test_canvas_gradebook(tmp_path: Path) -> None:
    found = exported(
        tmp_path,
        "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,a01 (77)\n"
        ",,,,,Manual Posting\n"
        "    Points Possible,,,,,10\n"
        '"Lovelace, Ada",1815,S9,ada,A,3\n'
        '"Student, Test",99,,abcdef,A,\n',
    )
    assert (found.source, found.id_column) == ("Canvas", "sis login id")
    assert found.people == {"ada": Person("Ada", "Lovelace", "", "1815")}
    assert found.left_out == ("line 5: Student, Test is Canvas' test student",)


def test_canvas_without_login_ids_goes_by_the_next(tmp_path: Path) -> None:
    found = exported(tmp_path, 'Student,ID,SIS User ID,SIS Login ID,Section\n"L, A",5,S9,,A\n')
    assert (found.id_column, list(found.people)) == ("sis user id", ["S9"])


def test_moodle_participants_and_grades(tmp_path: Path) -> None:
    participants = (
        "First name,Last name,Email address,Roles\n"
        "Ada,Lovelace,ada@example.org,Student\nCharles,Babbage,cb@example.org,Teacher\n"
    )
    found = exported(tmp_path, participants)
    assert (found.source, found.people) == (
        "Moodle",
        {"ada": Person("Ada", "Lovelace", "ada@example.org", "")},
    )
    assert found.left_out == ("line 3: the role is Teacher",)
    grades = (
        "First name;Surname;ID number;Institution;Email address\n"
        "Ada;Lovelace;1815;;ada@example.org\n"
    )
    assert exported(tmp_path, grades).people == {"1815": ADA}


def test_gradescope_roster(tmp_path: Path) -> None:
    apart = "First Name,Last Name,SID,Email,Role\nAda,Lovelace,1815,ada@example.org,Student\n"
    whole = "Name,SID,Email,Role\nAda Lovelace,1815,ada@example.org,student\nTa,2,t@x,TA\n"
    for text in (apart, whole):
        found = exported(tmp_path, text)
        assert (found.source, found.people) == ("Gradescope", {"1815": ADA})
    assert list(exported(tmp_path, apart, "Email").people) == ["ada"]


def test_brightspace_classlist(tmp_path: Path) -> None:
    text = (
        "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n"
        "#1815,#ada,Lovelace,Ada,ada@example.org,#\n"
    )
    found = exported(tmp_path, text)
    assert (found.source, found.people) == ("Brightspace", {"ada": ADA})


def test_our_own_and_nbgraders(tmp_path: Path) -> None:
    text = "id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,ada@example.org,1815\n"
    assert exported(tmp_path, text).people == {"ada": ADA}


def test_windows_and_excels_encodings(tmp_path: Path) -> None:
    text = "id\tfirst_name\tlast_name\nz\tZoë\tÉluard\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert exported(tmp_path, text.encode(encoding)).people == {"z": Person("Zoë", "Éluard")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,grade\nada,3\n", "no list of students that is known: its columns are name, grade"),
        ("", "no list of students that is known: its columns are nothing"),
        ("id,first_name,last_name\na,A,B\na,C,D\n", "two students have the id 'a'"),
        ("id,first_name,last_name\n", "there is no student in it"),
        (b"\x00\x01\x02", "this is not text"),
    ],
)
def test_what_is_no_list_is_told(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        exported(tmp_path, text)


def test_an_id_that_is_no_folders_name_is_left_out(tmp_path: Path) -> None:
    found = exported(tmp_path, "id,first_name,last_name\n../x,A,B\n,C,D\nok,E,F\n")
    assert list(found.people) == ["ok"]
    assert found.left_out == (
        "line 2: ../x cannot be an id",
        "line 3: nothing in the column id",
    )


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as told:
        exported(tmp_path, "id,first_name,last_name\na,A,B\n", "matric")
    assert "there are: id, first_name, last_name" in str(told.value)
