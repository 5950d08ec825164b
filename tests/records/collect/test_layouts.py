"""Each platform's download is recognised by its own names, and everybody in it is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradeprop.errors import UsageError
from gradeprop.records.collect.moodle import worksheet_in
from gradeprop.records.files.collected import read_collected
from gradeprop.records.files.handed_time import handed_time
from gradeprop.records.files.table import read_table
from records.collect.downloads import (
    ASSIGNMENT,
    collected,
    in_place,
    notebook,
    packed,
    stamp,
    students,
    zipped,
)

METADATA = """\
---
submission_501:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1001'
    :email: ada@example.org
  :created_at: &1 !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-11-26 22:05:00.500000000 Z
    zone: !ruby/object:ActiveSupport::TimeZone
      name: America/Los_Angeles
    time: 2026-11-26 14:05:00.500000000 Z
  :score: 3.0
  :history:
  - :created_at: *1
submission_502:
  :submitters:
  - :name: Somebody Else
    :sid:
    :email: EG@example.org
  :created_at: 2026-11-25 10:00:00.000000000 Z
submission_503:
  :submitters:
  - :name: Not Here
    :email: nobody@example.org
"""


def test_moodle_with_folders(tmp_path: Path) -> None:
    source = zipped(
        tmp_path,
        {
            "Ada Lovelace_1234567_assignsubmission_file_/a01_slopes.ipynb": notebook(),
            "Évariste Galois_1234568_assignsubmission_file/deep/er/mine.ipynb": notebook("2"),
            "Flannery OConnor-Smith_1234569_assignsubmission_file_/x.ipynb": notebook("3"),
            "Flannery OConnor-Smith_1234569_assignsubmission_onlinetext/onlinetext.html": b"<p>",
        },
    )
    found = collected(tmp_path, source)
    assert found.layout.name == "moodle"
    assert students(found) == ["al1", "eg2", "fo3"]
    assert not found.unplaced
    assert in_place(tmp_path, "eg2") == notebook("2")
    assert stamp(tmp_path, "al1") is None  # the zip's times are those of the download


def test_moodle_without_folders_and_with_a_text_only(tmp_path: Path) -> None:
    source = zipped(
        tmp_path,
        {
            "Ada Lovelace_1234567_assignsubmission_file_my_a01_slopes.ipynb": notebook(),
            "Évariste Galois_1234568_assignsubmission_onlinetext_onlinetext.html": b"<p>",
        },
    )
    found = collected(tmp_path, source)
    assert students(found) == ["al1"]
    assert found.placed[0].source == "my_a01_slopes.ipynb"
    assert [(item.why, item.student) for item in found.unplaced] == [
        ("a text was handed in, no file", "eg2")
    ]


def test_moodles_hand_ins_by_groups_go_to_the_first_of_the_group(tmp_path: Path) -> None:
    source = zipped(tmp_path, {"Team 1_12_assignsubmission_file_/x.ipynb": notebook()})
    groups = {"Team 1": ("eg2", "al1")}
    assert students(collected(tmp_path, source, groups=groups)) == ["eg2"]


def test_moodles_worksheet_says_who_and_when(tmp_path: Path) -> None:
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(
        "Identifier,Full name,Email address,Status,Grade,Last modified (submission)\n"
        'Participant 77,Ada Lovelace,ada@example.org,Submitted,-,"Thursday, 26 November 2026, 11:05 PM"\n'
        "Participant 78,Évariste Galois,eg@example.org,No submission,-,-\n"
    )
    source = zipped(
        tmp_path, {"Participant_77_assignsubmission_file_/a01_slopes.ipynb": notebook()}
    )
    assert "nobody in roster.csv" in collected(tmp_path, source).unplaced[0].why
    found = collected(tmp_path, source, worksheet=worksheet_in(read_table(sheet)))
    assert students(found) == ["al1"]
    assert stamp(tmp_path, "al1") == "2026-11-26 23:05:00.000000 UTC"


def test_canvas_by_its_number_or_the_squeezed_name(tmp_path: Path) -> None:
    source = zipped(
        tmp_path,
        {
            "wrongname_LATE_1001_90001_a01_slopes-1.ipynb": notebook(),
            "galoisévariste_555_90002_My_Note_Book.ipynb": notebook("2"),
            "oconnorsmithflannery_556_text.html": b"<p>",
            "anon_k3Jd9_90004_a01_slopes.ipynb": notebook(),
        },
    )
    found = collected(tmp_path, source)
    assert found.layout.name == "canvas"
    assert [(item.student, item.late, item.source) for item in found.placed] == [
        ("al1", True, "a01_slopes-1.ipynb"),
        ("eg2", False, "My_Note_Book.ipynb"),
    ]
    assert {item.why for item in found.unplaced} == {
        "a text or a link was handed in, no file",
        "Canvas does not say whose it is",
    }
    assert "fo3 (oconnorsmithflannery_556_text.html): a text or a link" in str(
        next(item for item in found.unplaced if item.student)
    )
    assert read_collected(tmp_path, ASSIGNMENT)["al1"].late


def test_canvas_twice_the_same_name_is_two_attempts(tmp_path: Path) -> None:
    source = zipped(
        tmp_path,
        {
            "lovelaceada_1001_90009_a01_slopes-1.ipynb": notebook("later"),
            "lovelaceada_1001_90001_a01_slopes.ipynb": notebook("first"),
        },
    )
    collected(tmp_path, source)
    assert in_place(tmp_path, "al1") == notebook("later")
    collected(tmp_path, source, attempt=1, update=True)
    assert in_place(tmp_path, "al1") == notebook("first")


def test_gradescope_by_its_metadata_with_ruby_objects(tmp_path: Path) -> None:
    root = "assignment_4567_export"
    source = zipped(
        tmp_path,
        {
            f"{root}/submission_metadata.yml": METADATA.encode(),
            f"{root}/submission_501/work.ipynb": notebook(),
            f"{root}/submission_502/sub/a01_slopes.ipynb": notebook("2"),
            f"{root}/submission_599/a01_slopes.ipynb": notebook(),
            f"__MACOSX/{root}/._submission_metadata.yml": b"\0",
        },
    )
    found = collected(tmp_path, source)
    assert found.layout.name == "gradescope"
    assert students(found) == ["al1", "eg2"]
    assert stamp(tmp_path, "al1") == "2026-11-26 22:05:00.500000 UTC"
    assert [(item.place, item.why) for item in found.unplaced] == [
        ("submission_599", "submission_metadata.yml does not say whose it is"),
        ("Not Here", "no file of theirs is in it"),
    ]


def test_gradescopes_metadata_that_is_broken_is_told(tmp_path: Path) -> None:
    source = zipped(tmp_path, {"x/submission_metadata.yml": b"a: [", "x/submission_1/a.ipynb": b""})
    with pytest.raises(UsageError, match="cannot be read"):
        collected(tmp_path, source)


def test_gradescopes_metadata_runs_nothing(tmp_path: Path) -> None:
    harm = b"a: !!python/object/apply:os.mkdir [%s]" % str(tmp_path / "harm").encode()
    source = zipped(tmp_path, {"x/submission_metadata.yml": harm, "x/submission_1/a.ipynb": b""})
    with pytest.raises(UsageError, match="cannot be read"):
        collected(tmp_path, source)
    assert not (tmp_path / "harm").exists()


def test_a_group_on_gradescope_is_placed_for_each(tmp_path: Path) -> None:
    metadata = (
        "submission_1:\n  :submitters:\n  - :name: Ada Lovelace\n  - :name: Évariste Galois\n"
    )
    files = {"submission_metadata.yml": metadata.encode(), "submission_1/x.ipynb": notebook()}
    source = zipped(tmp_path, files)
    found = collected(tmp_path, source)
    assert students(found) == ["al1", "eg2"]
    assert found.together == (("al1", "eg2"),)
    apart = {"one": ("al1",), "two": ("eg2",)}
    assert collected(tmp_path, source, groups=apart).together == (("al1", "eg2"),)
    assert collected(tmp_path, source, groups={"one": ("eg2", "al1", "fo3")}).together == ()


def test_what_is_no_notebook_is_told_by_our_own_id(tmp_path: Path) -> None:
    source = zipped(
        tmp_path,
        {
            "lovelaceada_1001_90001_report.pdf": b"",
            "galoisevariste_1002_90002_a01_slopes.ipynb": notebook(),
        },
    )
    (lost,) = collected(tmp_path, source).unplaced
    assert (lost.student, lost.place) == ("al1", "lovelaceada_1001")
    assert str(lost).startswith("al1 (lovelaceada_1001): no notebook was handed in")


def test_brightspace_takes_the_last_attempt_or_the_one_asked_for(tmp_path: Path) -> None:
    source = zipped(
        tmp_path,
        {
            "index.html": b"<html>",
            "12345-67890 - Ada Lovelace- Nov 26, 2026 1105 PM/a01_slopes.ipynb": notebook("last"),
            "12345-67890 - Ada Lovelace- Nov 9, 2026 905 AM/a01_slopes.ipynb": notebook("first"),
            "12346-67890 - eg2 - Evariste Galois - 25 November, 2026 1200 PM/b.ipynb": notebook(),
            "12347-67890 - Flannery O'Connor-Smith - Nov 25, 2026 12:00 AM - c.ipynb": notebook(),
        },
    )
    found = collected(tmp_path, source)
    assert found.layout.name == "brightspace"
    assert students(found) == ["al1", "eg2", "fo3"]
    assert not found.unplaced
    assert in_place(tmp_path, "al1") == notebook("last")
    assert stamp(tmp_path, "al1") == "2026-11-26 23:05:00.000000 UTC"
    assert stamp(tmp_path, "eg2") == "2026-11-25 12:00:00.000000 UTC"
    assert stamp(tmp_path, "fo3") == "2026-11-25 00:00:00.000000 UTC"
    (tmp_path / "again").mkdir()
    collected(tmp_path / "again", source, attempt=1)
    assert in_place(tmp_path / "again", "al1") == notebook("first")
    third = collected(tmp_path / "again", source, attempt=3)
    assert "there is no attempt 3, but 2 attempts" in {item.why for item in third.unplaced}


def test_a_plain_folder_by_folders_files_and_nbgraders_layout(tmp_path: Path) -> None:
    source = tmp_path / "download"
    for name, data in {
        "al1/whatever.ipynb": notebook(),
        "eg2.ipynb": notebook("2"),
        f"fo3/{ASSIGNMENT}/{ASSIGNMENT}.ipynb": notebook("3"),
        f"fo3/{ASSIGNMENT}/timestamp.txt": b"2026-11-26 10:00:00 UTC",
        "fo3/a02_layers/a02_layers.ipynb": notebook(of="a02_layers"),
        "README.md": b"",
    }.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    found = collected(tmp_path, source)
    assert found.layout.name == "plain"
    assert students(found) == ["al1", "eg2", "fo3"]
    assert in_place(tmp_path, "fo3") == notebook("3")
    time = handed_time(tmp_path / "submitted/fo3" / ASSIGNMENT).time
    assert time is not None
    assert time.isoformat() == "2026-11-26T10:00:00"
    assert [item.place for item in found.unplaced] == ["README.md"]


def test_the_folder_around_a_zip_is_no_student(tmp_path: Path) -> None:
    files = {"class/al1/x.ipynb": notebook(), "class/eg2/x.ipynb": notebook("2")}
    assert students(collected(tmp_path, zipped(tmp_path, files))) == ["al1", "eg2"]
    flat = {"class/al1.ipynb": notebook(), "class/eg2.ipynb": notebook("2")}
    assert students(collected(tmp_path, zipped(tmp_path, flat))) == ["al1", "eg2"]


def test_a_layout_that_was_asked_for_and_does_not_fit_is_told(tmp_path: Path) -> None:
    source = zipped(tmp_path, {"al1/x.ipynb": notebook()})
    with pytest.raises(UsageError, match="not named as Canvas does"):
        collected(tmp_path, source, layout="canvas")


def test_a_notebook_in_a_zip_that_was_handed_in_is_found(tmp_path: Path) -> None:
    inner = packed({"work/a01_slopes.ipynb": notebook("deep"), "__MACOSX/._x.ipynb": b"\0"})
    found = collected(tmp_path, zipped(tmp_path, {"lovelaceada_1001_90001_all.zip": inner}))
    assert found.placed[0].source == "all.zip/work/a01_slopes.ipynb"
    assert in_place(tmp_path, "al1") == notebook("deep")
