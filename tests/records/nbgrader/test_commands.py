"""nbgrader's own commands, run as an instructor runs them, on a course with our
nbgrader_config.py."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import MetadataValidator

from cli.conftest import gradeprop
from course.minimal import EXERCISE, course_files
from gradeprop.course.load import load_course
from gradeprop.grading.result.verdict import Timing
from gradeprop.records.files.results import read_result
from gradeprop.records.gradebook.writer import GradebookWriter
from gradeprop.records.nbgrader.grading import Order, deliver
from records.graded_class import ASSIGNMENT, CODE, PROSE, autograded_cells, record_now
from records.nbgrader_command import NOTEBOOK, built_course, nbgrader, run_nbgrader, submit

pytestmark = pytest.mark.slow

AUTOGRADE = ("autograde", ASSIGNMENT, "--SubmissionExporter.isolation=none")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built course with three submissions: the solution, a known mistake, and no notebook at
    all."""
    root = built_course(tmp_path_factory.mktemp("course"))
    solved = (root / "source" / ASSIGNMENT / NOTEBOOK).read_text()
    halved = solved.replace("return 2 * w", "return w")
    assert halved != solved
    for student, text in (("ada", solved), ("bob", halved), ("eve", "garbage")):
        submit(root, student, text)
    return root


@pytest.fixture(scope="module")
def graded(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it after ``nbgrader generate_assignment`` and ``nbgrader autograde``."""
    root = tmp_path_factory.mktemp("graded") / "course"
    shutil.copytree(built, root)
    nbgrader(root, "generate_assignment", ASSIGNMENT, "--force")
    nbgrader(root, *AUTOGRADE)
    return root


@pytest.fixture
def own(graded: Path, tmp_path: Path) -> Path:
    """A copy of that for one test to change."""
    return Path(shutil.copytree(graded, tmp_path / "course"))


@contextmanager
def book(root: Path) -> Iterator[Gradebook]:
    with Gradebook(f"sqlite:///{root}/gradebook.db", "minimal") as gradebook:
        yield gradebook


def marks(root: Path) -> list[Any]:
    """What the gradebook says of everybody, by names instead of random ids."""
    query = """
        SELECT sa.student_id, sa.timestamp, c.name, g.auto_score, g.manual_score, g.needs_manual_grade
        FROM grade g JOIN base_cell c ON c.id = g.cell_id JOIN submitted_notebook sn ON sn.id = g.notebook_id
        JOIN submitted_assignment sa ON sa.id = sn.assignment_id
        UNION ALL
        SELECT sa.student_id, sn.late_submission_penalty, c.name, k.auto_comment, k.manual_comment, NULL
        FROM comment k JOIN base_cell c ON c.id = k.cell_id
        JOIN submitted_notebook sn ON sn.id = k.notebook_id
        JOIN submitted_assignment sa ON sa.id = sn.assignment_id"""
    with sqlite3.connect(root / "gradebook.db") as connection:
        return sorted(connection.execute(query).fetchall(), key=str)


def cell_rows(root: Path) -> list[Any]:
    with sqlite3.connect(root / "gradebook.db") as connection:
        return [
            connection.execute(query).fetchall()
            for query in (
                "SELECT name, cell_type, locked, source, checksum FROM source_cell ORDER BY name",
                "SELECT name, type FROM base_cell ORDER BY name, type",
                "SELECT name, max_score, cell_type FROM grade_cells JOIN base_cell USING (id) "
                "ORDER BY name",
                "SELECT name, kernelspec FROM notebook",
                "SELECT version_num FROM alembic_version",
            )
        ]


def test_generate_assignment_writes_the_release_of_gradeprop_build(
    built: Path, graded: Path
) -> None:
    names = sorted(path.name for path in (built / "release" / ASSIGNMENT).iterdir())
    assert names == sorted(path.name for path in (graded / "release" / ASSIGNMENT).iterdir())
    for name in names:
        ours, theirs = (root / "release" / ASSIGNMENT / name for root in (built, graded))
        assert ours.read_bytes() == theirs.read_bytes()


def test_a_pattern_of_assignments_writes_our_release_too(own: Path) -> None:
    written = own / "release" / ASSIGNMENT / NOTEBOOK
    ours = written.read_bytes()
    written.unlink()
    nbgrader(own, "generate_assignment", "*", "--force")
    assert written.read_bytes() == ours


def test_the_metadata_is_valid(built: Path) -> None:
    for folder in ("source", "release"):
        MetadataValidator().validate_nb(
            nbformat.read(built / folder / ASSIGNMENT / NOTEBOOK, as_version=4)
        )


def test_validate_passes_the_source_and_nothing_of_the_release(built: Path) -> None:
    told = nbgrader(built, "validate", f"source/{ASSIGNMENT}/{NOTEBOOK}")
    assert "Success! Your notebook passes all the tests." in told
    told = nbgrader(built, "validate", "--invert", f"release/{ASSIGNMENT}/{NOTEBOOK}")
    assert "Success! The notebook does not pass any tests." in told


def test_autograde_gives_the_marks_that_gradeprop_grade_gives(graded: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(graded, tmp_path / "course"))
    for name in ("autograded", "results"):
        shutil.rmtree(root / name)
    (root / "gradebook.db").unlink()
    delivery = deliver(Order(root, ASSIGNMENT, root / "submitted", ("ada", "bob", "eve"), "none"))
    with GradebookWriter(delivery.course, delivery.release) as writer:
        for result in delivery.results:
            record_now(writer, result, root / "submitted" / result.student / ASSIGNMENT)
    assert marks(root) == marks(graded)
    assert cell_rows(root) == cell_rows(graded)
    for student in ("ada", "bob", "eve"):
        for name in (NOTEBOOK, "timestamp.txt"):
            ours, theirs = (
                folder / "autograded" / student / ASSIGNMENT / name for folder in (root, graded)
            )
            assert ours.read_bytes() == theirs.read_bytes()
        ours, theirs = (read_result(folder, ASSIGNMENT, student) for folder in (root, graded))
        assert ours is not None
        assert theirs is not None
        assert replace(ours, timing=Timing()) == replace(theirs, timing=Timing())


def test_autograde_needs_no_generate_assignment_before(
    built: Path, graded: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(built, tmp_path / "course"))
    nbgrader(root, *AUTOGRADE)
    assert marks(root) == marks(graded)


def test_every_submission_has_its_marks(graded: Path) -> None:
    with book(graded) as gradebook:
        scores = {row["student"]: row["score"] for row in gradebook.submission_dicts(ASSIGNMENT)}
        comment = gradebook.find_comment(CODE, ASSIGNMENT, ASSIGNMENT, "bob").comment
    assert scores == {"ada": 4.0, "bob": 1.0, "eve": 0.0}
    assert "Was the 2 of 2w lost?" in comment
    cells = autograded_cells(graded / "autograded" / "eve" / ASSIGNMENT / NOTEBOOK)
    assert "note-1" in cells


def test_a_regrade_keeps_what_a_person_entered(own: Path) -> None:
    with book(own) as gradebook:
        grade = gradebook.find_grade(PROSE, ASSIGNMENT, ASSIGNMENT, "ada")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.find_comment(PROSE, ASSIGNMENT, ASSIGNMENT, "ada").manual_comment = "Good."
        gradebook.db.commit()
    before = marks(own)
    nbgrader(own, *AUTOGRADE, "--force")
    assert marks(own) == before


def test_what_an_interrupted_run_left_is_graded_again(own: Path) -> None:
    path = own / "autograded" / "bob" / ASSIGNMENT / NOTEBOOK
    whole = path.read_bytes()
    path.chmod(0o644)
    path.write_text("{}")
    nbgrader(own, *AUTOGRADE)
    assert path.read_bytes() == whole


def test_parts_and_points_may_change_when_there_are_submissions(own: Path) -> None:
    text = (
        course_files()[EXERCISE]
        .replace("points: 2", "points: 4")
        .replace("points: 3\n", "points: 5\n", 1)
    )
    (own / EXERCISE).write_text(text)
    nbgrader(own, "generate_assignment", ASSIGNMENT, "--force")
    with book(own) as gradebook:
        assert gradebook.find_grade(f"{CODE}-check", ASSIGNMENT, ASSIGNMENT, "ada").max_score == 5.0


def test_an_invalid_course_leaves_the_release_alone(own: Path) -> None:
    release = own / "release" / ASSIGNMENT / NOTEBOOK
    before = release.read_bytes()
    (own / EXERCISE).write_text("title: [")
    done = run_nbgrader(own, "generate_assignment", ASSIGNMENT, "--force")
    assert done.returncode == 1
    assert f"{EXERCISE}:" in done.stderr
    assert release.read_bytes() == before


def test_an_assignment_that_is_not_ours_is_treated_as_ever(own: Path) -> None:
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    kind = {"schema_version": 3, "grade": False, "solution": True, "locked": False, "task": False}
    notebook.cells = [
        nbformat.v4.new_code_cell("x = 1", metadata={"nbgrader": {**kind, "grade_id": "x"}}),
        nbformat.v4.new_code_cell(
            "assert x == 1",
            metadata={
                "nbgrader": {
                    **kind, "grade": True, "solution": False, "locked": True, "points": 2, "grade_id": "t"
                }
            },
        ),
    ]  # fmt: skip
    for folder in (own / "source" / "ps1", own / "submitted" / "ada" / "ps1"):
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "ps1.ipynb")
    nbgrader(own, "generate_assignment", "ps1")
    assert "YOUR CODE HERE" in (own / "release" / "ps1" / "ps1.ipynb").read_text()
    nbgrader(own, "autograde", "ps1")
    with book(own) as gradebook:
        assert gradebook.find_submission("ps1", "ada").score == 2.0


def test_feedback_and_export_follow(own: Path) -> None:
    nbgrader(own, "generate_feedback", ASSIGNMENT)
    html = (own / "feedback" / "bob" / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text()
    assert "Was the 2 of 2w lost?" in html
    nbgrader(own, "export")
    rows = (own / "grades.csv").read_text().splitlines()
    assert any(",ada," in row and row.endswith(",4.0,0.0,4.0,6.0") for row in rows)


@pytest.fixture
def exchanged(own: Path, tmp_path: Path) -> tuple[Path, Path, str, str]:
    """The course with the work of a fourth student who handed it in through the exchange, besides
    bob's that came without a time: the course, the student's home, her id and the exchange's
    option."""
    exchange, home = tmp_path / "exchange", tmp_path / "home"
    for folder in (exchange, home):
        folder.mkdir()
    exchange.chmod(0o777)
    place = f"--Exchange.root={exchange}"
    nbgrader(own, "release_assignment", ASSIGNMENT, place)
    nbgrader(home, "fetch_assignment", ASSIGNMENT, "--course", "minimal", place, home=home)
    fetched = home / ASSIGNMENT / NOTEBOOK
    assert fetched.read_bytes() == (own / "release" / ASSIGNMENT / NOTEBOOK).read_bytes()
    shutil.copy(own / "source" / ASSIGNMENT / NOTEBOOK, fetched)
    nbgrader(home, "submit", ASSIGNMENT, "--course", "minimal", place, home=home)
    assert ASSIGNMENT in nbgrader(own, "list", "--inbound", place)
    nbgrader(own, "collect", ASSIGNMENT, place)
    (student,) = {path.name for path in (own / "submitted").iterdir()} - {"ada", "bob", "eve"}
    (own / "submitted" / "bob" / ASSIGNMENT / "timestamp.txt").unlink()
    shutil.rmtree(own / "autograded" / "bob")
    return own, home, student, place


def test_a_student_fetches_submits_and_gets_feedback(
    exchanged: tuple[Path, Path, str, str],
) -> None:
    root, home, _, place = exchanged
    nbgrader(root, *AUTOGRADE)
    nbgrader(root, "generate_feedback", ASSIGNMENT)
    told = nbgrader(root, "release_feedback", ASSIGNMENT, place)
    assert told.count("Releasing feedback for student") == 4
    nbgrader(home, "fetch_feedback", ASSIGNMENT, "--course", "minimal", place, home=home)
    (page,) = home.rglob("*.html")
    assert (
        page.read_bytes() == next((root / "feedback").glob(f"{exchanged[2]}/*/*.html")).read_bytes()
    )


def test_pages_of_gradeprop_feedback_are_released_and_fetched(
    exchanged: tuple[Path, Path, str, str],
) -> None:
    root, home, student, place = exchanged
    done = gradeprop("grade", ASSIGNMENT, "--isolation", "none", cwd=root)
    assert done.returncode == 0, done.stderr
    done = gradeprop("feedback", ASSIGNMENT, cwd=root)
    assert done.returncode == 0, done.stderr
    assert "their pages must be sent: ada, bob, eve" in done.stderr
    nbgrader(root, "release_feedback", ASSIGNMENT, place)
    nbgrader(home, "fetch_feedback", ASSIGNMENT, "--course", "minimal", place, home=home)
    (page,) = home.rglob("*.html")
    assert (
        page.read_bytes()
        == (root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").read_bytes()
    )


def test_a_time_that_is_only_known_from_the_file_makes_nobody_late(
    exchanged: tuple[Path, Path, str, str],
) -> None:
    root, _, _, _ = exchanged
    nbgrader(root, *AUTOGRADE)
    with book(root) as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, "bob").timestamp is None
        assert gradebook.find_submission(ASSIGNMENT, "ada").timestamp is not None


def test_a_missing_or_misnamed_notebook_is_graded_as_gradeprop_grade_does(own: Path) -> None:
    solved = (own / "source" / ASSIGNMENT / NOTEBOOK).read_text()
    submit(own, "fay", None)
    submit(own, "gus", solved, name="Untitled.ipynb")
    told = nbgrader(own, *AUTOGRADE)
    assert f"fay cannot be graded and gets no points: The notebook {NOTEBOOK} is missing." in told
    assert "There is Untitled.ipynb instead. Please hand it in under exactly this name." in told
    mine = {student: read_result(own, ASSIGNMENT, student) for student in ("fay", "gus")}
    gradebook = [row for row in marks(own) if row[0] in mine]
    done = gradeprop("grade", ASSIGNMENT, "--isolation", "none", "--force", cwd=own)
    assert done.returncode == 0, done.stderr
    for student, result in mine.items():
        theirs = read_result(own, ASSIGNMENT, student)
        assert result is not None
        assert theirs is not None
        assert (result.status, result.auto_score) == ("ungradable", 0.0)
        assert replace(result, timing=Timing()) == replace(theirs, timing=Timing())
    assert gradebook == [row for row in marks(own) if row[0] in mine]


def test_alone_a_misnamed_notebook_is_graded_and_an_empty_folder_is_named(own: Path) -> None:
    """nbgrader gives up on a selection without any notebook before it asks us; then its words must
    do."""
    submit(own, "fay", None)
    submit(own, "gus", "{}", name="Untitled.ipynb")
    assert "gus cannot be graded" in nbgrader(own, *AUTOGRADE, "--student=gus")
    done = run_nbgrader(own, *AUTOGRADE, "--student=fay")
    assert done.returncode == 1
    assert f"No notebooks were matched by '{own}/submitted/fay/{ASSIGNMENT}" in done.stderr
    assert read_result(own, ASSIGNMENT, "fay") is None


def test_collected_archives_are_taken_in(own: Path) -> None:
    downloaded = own / "downloaded" / ASSIGNMENT / "archive"
    downloaded.mkdir(parents=True)
    shutil.copy(own / "source" / ASSIGNMENT / NOTEBOOK, downloaded / f"zoe_{NOTEBOOK}")
    pattern = r"(?P<student_id>\w+?)_(?P<file_id>a01_.*)"
    nbgrader(own, "zip_collect", ASSIGNMENT, f"--FileNameCollectorPlugin.named_regexp=.*/{pattern}")
    assert (own / "submitted" / "zoe" / ASSIGNMENT / NOTEBOOK).exists()


def test_plain_nbgrader_gives_the_credit_of_the_public_checks(built: Path, tmp_path: Path) -> None:
    """Without our hooks: sources, markers and check cells must do alone."""
    for name in ("source", "submitted"):
        shutil.copytree(built / name, tmp_path / name)
    shutil.rmtree(tmp_path / "submitted" / "eve")
    (tmp_path / "nbgrader_config.py").write_text(
        f"import os\nos.environ['PATH'] += ':{sysconfig.get_path('scripts')}'\nc = get_config()\n"
    )
    nbgrader(tmp_path, "generate_assignment", ASSIGNMENT)
    nbgrader(tmp_path, "autograde", ASSIGNMENT)
    with book(tmp_path) as gradebook:
        scores = {row["student"]: row["score"] for row in gradebook.submission_dicts(ASSIGNMENT)}
    assert scores == {"ada": 4.0, "bob": 1.0}
    assert load_course(built).assignments[0].points == 6.0
    assert json.loads((tmp_path / "release" / ASSIGNMENT / NOTEBOOK).read_text())["nbformat"] == 4


def test_bad_files_cost_nobody_else_anything(built: Path, tmp_path: Path) -> None:
    """nbgrader would wait at the pipes for ever, and copy the link's target until the disk is
    full."""
    root = Path(shutil.copytree(built, tmp_path / "course"))
    solved = (root / "source" / ASSIGNMENT / NOTEBOOK).read_text()
    folder = submit(root, "b_beside", solved, at=None)
    os.mkfifo(folder / "timestamp.txt")
    (folder / "zeros.bin").symlink_to("/dev/zero")
    (folder / "data").mkdir()
    os.mkfifo(folder / "data" / "pipe[1]")
    (folder / "data" / "kept.csv").write_text("1,2")
    notebook = submit(root, "b_notebook", "") / NOTEBOOK
    notebook.unlink()
    os.mkfifo(notebook)
    said = nbgrader(root, *AUTOGRADE)
    assert "No time stamp: timestamp.txt" in said
    assert said.count("Not copied, since it is no file to read") == 4
    beside = read_result(root, ASSIGNMENT, "b_beside")
    assert beside is not None
    assert beside.auto_score == 4.0
    assert "is a pipe, not a file" in (beside.message or "")
    copied = root / "autograded" / "b_beside" / ASSIGNMENT
    assert (copied / "data" / "kept.csv").read_text() == "1,2"
    assert not (copied / "zeros.bin").exists()
    unread = read_result(root, ASSIGNMENT, "b_notebook")
    assert unread is not None
    assert unread.status == "ungradable"
    with book(root) as gradebook:
        assert {item.student_id for item in gradebook.assignment_submissions(ASSIGNMENT)} == {
            "ada", "b_beside", "b_notebook", "bob", "eve",
        }  # fmt: skip
