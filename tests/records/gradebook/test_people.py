"""The roster, its file and its way into nbgrader's gradebook."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from gradeprop.course.model import Course
from gradeprop.errors import UsageError
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records.gradebook.given import Person
from gradeprop.records.gradebook.people import put_into_gradebook
from gradeprop.records.gradebook.roster import read_roster, write_roster
from gradeprop.records.gradebook.schema import gradebook_url, open_engine
from gradeprop.records.gradebook.writer import GradebookWriter

PEOPLE = {
    "ada": Person("Ada", "Lovelace", "ada@example.org", "1815"),
    "bob": Person('=HYPERLINK("x")', "-", "", ""),
}


def test_the_roster_comes_back_as_it_was_and_no_spreadsheet_obeys_it(tmp_path: Path) -> None:
    path = write_roster(tmp_path, PEOPLE)
    assert read_roster(tmp_path) == PEOPLE
    assert "'=HYPERLINK" in path.read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nada\n", "roster.csv:1: .*no column id"),
        ("id\nada\nada\n", "roster.csv:3: .*twice"),
        ("id\na/b\n", "roster.csv:2: 'a/b' cannot be"),
        ("id\n.git\n", "roster.csv:2: '.git' cannot be"),
    ],
)
def test_a_roster_that_cannot_be_right_is_told_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(UsageError) as told:
        read_roster(tmp_path)
    assert told.match(said)


def test_names_reach_a_gradebook_that_is_there_and_what_is_not_said_stays(tmp_path: Path) -> None:
    assert not put_into_gradebook(tmp_path, PEOPLE)
    open_engine(gradebook_url(tmp_path)).dispose()  # nbgrader would need a program to make one
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as book:
        book.add_student("ada", first_name="A.", lms_user_id="7")
        book.add_student("eve", first_name="Eve")
    assert put_into_gradebook(tmp_path, {"ada": Person("Ada", "Lovelace")})
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as book:
        ada = book.find_student("ada")
        assert (ada.first_name, ada.last_name, ada.lms_user_id) == ("Ada", "Lovelace", "7")
        assert book.find_student("eve").first_name == "Eve"


def test_a_new_gradebook_begins_with_the_roster(course: Course, release: ReleaseModel) -> None:
    write_roster(Path(course.root), PEOPLE)
    with GradebookWriter(course, release):
        pass
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", course.spec.id) as book:
        assert book.find_student("ada").last_name == "Lovelace"
