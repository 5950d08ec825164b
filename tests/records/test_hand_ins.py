"""Groups: whose hand-in counts for whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradeprop.errors import UsageError
from gradeprop.records.files.groups import read_groups
from gradeprop.records.gradebook.given import Person
from gradeprop.records.gradebook.people import put_people
from gradeprop.records.gradebook.schema import gradebook_url, open_engine, transaction
from gradeprop.records.hand_ins import HandIns, hand_ins
from records.graded_class import small_course

A = "a01"


class Known:
    """A class of these students."""

    def __init__(self, *students: str) -> None:
        self._students = students

    def knows(self, student: str) -> bool:
        return student in self._students

    def demand(self, student: str, where: str | None = None) -> None:
        if not self.knows(student):
            raise UsageError(f"{student} is nobody", where=where)


def hand_in(root: Path, student: str, content: bytes = b"{}", at: str | None = None) -> Path:
    folder = root / "submitted" / student / A
    folder.mkdir(parents=True)
    (folder / f"{A}.ipynb").write_bytes(content)
    if at:
        (folder / "timestamp.txt").write_text(at)
    return folder


def found(root: Path, *students: str) -> HandIns:
    return hand_ins(root, small_course(root), root / "submitted", A, students)


def in_roster(root: Path, *students: str) -> None:
    (root / "roster.csv").write_text("\n".join(("id", *students)) + "\n")


def enroll(root: Path, student: str) -> None:
    """In a gradebook alone. nbgrader's own way to make one looks for a program on PATH."""
    transaction(
        open_engine(gradebook_url(root)), lambda session: put_people(session, {student: Person()})
    )


def who(root: Path, *students: str) -> list[tuple[str, str, str | None]]:
    """Student, whose folder, group."""
    return [
        (item.student, item.path.parents[1].name, item.group)
        for item in found(root, *students).handed
    ]


@pytest.mark.parametrize(
    "text",
    [
        "group,students\npair,ada; bob\ntrio,cy;dan;eve\n",
        "group,student\npair,ada\npair,bob\ntrio,cy\ntrio,dan\ntrio,eve\n",
        'group;students\npair;"ada;bob"\ntrio;"cy;dan;eve"\n',
    ],
)
def test_groups_are_read_in_either_form(tmp_path: Path, text: str) -> None:
    (tmp_path / "groups.csv").write_text(text)
    assert read_groups(tmp_path) == {"pair": ("ada", "bob"), "trio": ("cy", "dan", "eve")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,who\n", "groups.csv:1: the first line must name the columns"),
        ("group,student\n,ada\n", "groups.csv:2: this group has no name"),
        (
            "group,student\npair,ada\npair,bob\ntrio,ada\n",
            "groups.csv:4: 'ada' is in “pair” (line 2) and again in “trio”",
        ),
        ("group,students\npair,ada;ada\n", "groups.csv:2: 'ada' is in “pair” (line 2) and again"),
        ("group,student\npair,ada\npair,adda\n", "groups.csv:3: adda is nobody"),
    ],
)
def test_what_cannot_be_right_is_told_with_its_lines(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "groups.csv").write_text(text)

    with pytest.raises(UsageError) as told:
        read_groups(tmp_path, Known("ada", "bob"))
    assert said in str(told.value)


def test_a_slip_in_an_id_makes_no_student(tmp_path: Path) -> None:
    """Nobody would see that full marks went to nobody, and nothing to who was meant."""
    hand_in(tmp_path, "ada")
    (tmp_path / "groups.csv").write_text("group,students\npair,ada\nother,lise;adaa\n")
    with pytest.raises(UsageError, match="there is no student 'lise'"):
        found(tmp_path)
    in_roster(tmp_path, "lise")
    with pytest.raises(UsageError) as told:
        found(tmp_path)
    assert "groups.csv:3: there is no student 'adaa'" in str(told.value)
    assert told.value.remedy == ("did you mean 'ada'? If not, add the id to roster.csv")


