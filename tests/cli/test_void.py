"""`gradeprop void` and the report of a regrade, as an instructor uses them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import HALVED, SOLVED, answered, gradeprop, hand_in
from course.minimal import EXPLAIN, EXPLAIN_GRADER, replaced, write_course
from gradeprop.course.schema import write_schemas

NONE = ("--isolation", "none")


def voided(root: Any) -> Any:
    return (root / "voided.yaml").read_text()


def marks(root: Any, student: Any) -> Any:
    data = json.loads((root / "results/a01_slopes" / f"{student}.json").read_text())
    return data["auto_score"], data["max_score"]


def test_voiding_writes_a_small_file_and_says_what_it_means(course: Any) -> None:
    done = gradeprop(
        "void", "matches_autograd", "--reason", "The text\nwas unclear: sorry.", cwd=course
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "square_derivative.matches_autograd is taken out: it counts for nobody, and its 2 points "
        "leave the"
        " maximum.\n"
    )
    assert "gradeprop grade a01_slopes" in done.stderr
    assert voided(course).splitlines()[1:] == [
        "checks:",
        "  - exercise: square_derivative",
        "    check: matches_autograd",
        '    reason: "The text was unclear: sorry."',
    ]


@pytest.mark.parametrize("name", ["matches autograd", " square derivative.matches autograd "])
def test_a_name_may_be_copied_from_the_screen_with_its_blanks(course: Any, name: str) -> None:
    done = gradeprop("void", name, cwd=course)
    assert done.returncode == 0, done.stderr
    assert "    check: matches_autograd" in voided(course).splitlines()


def test_points_can_be_given_and_the_decision_changed_and_undone(course: Any) -> None:
    done = gradeprop(
        "void", "square_derivative.shape", "--give", "--assignment", "a01_slopes", cwd=course
    )
    assert done.stdout == "square_derivative.shape is taken out: everybody gets its 1 point.\n"
    assert "give: true" in voided(course)
    gradeprop("void", "shape", cwd=course)
    assert "give" not in voided(course)
    assert gradeprop("void", cwd=course).stdout == "square_derivative.shape  counts for nobody\n"
    done = gradeprop("void", "shape", "--undo", cwd=course)
    assert done.stdout == "square_derivative.shape counts again (1 point).\n"
    assert not (course / "voided.yaml").exists()


def test_what_is_voided_is_listed_as_json(course: Any) -> None:
    gradeprop("void", "shape", "--give", cwd=course)
    done = gradeprop("void", "direction", "--json", cwd=course)
    assert json.loads(done.stdout) == json.loads(gradeprop("void", "--json", cwd=course).stdout)
    assert [entry["check"] for entry in json.loads(done.stdout)["voided"]] == ["shape", "direction"]


def test_what_people_wrote_in_the_file_stays(course: Any) -> None:
    note = "# The meeting of 3 March decided this.\n"
    (course / "voided.yaml").write_text(f"{note}checks: []  # none so far\n")
    done = gradeprop("void", "shape", "--reason", "Unclear.", cwd=course)
    assert done.returncode == 0, done.stderr
    assert voided(course) == (
        f"{note}checks:   # none so far\n  - exercise: square_derivative\n    check: shape\n"
        '    reason: "Unclear."\n'
    )
    assert gradeprop("void", "shape", "--undo", cwd=course).returncode == 0
    assert voided(course) == f"{note}checks: []   # none so far\n"


def test_a_layout_that_would_lose_a_comment_is_refused_with_what_to_write(course: Any) -> None:
    text = "checks: [{exercise: square_derivative, check: shape}]  # mine\n"
    (course / "voided.yaml").write_text(text)
    done = gradeprop("void", "matches_autograd", cwd=course)
    assert done.returncode == 2
    assert "add - {exercise: square_derivative, check: matches_autograd}" in done.stderr
    assert voided(course) == text


def test_the_first_line_names_the_schema_where_the_course_has_it(course: Any) -> None:
    write_schemas(course / "schemas")
    gradeprop("void", "shape", cwd=course)
    assert voided(course).startswith("# yaml-language-server: $schema=schemas/voided.schema.json\n")
    assert gradeprop("void", cwd=course).stdout == "square_derivative.shape  counts for nobody\n"


TWINS = {
    **replaced(EXPLAIN, "check: direction", "check: shape"),
    **replaced(EXPLAIN_GRADER, "test_direction", "test_shape"),
}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "there is no check 'nonsense' in this course"),
        (
            ["square_derivative.nonsense"],
            "known: square_derivative.shape, square_derivative.matches_autograd",
        ),
        (["shape"], "name one: square_derivative.shape, explain_sign.shape"),
        (["matches_autograd", "--assignment", "a09"], "the course has no assignment 'a09'"),
        (["matches_autograd", "--undo"], "is not taken out"),
        (["matches_autograd", "--undo", "--give"], "--undo goes with neither"),
        (["--give"], "which check?"),
    ],
)
def test_a_slip_is_wrong_usage_and_changes_nothing(
    tmp_path: Path, arguments: Any, said: str
) -> None:
    root = write_course(tmp_path, TWINS)
    done = gradeprop("void", *arguments, cwd=root)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (root / "voided.yaml").exists()


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = write_course(tmp_path_factory.mktemp("graded"))
    gradeprop("build", cwd=root)
    for student, answers in (("ada", SOLVED), ("bob", HALVED)):
        hand_in(root, student, answered(root, answers))
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=root)
    assert done.returncode == 0, done.stderr
    assert "Marks changed" not in done.stderr
    return root


def test_a_regrade_applies_it_everywhere_and_reports_whose_marks_changed(graded: Any) -> None:
    assert (marks(graded, "ada"), marks(graded, "bob")) == ((4, 6), (1, 6))
    gradeprop("void", "matches_autograd", cwd=graded)
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=graded)
    assert done.returncode == 0, done.stderr
    assert (marks(graded, "ada"), marks(graded, "bob")) == ((2, 4), (1, 4))
    lines = done.stderr.splitlines()
    assert "Marks changed in 2 of 2 regraded submissions (by the checks alone):" in lines
    (ada,) = [line for line in lines if line.startswith("ada ")]
    assert ada.split() == ["ada", "4+?/6", "2+?/4", "matches", "autograd", "taken", "out"]
    assert "Other than when they were graded before: the course's files (2)" in lines
    assert max(map(len, lines)) <= 80
    with sqlite3.connect(graded / "gradebook.db") as database:
        rows = database.execute(
            "select max_score, auto_score from grade join grade_cells on cell_id = grade_cells.id"
            " join base_cell on base_cell.id = cell_id where name = "
            "'square_derivative-by_hand-check'"
        )
        assert sorted(rows.fetchall()) == [(1.0, 0.0), (1.0, 1.0)]
    page = gradeprop("feedback", "a01_slopes", "--student", "ada", cwd=graded)
    assert page.returncode == 0, page.stderr
    html = (graded / "feedback/ada/a01_slopes/a01_slopes.html").read_text()
    assert "it counts for nobody" in html
    assert "Every check passed" in html

    gradeprop("void", "matches_autograd", "--give", cwd=graded)
    done = gradeprop("grade", "a01_slopes", *NONE, "--json", cwd=graded)
    data = json.loads(done.stdout)
    assert [item["student"] for item in data["changes"]] == ["ada", "bob"]
    assert data["changes"][1]["before"]["certain"] == 1.0
    assert data["changes"][1]["after"] == {
        "score": None, "certain": 3.0, "max_score": 6.0, "status": "needs_manual",
    }  # fmt: skip

    gradeprop("void", "matches_autograd", "--undo", cwd=graded)
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=graded)
    assert (marks(graded, "ada"), marks(graded, "bob")) == ((4, 6), (1, 6))
    assert "Marks changed in 1 of 2 regraded submissions" in done.stderr
    assert "matches autograd counts again" in done.stderr
    done = gradeprop("grade", "a01_slopes", *NONE, "--force", "--json", cwd=graded)
    assert "No marks changed in 2 regraded submissions (by the checks alone)." in done.stderr
    assert json.loads(done.stdout)["changes"] == []
