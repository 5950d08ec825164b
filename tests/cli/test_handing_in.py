"""`gradeprop roster import` and `gradeprop collect`, as an instructor runs them."""

from __future__ import annotations

import json
import sys
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import HALVED, SOLVED, answered, gradeprop, hand_in, result_of

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section\n"
    '"Lovelace, Ada",1815,,ada,A\n"Galois, Évariste",1811,,eg,A\n'
)


@pytest.fixture
def download(built: Path) -> Path:
    path = built.parent / "submissions.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lovelaceada_LATE_1815_5_x.ipynb", answered(built, SOLVED))
        archive.writestr("nobodyknown_9_6_x.ipynb", answered(built, SOLVED))
    return path


def import_canvas(root: Path) -> Any:
    path = root.parent / "grades.csv"
    path.write_text(CANVAS, encoding="utf-8")
    return gradeprop("roster", "import", path, cwd=root)


def test_from_canvas_to_a_result_with_a_name(built: Path, download: Path) -> None:
    done = import_canvas(built)
    assert (done.returncode, done.stdout) == (0, "roster.csv\n")
    assert "2 students added, 0 changed, 2 in all" in done.stderr
    done = gradeprop("collect", "a01_slopes", "--from", download, cwd=built)
    assert done.returncode == 2
    assert done.stdout == "ada: new; late, says Canvas  (x.ipynb)\n"
    assert "From Canvas: 1 notebook taken, 0 left as they are, 1 not placed." in done.stderr
    assert "nobodyknown_9: nobody in roster.csv is called so; add them to roster.csv" in done.stderr
    gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=built)
    assert result_of(built, "ada")["auto_score"] == 4.0
    done = gradeprop("export", "a01_slopes", "--to", "canvas", cwd=built)
    assert '"Lovelace, Ada",1815' in done.stdout


def test_who_handed_in_together_is_told_with_where_groups_stand(built: Path) -> None:
    path = built.parent / "submissions.zip"
    metadata = "submission_1:\n  :submitters:\n  - :name: ada\n  - :name: bob\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("submission_metadata.yml", metadata)
        archive.writestr("submission_1/x.ipynb", answered(built, SOLVED))
    collect = ("collect", "a01_slopes", "--from", path)
    done = gradeprop(*collect, "--json", cwd=built)
    assert json.loads(done.stdout)["together"] == [["ada", "bob"]]
    assert "Handed in together, says Gradescope: ada and bob." in done.stderr
    assert "Write them into groups.csv" in done.stderr
    (built / "groups.csv").write_text("group,students\npair,ada;bob\n")
    assert "Handed in together" not in gradeprop(*collect, cwd=built).stderr


def test_what_canvas_calls_late_is_late_until_another_notebook_is_there(
    built: Path, download: Path
) -> None:
    import_canvas(built)
    gradeprop("collect", "a01_slopes", "--from", download, cwd=built)
    gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=built)
    result = result_of(built, "ada")
    assert (result["late"], result["late_days"]) == (True, None)
    shown = gradeprop("show", "a01_slopes", "ada", cwd=built).stdout
    assert "This was handed in late." in shown
    path = built / "submitted/ada/a01_slopes/a01_slopes.ipynb"
    path.write_bytes(answered(built, HALVED))
    gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=built)
    assert result_of(built, "ada")["late"] is None


def test_what_was_left_for_the_instructor_to_decide_is_no_success(
    built: Path, tmp_path: Path
) -> None:
    def collect(answers: Any, *options: str) -> Any:
        path = tmp_path / "again.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("ada/x.ipynb", answered(built, answers))
        return gradeprop("collect", "a01_slopes", "--from", path, *options, cwd=built)

    assert collect(HALVED).returncode == 0
    assert collect(HALVED).returncode == 0
    done = collect(SOLVED)
    assert done.returncode == 2
    assert "nothing tells which is later: ada. --update takes these" in done.stderr
    done = collect(SOLVED, "--update")
    assert done.returncode == 0, done.stderr
    place = built / "submitted/ada/a01_slopes/a01_slopes.ipynb"
    assert place.read_bytes() == answered(built, SOLVED)