def test_the_gradebook_and_a_folder_of_another_assignment_make_known(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada")
    (tmp_path / "submitted" / "bob" / "a02").mkdir(parents=True)
    (tmp_path / "groups.csv").write_text("group,students\ntrio,ada;bob;cy\n")
    enroll(tmp_path, "cy")
    assert [student for student, _, _ in who(tmp_path)] == ["ada", "bob", "cy"]


def test_one_hand_in_counts_for_all_and_others_for_themselves(tmp_path: Path) -> None:
    in_roster(tmp_path, "ada", "x", "y")
    hand_in(tmp_path, "bob")
    hand_in(tmp_path, "zed")
    assert who(tmp_path) == [("bob", "bob", None), ("zed", "zed", None)]
    (tmp_path / "groups.csv").write_text("group,students\npair,ada;bob\nnobody,x;y\n")
    assert who(tmp_path) == [("ada", "bob", "pair"), ("bob", "bob", "pair"), ("zed", "zed", None)]
    assert who(tmp_path, "ada") == [("ada", "bob", "pair")]
    assert found(tmp_path).notes == ()
    with pytest.raises(UsageError, match="no submission of a01 by: x"):
        found(tmp_path, "x")


def test_of_two_hand_ins_of_a_group_the_later_counts_and_it_is_told(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada", b"1", "2026-03-02 10:00:00 UTC")
    hand_in(tmp_path, "bob", b"2", "2026-03-01 10:00:00 UTC")
    (tmp_path / "groups.csv").write_text("group,students\npair,bob;ada\n")
    assert who(tmp_path) == [("ada", "ada", "pair"), ("bob", "ada", "pair")]
    assert found(tmp_path).notes == (
        "The group “pair” has several hand-ins, by “bob” and “ada”: that of “ada”, the later, "
        "counts for all",
    )


def test_where_nothing_tells_which_is_later_the_group_is_left_out(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada", b"1", "2026-03-02 10:00:00 UTC")
    other = hand_in(tmp_path, "bob", b"2")
    hand_in(tmp_path, "zed")
    (tmp_path / "groups.csv").write_text("group,students\npair,bob;ada\n")
    for time in (None, "2026-03-02 10:00:00 UTC"):
        if time:
            (other / "timestamp.txt").write_text(time)
        assert who(tmp_path) == [("zed", "zed", None)]
        assert found(tmp_path).refused == (
            "the group “pair” has several hand-ins, by “bob” and “ada”, and nothing tells which "
            "is the later; remove all but one from submitted/",
        )
        alone = found(tmp_path, "zed")
        assert [item.student for item in alone.handed] == ["zed"]
        assert (alone.notes, alone.refused) == ((), ())
        with pytest.raises(UsageError, match="nothing tells which is the later"):
            found(tmp_path, "ada")


def test_of_hand_ins_that_are_the_same_the_first_counts(tmp_path: Path) -> None:
    """Who hands in once more what is there already makes nobody late."""
    hand_in(tmp_path, "ada", b"1", "2026-03-04 10:00:00 UTC")
    hand_in(tmp_path, "bob", b"1", "2026-03-01 10:00:00 UTC")
    in_roster(tmp_path, "cy", "dan")
    (tmp_path / "groups.csv").write_text("group,students\nteam,ada;bob;cy;dan\n")
    assert {folder for _, folder, _ in who(tmp_path)} == {"bob"}
    assert found(tmp_path).notes == (
        "The group “team” has several hand-ins, by “ada” and “bob”: that of “bob”, the first of "
        "those that are the same, counts for all",
    )
    hand_in(tmp_path, "cy", b"2", "2026-03-03 10:00:00 UTC")
    assert {folder for _, folder, _ in who(tmp_path)} == {"bob"}
    hand_in(tmp_path, "dan", b"3", "2026-03-04 10:00:00 UTC")
    hand_in(tmp_path, "zed")
    assert len(found(tmp_path).refused) == 1


def test_two_hand_ins_that_are_the_same_need_no_time(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada")
    hand_in(tmp_path, "bob")
    (tmp_path / "groups.csv").write_text("group,students\npair,ada;bob\n")
    assert [student for student, _, _ in who(tmp_path)] == ["ada", "bob"]
    assert found(tmp_path).refused == ()


@pytest.mark.parametrize("separator", [",", ";"])
def test_members_in_cells_beyond_the_header_are_told(tmp_path: Path, separator: str) -> None:
    text = "group,students\nteam 1,ada,bob\n".replace(",", separator)
    (tmp_path / "groups.csv").write_text(text)
    with pytest.raises(UsageError, match="has more cells than the header: 'bob'") as refused:
        read_groups(tmp_path)
    assert str(refused.value.where).endswith("groups.csv:2")
    assert "into one cell" in (refused.value.remedy or "")


def test_a_group_called_like_another_student_is_refused(tmp_path: Path) -> None:
    (tmp_path / "groups.csv").write_text("group,students\nada,ada;bob\neve,cy;dan\n")
    assert [*read_groups(tmp_path)] == ["ada", "eve"]
    with pytest.raises(UsageError, match="called like a student who is not in it") as refused:
        read_groups(tmp_path, Known("ada", "bob", "cy", "dan", "eve"))
    assert str(refused.value.where).endswith("groups.csv:3")
