"""What a student calls a file or a folder decides nothing about anybody else's hand-in."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pytest

from gradeprop.records.gradebook.given import Person
from records.collect.downloads import (
    ASSIGNMENT,
    collected,
    in_place,
    notebook,
    students,
    zipped,
)

METADATA = b"""\
submission_1:
  :submitters:
  - :name: Evariste Galois
"""
"""Says that what lies beside it in ``submission_1`` is eg2's."""

MOODLE = "Évariste Galois_12_assignsubmission_file_"
BRIGHTSPACE = "12-34 - eg2 - Evariste Galois - Nov 26, 2026 1105 PM"
CANVAS = "galoisevariste_1002_90001_"

IMITATIONS = {
    "gradescope": {"submission_metadata.yml": METADATA, "submission_1/x.ipynb": notebook("ours")},
    "moodle": {f"{MOODLE}/x.ipynb": notebook("ours")},
    "brightspace": {f"{BRIGHTSPACE}/x.ipynb": notebook("ours")},
    "canvas": {f"{CANVAS}x.ipynb": notebook("ours")},
    "another student": {"eg2/x.ipynb": notebook("ours"), "eg2.ipynb": notebook("ours")},
}

DOWNLOADS = {
    "plain": ("al1/", "eg2/", "fo3/"),
    "moodle": (
        "Ada Lovelace_1_assignsubmission_file_/",
        "Évariste Galois_2_assignsubmission_file_/",
        "Flannery O'Connor-Smith_3_assignsubmission_file_/",
    ),
    "brightspace": (
        "1-9 - Ada Lovelace - Nov 26, 2026 1100 PM/",
        "2-9 - Évariste Galois - Nov 26, 2026 1100 PM/",
        "3-9 - Flannery O'Connor-Smith - Nov 26, 2026 1100 PM/",
    ),
    "gradescope": ("submission_11/", "submission_12/", "submission_13/"),
}
WHOSE = b"""\
submission_11: {":submitters": [{":name": Ada Lovelace}]}
submission_12: {":submitters": [{":name": Evariste Galois}]}
submission_13: {":submitters": [{":name": "Flannery O'Connor-Smith"}]}
"""


@pytest.mark.parametrize("around", ["", "download/"])
@pytest.mark.parametrize("imitated", IMITATIONS)
@pytest.mark.parametrize("layout", DOWNLOADS)
def test_names_within_a_students_folder_change_nothing(
    tmp_path: Path, layout: str, imitated: str, around: str
) -> None:
    ada, galois, flannery = DOWNLOADS[layout]
    files = {f"{ada}{name}": data for name, data in IMITATIONS[imitated].items()}
    files |= {
        f"{ada}{ASSIGNMENT}.ipynb": notebook("Ada"),
        f"{galois}x.ipynb": notebook("Galois"),
        f"{flannery}x.ipynb": notebook("Flannery"),
    }
    if layout == "gradescope":
        files |= {"submission_metadata.yml": WHOSE}
    _all_three_have_their_own(tmp_path, layout, {around + name: files[name] for name in files})


@pytest.mark.parametrize(
    ("layout", "ada", "galois", "flannery"),
    [
        (
            "moodle",
            "Ada Lovelace_1_assignsubmission_file_",
            "Évariste Galois_2_assignsubmission_file_",
            "Flannery O'Connor-Smith_3_assignsubmission_file_",
        ),
        (
            "brightspace",
            "1-9 - Ada Lovelace - Nov 26, 2026 1100 PM - ",
            "2-9 - Évariste Galois - Nov 26, 2026 1100 PM - ",
            "3-9 - Flannery O'Connor-Smith - Nov 26, 2026 1100 PM - ",
        ),
        ("canvas", "lovelaceada_1001_1_", "galoisevariste_1002_2_", "oconnorsmithflannery_1003_3_"),
    ],
)
def test_names_behind_a_platforms_own_change_nothing(
    tmp_path: Path, layout: str, ada: str, galois: str, flannery: str
) -> None:
    """Where all files lie in one folder, however many of them a student hands in."""
    imitations = (f"{MOODLE}x", f"{BRIGHTSPACE} - x", f"{CANVAS}x", "submission_metadata")
    files = {f"{ada}{name}{n}.txt": b"" for name in imitations for n in range(5)}
    files[f"{ada}submission_metadata.yml"] = METADATA
    files |= {
        f"{ada}{ASSIGNMENT}.ipynb": notebook("Ada"),
        f"{galois}x.ipynb": notebook("Galois"),
        f"{flannery}x.ipynb": notebook("Flannery"),
    }
    _all_three_have_their_own(tmp_path, layout, files)


def _all_three_have_their_own(root: Path, layout: str, files: Mapping[str, bytes]) -> None:
    found = collected(root, zipped(root, files))
    assert found.layout.name == layout
    assert students(found) == ["al1", "eg2", "fo3"]
    assert [in_place(root, name) for name in ("al1", "eg2", "fo3")] == [
        notebook("Ada"),
        notebook("Galois"),
        notebook("Flannery"),
    ]


APART = unicodedata.normalize("NFD", "Zoë")


def test_an_accent_apart_from_its_letter_makes_nobody_else(tmp_path: Path) -> None:
    source = zipped(tmp_path, {f"{APART}/x.ipynb": notebook()})
    for roster in (None, {"Zoë": Person()}):
        assert students(collected(tmp_path, source, roster=roster)) == ["Zoë"]
    assert students(collected(tmp_path, source, roster={APART: Person()})) == [APART]
    both = zipped(tmp_path, {f"{APART}/x.ipynb": notebook("a"), "Zoë/x.ipynb": notebook("b")})
    found = collected(tmp_path, both, roster=None)
    assert {item.why for item in found.unplaced} == {"several people would be 'Zoë'"}


def test_one_student_called_like_another_platforms_hand_in_is_alone_with_it(tmp_path: Path) -> None:
    files = {f"{name}/x.ipynb": notebook() for name in ("al1", MOODLE, "fo3")}
    found = collected(tmp_path, zipped(tmp_path, files))
    assert (found.layout.name, students(found)) == ("plain", ["al1", "fo3"])
    assert [item.place for item in found.unplaced] == [MOODLE]


def test_metadata_in_the_only_folder_of_a_student_says_nothing(tmp_path: Path) -> None:
    files = {f"al1/{name}": data for name, data in IMITATIONS["gradescope"].items()}
    found = collected(tmp_path, zipped(tmp_path, files))
    assert (found.layout.name, students(found)) == ("plain", ["al1"])
