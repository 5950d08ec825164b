"""`gradeprop roster import` and `gradeprop collect`, as an instructor runs them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import SOLVED, answered, gradeprop, result_of

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


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--attempt", "0"), "'0' is no attempt"),
        (("--timezone", "Moon/Base"), "there is no time zone 'Moon/Base'"),
        (("--worksheet", "course.yaml"), "this is not Moodle's grading worksheet"),
        (("--layout", "moodle"), "nothing in it is named as Moodle does"),
    ],
)
def test_wrong_usage_is_told(built: Path, download: Path, options: Any, said: str) -> None:
    done = gradeprop("collect", "a01_slopes", "--from", download, *options, cwd=built)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (built / "submitted").exists()
