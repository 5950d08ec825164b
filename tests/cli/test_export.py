"""`gradeprop export` as an instructor runs it: data on stdout or in a file, notes on stderr, exit
codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cli.conftest import gradeprop
from gradeprop.course.load import load_course
from gradeprop.records.exports.csv_cells import from_csv
from gradeprop.records.files.results import write_result
from records.graded_class import CODE, hand_in, result_for, small_release
from records.graded_course import SECOND, first_result, keep, second_result, two_assignments


@pytest.fixture
def graded(course: Any) -> Path:
    for student in ("ada", "-bob o'neil"):
        write_result(course, result_for(student, ()))
    return course


def export(root: Path, *arguments: Any) -> Any:
    return gradeprop("export", *arguments, cwd=root)


def test_csv_goes_to_stdout_and_what_is_unknown_is_said_on_stderr(graded: Any) -> None:
    done = export(graded, "a01_slopes", "--to", "csv")
    assert done.returncode == 0, done.stderr
    header, bob, ada = from_csv(done.stdout)
    assert (bob[0], ada[0]) == ("-bob o'neil", "ada")
    assert ada[header.index("score")] == ""
    assert "A part waits for a person, so no total is given: -bob o'neil, ada." in done.stderr


@pytest.mark.parametrize("to", ["csv", "junit", "canvas", "moodle", "jsonl"])
def test_a_file_has_what_stdout_would_have(graded: Any, to: str) -> None:
    done = export(graded, "a01_slopes", "--to", to, "--output", "out/marks")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "2 students exported to out/marks" in done.stderr
    printed = export(graded, "a01_slopes", "--to", to).stdout
    assert (graded / "out" / "marks").read_bytes().decode() == printed


def test_junit_is_xml(graded: Any) -> None:
    root = ElementTree.fromstring(export(graded, "a01_slopes", "--to", "junit").stdout)
    assert [suite.get("name") for suite in root] == ["-bob o'neil", "ada"]


def test_gradescope_is_a_file_for_each_student(graded: Any) -> None:
    done = export(graded, "a01_slopes", "--to", "gradescope", "--output", "gs")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (graded / "gs").iterdir()) == [
        "-bob%20o%27neil.json",
        "ada.json",
    ]
    assert json.loads((graded / "gs" / "ada.json").read_text())["tests"]


def test_code_is_a_folder_for_each_student(graded: Any) -> None:
    release = small_release(load_course(graded))
    hand_in(graded, release, "ada")
    folder = hand_in(graded, release, "-bob o'neil")
    notebook = json.loads((folder / "a01_slopes.ipynb").read_text())
    for cell in notebook["cells"]:
        if cell["id"] == CODE:
            cell["source"] = "def d_square(w):\n    return w + w"
    (folder / "a01_slopes.ipynb").write_text(json.dumps(notebook))
    done = export(graded, "a01_slopes", "--to", "code", "--output", "code")
    assert done.returncode == 0, done.stderr
    assert "2 students exported to code/" in done.stderr
    found = {
        str(path.relative_to(graded / "code")): path.read_text() for path in graded.glob("code/*/*")
    }
    assert found == {f"-bob%20o%27neil/{CODE}.py": "def d_square(w):\n    return w + w\n"}


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """Two assignments, the second of weight 3 and due: bob has handed in the first only."""
    course = two_assignments(tmp_path, second="weight: 3\ndue: 2020-01-31T23:59Z")
    keep(course, first_result("ada"), second_result("ada"), first_result("bob"))
    return tmp_path


def test_without_an_assignment_the_whole_course_has_a_row_per_student(whole: Any) -> None:
    done = export(whole, "--to", "csv")
    assert done.returncode == 0, done.stderr
    header, ada, bob = from_csv(done.stdout)
    percent = header.index("course_percent")
    assert (ada[0], ada[percent], bob[0], bob[percent]) == ("ada", "100", "bob", "25")
    assert done.stderr == "a02_more: Not handed in by the due date, so counted as 0: bob.\n"


def test_a_hand_in_elsewhere_that_is_not_graded_is_no_0(whole: Any) -> None:
    (whole / "other" / "bob" / SECOND).mkdir(parents=True)
    line = export(whole, "--to", "jsonl", "--submitted", "other").stdout.splitlines()[1]
    assert json.loads(line)["open"] == {SECOND: "not graded yet"}


def test_the_whole_course_can_be_written_to_a_file(whole: Any) -> None:
    done = export(whole, "--to", "jsonl", "--output", "out/course.jsonl")
    assert done.returncode == 0, done.stderr
    assert "2 students exported to out/course.jsonl" in done.stderr
    written = (whole / "out" / "course.jsonl").read_text()
    assert written == export(whole, "--to", "jsonl").stdout


@pytest.mark.parametrize("to", ["canvas", "moodle"])
def test_platforms_that_weigh_themselves_get_no_total_of_ours(whole: Any, to: str) -> None:
    done = export(whole, "--to", to)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{to.capitalize()} works out the total itself" in done.stderr


def test_a_course_without_results_tells_the_remedy(course: Any) -> None:
    done = export(course, "--to", "csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there are no results yet; run `gradeprop grade a01_slopes` first" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a99_none", "--to", "csv"), "no assignment 'a99_none'; known here: a01_slopes"),
        (("a01_slopes", "--to", "excel"), "is not one of"),
        (("a01_slopes",), "--to"),
        (
            ("--to", "junit"),
            "junit is of one assignment, not of a whole course; name an assignment",
        ),
        (("a01_slopes", "--to", "gradescope"), "--output DIR"),
        (("a01_slopes", "--to", "code"), "--output DIR"),
        (("a01_slopes", "--to", "csv", "--output", "results"), "results: this is a folder"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_and_how(
    graded: Any, arguments: Any, said: str
) -> None:
    done = export(graded, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_before_grading_the_remedy_is_told(course: Any) -> None:
    done = export(course, "a01_slopes", "--to", "csv")
    assert done.returncode == 2
    assert "no results of a01_slopes yet; run `gradeprop grade a01_slopes` first" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("to", ["csv", "gradescope"])
def test_an_output_that_cannot_be_written_exits_with_3(graded: Any, to: str) -> None:
    done = export(graded, "a01_slopes", "--to", to, "--output", "course.yaml/marks")
    assert done.returncode == 3
    assert "cannot write this file" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_device_is_written_to_and_not_replaced(graded: Any) -> None:
    assert export(graded, "a01_slopes", "--to", "csv", "--output", "/dev/null").returncode == 0
    assert not Path("/dev/null").is_file()