def test_what_a_time_or_an_attempt_changes_is_said(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "attempts.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for day, answers in ((10, HALVED), (12, SOLVED)):
            name = f"1-2 - ada - Nov {day}, 2026 1200 PM/x.ipynb"
            archive.writestr(name, answered(built, answers))

    def collect(*options: str) -> tuple[int, str]:
        done = gradeprop("collect", "a01_slopes", "--from", path, *options, cwd=built)
        return done.returncode, done.stdout

    berlin, utc = ("--timezone", "Europe/Berlin"), ("--timezone", "UTC")
    assert collect(*utc) == (0, "ada: new; handed in 2026-11-12 12:00 UTC  (x.ipynb)\n")
    assert collect(*berlin) == (
        0,
        "ada: the same notebook, its time mended, which was 2026-11-12 12:00:00 UTC; "
        "handed in 2026-11-12 12:00 CET  (x.ipynb)\n",
    )
    code, said = collect(*utc)
    assert code == 0
    assert "handed in again unchanged, and the first time counts, 2026-11-12 11:00:00 UTC" in said
    code, said = collect(*utc, "--attempt", "first")
    assert code == 2
    assert "not taken: the one in submitted/ is later (--update takes this one)" in said
    code, said = collect(*utc, "--attempt", "first", "--update")
    assert code == 0
    assert "ada: replaced the one before" in said
    place = built / "submitted/ada/a01_slopes/a01_slopes.ipynb"
    assert place.read_bytes() == answered(built, HALVED)


def test_folders_that_look_like_one_are_told(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "plain.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("zoë/x.ipynb", answered(built, SOLVED))
    hand_in(built, unicodedata.normalize("NFD", "zoë"), answered(built, HALVED))
    done = gradeprop("collect", "a01_slopes", "--from", path, cwd=built)
    assert "two folders look like one, since accents are written in two ways: zoë." in done.stderr


def test_the_same_as_json_and_dry(built: Path, download: Path) -> None:
    done = gradeprop("collect", "a01_slopes", "--from", download, "--dry-run", "--json", cwd=built)
    said = json.loads(done.stdout)
    assert said["layout"] == "canvas"
    assert said["dry_run"]
    assert [item["student"] for item in said["placed"]] == ["lovelaceada", "nobodyknown"]
    assert said["placed"][0] == {
        "student": "lovelaceada",
        "state": "new",
        "source": "x.ipynb",
        "handed_in": None,
        "late": True,
        "before": None,
        "kept": None,
    }
    assert "There is no roster.csv" in done.stderr
    assert not (built / "submitted").exists()


def test_importing_again_adds_and_keeps_what_the_new_list_does_not_say(built: Path) -> None:
    (built / "roster.csv").write_text("id,email\nada,ada@example.org\nzed,z@example.org\n")
    path = built.parent / "grades.csv"
    path.write_text(CANVAS, encoding="utf-8")
    done = gradeprop("roster", "import", path, "--json", cwd=built)
    assert json.loads(done.stdout) == {
        "source": "Canvas",
        "id_column": "sis login id",
        "added": ["eg"],
        "changed": ["ada"],
        "students": 3,
        "left_out": [],
        "in_gradebook": False,
    }
    assert "ada,Ada,Lovelace,ada@example.org,1815" in (built / "roster.csv").read_text()


def test_importing_again_keeps_columns_of_ones_own(built: Path) -> None:
    (built / "roster.csv").write_text("tutor,id\nKim,ada\n")
    import_canvas(built)
    assert (built / "roster.csv").read_text() == (
        "id,first_name,last_name,email,lms_id,tutor\n"
        "ada,Ada,Lovelace,,1815,Kim\neg,Évariste,Galois,,1811,\n"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--attempt", "0"), "'0' is no attempt"),
        (("--timezone", "Moon/Base"), "there is no time zone 'Moon/Base'"),
        (("--worksheet", "course.yaml"), "this is not Moodle's grading worksheet"),
        (("--layout", "moodle"), "most of it is not named as Moodle does"),
    ],
)
def test_wrong_usage_is_told(built: Path, download: Path, options: Any, said: str) -> None:
    done = gradeprop("collect", "a01_slopes", "--from", download, *options, cwd=built)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (built / "submitted").exists()


DUE = "    due: 2026-03-01T12:00+00:00\n"


@pytest.fixture
def dated(built: Path) -> Path:
    """The course with a due date, and a hand-in two days after it."""
    text = (built / "course.yaml").read_text()
    line = "  - id: a01_slopes\n"
    assert line in text
    (built / "course.yaml").write_text(text.replace(line, line + DUE))
    path = hand_in(built, "ada", answered(built, SOLVED))
    (path.parent / "timestamp.txt").write_text("2026-03-03 15:00:00 UTC")
    return built


def test_an_extension_changes_what_the_next_grade_says(dated: Path) -> None:
    gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=dated)
    result = result_of(dated, "ada")
    assert (result["late"], result["late_days"], result["extension"]) == (True, 2.125, None)
    shown = gradeprop("show", "a01_slopes", "ada", cwd=dated).stdout
    assert "This was handed in 2 days and 3 hours after the due date." in shown
    gradeprop("feedback", "a01_slopes", cwd=dated)
    page = (dated / "feedback/ada/a01_slopes/a01_slopes.html").read_text()
    assert "This was handed in 2 days and 3 hours after the due date." in page
    done = gradeprop("extend", "ada", "a01_slopes", "+3d", "--json", cwd=dated)
    assert json.loads(done.stdout)["until"] == "2026-03-04T12:00+00:00"
    done = gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=dated)
    assert "unchanged" not in done.stderr
    result = result_of(dated, "ada")
    assert (result["late"], result["late_days"]) == (False, 0.0)
    assert result["extension"] == "2026-03-04T12:00+00:00"
    done = gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=dated)
    assert "1 of 1 unchanged" in done.stderr
    gradeprop("extend", "ada", "a01_slopes", "none", cwd=dated)
    gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=dated)
    assert result_of(dated, "ada")["late"]
    assert "no extension" in gradeprop("extend", "ada", "a01_slopes", cwd=dated).stdout


