"""A group's name, where a platform hands in by it, and where it is only somebody's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradeprop.records.gradebook.given import Person
from records.collect.downloads import ROSTER, collected, notebook, students, zipped

TEAM = {"Team 1": ("eg2", "fo3")}


@pytest.mark.parametrize(
    "name",
    [
        "Team 1_12_assignsubmission_file_/x.ipynb",
        "1-2 - Team 1 - Nov 10, 2026 1200 PM/x.ipynb",
        "Team 1/x.ipynb",
    ],
)
@pytest.mark.parametrize("roster", [ROSTER, None])
def test_a_group_that_hands_in_by_its_name_is_found(
    tmp_path: Path, name: str, roster: dict[str, Person] | None
) -> None:
    found = collected(tmp_path, zipped(tmp_path, {name: notebook()}), roster=roster, groups=TEAM)
    assert students(found) == ["eg2"]


def submitter(about: str) -> dict[str, bytes]:
    metadata = f"submission_1:\n  :submitters:\n  - {{{about}}}\n"
    return {"submission_metadata.yml": metadata.encode(), "submission_1/x.ipynb": notebook()}


def test_a_name_that_is_a_groups_takes_nothing_from_id_and_address(tmp_path: Path) -> None:
    files = submitter("':name': Team 1, ':email': ada@example.org")
    assert students(collected(tmp_path, zipped(tmp_path, files), groups=TEAM)) == ["al1"]


def test_where_groups_do_not_hand_in_by_name_none_is_meant(tmp_path: Path) -> None:
    found = collected(tmp_path, zipped(tmp_path, submitter("':name': Team 1")), groups=TEAM)
    assert [item.why for item in found.unplaced] == ["nobody in roster.csv is called so"]


def test_an_id_in_anothers_group_is_not_believed(tmp_path: Path) -> None:
    files = {"1-2 - al1 - Team 1 - Nov 10, 2026 1200 PM/x.ipynb": notebook()}
    found = collected(tmp_path, zipped(tmp_path, files), groups=TEAM)
    assert [item.why for item in found.unplaced] == [
        "by the id it is al1's, by the name eg2, fo3's"
    ]


def test_without_a_roster_an_id_stands_before_a_groups_name_too(tmp_path: Path) -> None:
    files = {
        "1-2 - al1 - Team 1 - Nov 10, 2026 1200 PM/x.ipynb": notebook(),
        "3-2 - fo3 - Nov 10, 2026 1200 PM/x.ipynb": notebook(),
    }
    groups = {**TEAM, "fo3": ("eg2", "fo3")}
    found = collected(tmp_path, zipped(tmp_path, files), roster=None, groups=groups)
    assert students(found) == ["al1", "fo3"]


def test_a_group_called_like_a_student_gets_no_hand_in_of_that_name(tmp_path: Path) -> None:
    files = {"Ada Lovelace_12_assignsubmission_file_/x.ipynb": notebook()}
    groups = {"Ada Lovelace": ("eg2", "fo3")}
    found = collected(tmp_path, zipped(tmp_path, files), groups=groups)
    assert [item.why for item in found.unplaced] == [
        "a student in roster.csv and a group in groups.csv are called so"
    ]