def test_one_time_zone_is_told_everywhere_the_due_dates_own(built: Path) -> None:
    hand_in(built, "ada", answered(built, SOLVED))
    line = "  - id: a01_slopes\n"
    course = (built / "course.yaml").read_text()
    due = course.replace(line, f"{line}    due: 2026-03-01T12:00+02:00\n")
    assert due != course
    (built / "course.yaml").write_text(due)
    said = "Wednesday 4 March 2026, 00:00 (UTC+2)"
    done = gradeprop("extend", "ada", "a01_slopes", "2026-03-03T22:00+00:00", cwd=built)
    assert f"until {said}" in done.stdout
    gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=built)
    shown = gradeprop("show", "a01_slopes", "ada", cwd=built).stdout
    assert f"The due date was extended to {said}." in " ".join(shown.split())
    gradeprop("feedback", "a01_slopes", cwd=built)
    page = (built / "feedback/ada/a01_slopes/a01_slopes.html").read_text()
    assert f"The due date was extended to {said}." in page


def test_taking_back_what_was_never_given_writes_nothing(dated: Path) -> None:
    done = gradeprop("extend", "ada", "a01_slopes", "none", cwd=dated)
    assert done.returncode == 0
    assert "There was none: nothing is written." in done.stderr
    assert "takes it into account" not in done.stderr
    assert not (dated / "extensions.csv").exists()


def test_without_nbgrader_a_result_says_how_late_too(
    dated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "nbgrader"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "nbgrader", None)  # not to be found
    done = gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=dated)
    assert "nbgrader is not installed: nothing is recorded" in done.stderr
    assert not (dated / "gradebook.db").exists()
    result = result_of(dated, "ada")
    assert (result["late"], result["late_days"], result["extension"]) == (True, 2.125, None)
    (dated / "extensions.csv").write_text(
        "student,assignment,until\nada,a01_slopes,2026-03-02T15:00+00:00\n"
    )
    done = gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=dated)
    assert "unchanged" not in done.stderr
    result = result_of(dated, "ada")
    assert (result["late_days"], result["extension"]) == (1.0, "2026-03-02T15:00+00:00")
    done = gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=dated)
    assert "1 of 1 unchanged" in done.stderr


@pytest.mark.parametrize(
    ("until", "moment"),
    [
        ("2026-03-05", "2026-03-05T23:59:59+00:00"),
        ("2026-03-05T10:00", "2026-03-05T10:00+00:00"),
        ("2026-03-05T10:00+02:00", "2026-03-05T10:00+02:00"),
        ("+36h", "2026-03-03T00:00+00:00"),
    ],
)
def test_until_when_can_be_said_in_several_ways(dated: Path, until: str, moment: str) -> None:
    done = gradeprop("extend", "ada", "a01_slopes", until, "--json", cwd=dated)
    assert json.loads(done.stdout)["until"] == moment
    assert f"ada,a01_slopes,{moment}" in (dated / "extensions.csv").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("adda", "+3d"),
            "there is no student 'adda' in roster.csv, the gradebook or submitted/; did you mean",
        ),
        (("ada", "soon"), "'soon' is no date"),
        (("ada", "2026-02-01"), "is not after the due date; it is due Sunday 1 March 2026"),
        (("../x", "+1d"), "'../x' cannot be a student's id"),
    ],
)
def test_an_extension_that_cannot_be_meant_is_refused(
    dated: Path, arguments: Any, said: str
) -> None:
    student, until = arguments
    done = gradeprop("extend", student, "a01_slopes", until, cwd=dated)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (dated / "extensions.csv").exists()


def test_without_a_due_date_there_is_nothing_to_extend(built: Path) -> None:
    hand_in(built, "ada", b"{}")
    done = gradeprop("extend", "ada", "a01_slopes", "+3d", cwd=built)
    assert "a01_slopes has no due date, so nobody is late" in done.stderr
