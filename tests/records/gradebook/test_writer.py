"""The gradebook writer against nbgrader's own reading of the database."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook, get_alembic_version
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import determine_grade

from course.minimal import EXERCISE, replaced
from gradeprop.course.keys import PartKey
from gradeprop.course.model import Course
from gradeprop.errors import StorageError
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records.files.names import gradebook_id
from gradeprop.records.gradebook.writer import GradebookWriter
from records.graded_class import (
    ASSIGNMENT,
    CHOICE,
    CODE,
    PROSE,
    autograded_cells,
    hand_in,
    ran,
    record_now,
    result_for,
    small_course,
    small_release,
    unreadable,
)

ANSWERS = {
    CODE: "def d_square(w):\n    return 2 * w",
    CHOICE: 'direction = "increase"',
    PROSE: "It falls.",
}
LATE = "2026-03-02 10:00:00 UTC"


def book(course: Course) -> Gradebook:
    return Gradebook(f"sqlite:///{course.root}/gradebook.db", course.spec.id)


def grade_of(gradebook: Gradebook, cell: str, student: str = "ada") -> Any:
    return gradebook.find_grade(cell, ASSIGNMENT, ASSIGNMENT, student)


def comment_of(gradebook: Gradebook, cell: str, student: str = "ada") -> str | None:
    return gradebook.find_comment(cell, ASSIGNMENT, ASSIGNMENT, student).comment


@pytest.fixture
def recorded(course: Course, release: ReleaseModel) -> Iterator[tuple[GradebookWriter, Path]]:
    """A writer that has recorded ada's work, and the folder she handed in."""
    folder = hand_in(Path(course.root), release, "ada", at=LATE)
    with GradebookWriter(course, release) as writer:
        record_now(writer, result_for("ada", ran(release, ANSWERS)), folder)
        yield writer, folder


@pytest.mark.usefixtures("recorded")
def test_scores_stand_on_the_cells_with_points(course: Course) -> None:
    with book(course) as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, "ada")
        assert (submission.score, submission.max_score) == (4.0, 6.0)
        assert submission.timestamp.isoformat() == "2026-03-02T10:00:00"
        assert grade_of(gradebook, f"{CODE}-check").auto_score == 3.0
        assert grade_of(gradebook, f"{CHOICE}-check").auto_score == 1.0
        assert grade_of(gradebook, PROSE).auto_score is None


@pytest.mark.usefixtures("recorded")
def test_only_what_a_person_must_grade_is_marked(course: Course) -> None:
    with book(course) as gradebook:
        marked = {
            name: grade_of(gradebook, name).needs_manual_grade for name in (f"{CODE}-check", PROSE)
        }
    assert marked == {f"{CODE}-check": False, PROSE: True}


def test_a_grader_fault_waits_for_a_person_and_is_no_zero(
    course: Course, release: ReleaseModel
) -> None:
    folder = hand_in(Path(course.root), release, "ada")
    with GradebookWriter(course, release) as writer:
        record_now(writer, result_for("ada", ran(release, ANSWERS), hidden=None), folder)
    with book(course) as gradebook:
        grade = grade_of(gradebook, f"{CODE}-check")
        assert grade.auto_score is None
        assert grade.needs_manual_grade


def test_what_a_person_entered_survives_a_regrade(
    recorded: Any, course: Course, release: ReleaseModel
) -> None:
    writer, folder = recorded
    with book(course) as gradebook:
        grade = grade_of(gradebook, PROSE)
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 1.5, 0.5, False
        gradebook.find_comment(CODE, ASSIGNMENT, ASSIGNMENT, "ada").manual_comment = "Nice."
        gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ada").flagged = True
        gradebook.db.commit()
    record_now(
        writer, result_for("ada", ran(release, ANSWERS), hidden=0.0, message="Half."), folder
    )
    with book(course) as gradebook:
        grade = grade_of(gradebook, PROSE)
        assert (grade.manual_score, grade.extra_credit, grade.needs_manual_grade) == (
            1.5,
            0.5,
            False,
        )
        assert comment_of(gradebook, CODE) == "Nice."
        assert "Half." in gradebook.find_comment(CODE, ASSIGNMENT, ASSIGNMENT, "ada").auto_comment
        assert gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ada").flagged
        assert gradebook.find_submission(ASSIGNMENT, "ada").score == 1.0 + 1.0 + 2.0


def test_a_scored_answer_that_changed_is_marked_again(
    recorded: Any, course: Course, release: ReleaseModel
) -> None:
    writer, folder = recorded
    with book(course) as gradebook:
        grade = grade_of(gradebook, PROSE)
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        gradebook.db.commit()
    record_now(writer, result_for("ada", ran(release, {**ANSWERS, PROSE: "It rises."})), folder)
    with book(course) as gradebook:
        grade = grade_of(gradebook, PROSE)
        assert (grade.manual_score, grade.needs_manual_grade) == (2.0, True)


def test_an_overruled_score_is_marked_when_the_automatic_one_changes(
    recorded: Any, course: Course, release: ReleaseModel
) -> None:
    writer, folder = recorded
    with book(course) as gradebook:
        grade_of(gradebook, f"{CODE}-check").manual_score = 2.5
        gradebook.db.commit()
    record_now(writer, result_for("ada", ran(release, ANSWERS)), folder)
    with book(course) as gradebook:
        assert not grade_of(gradebook, f"{CODE}-check").needs_manual_grade
    record_now(writer, result_for("ada", ran(release, ANSWERS), hidden=0.0), folder)
    with book(course) as gradebook:
        grade = grade_of(gradebook, f"{CODE}-check")
        assert (grade.auto_score, grade.manual_score, grade.needs_manual_grade) == (1.0, 2.5, True)


def test_recording_twice_changes_nothing(
    recorded: Any, course: Course, release: ReleaseModel
) -> None:
    writer, folder = recorded
    path = Path(course.root) / "autograded" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    before, rows = path.read_bytes(), _dump(course)
    record_now(writer, result_for("ada", ran(release, ANSWERS)), folder)
    with GradebookWriter(course, release):
        pass
    assert path.read_bytes() == before
    assert _dump(course) == rows


def _dump(course: Course) -> list[str]:
    with sqlite3.connect(f"{course.root}/gradebook.db") as connection:
        return sorted(connection.iterdump())


def test_a_comment_can_hold_no_markup(course: Course, release: ReleaseModel) -> None:
    folder = hand_in(Path(course.root), release, "ada")
    hostile = 'NameError: <img src=x onerror="alert(1)"> [go](javascript:alert(1)) $\\href{javascript:1}{x}$'
    with GradebookWriter(course, release) as writer:
        record_now(
            writer, result_for("ada", ran(release, ANSWERS), hidden=0.0, message=hostile), folder
        )
    with book(course) as gradebook:
        comment = comment_of(gradebook, CODE)
    assert comment is not None
    assert comment.startswith("✗ The answer is the derivative. (0/2) NameError:")
    from nbconvert.filters import markdown2html

    html = markdown2html(comment)
    assert "<img" not in html
    assert "<a " not in html
    assert "\\href" not in html


def test_an_unreadable_hand_in_is_recorded_with_what_to_do(
    course: Course, release: ReleaseModel
) -> None:
    folder = hand_in(Path(course.root), release, "ada")
    (folder / f"{ASSIGNMENT}.ipynb").write_text("no notebook")
    with GradebookWriter(course, release) as writer:
        path = record_now(writer, unreadable("ada"), folder)
    with book(course) as gradebook:
        assert grade_of(gradebook, f"{CODE}-check").auto_score == 0.0
        assert "Hand it in again." in (comment_of(gradebook, CODE) or "")
    cells = autograded_cells(path)
    assert "Hand it in again." in cells["note-1"]["source"]
    assert cells[PROSE]["cell_type"] == "markdown"  # a person can give points all the same


@pytest.mark.usefixtures("recorded")
def test_points_that_changed_are_brought_up_to_date_with_submissions(
    course: Course, tmp_path: Path
) -> None:
    with book(course) as gradebook:
        grade_of(gradebook, f"{CODE}-check").manual_score = 2.5
        gradebook.db.commit()
    changes = replaced(
        EXERCISE,
        "      - check: matches_autograd\n        points: 2",
        "      - check: matches_autograd\n        points: 4",
    )
    changes[EXERCISE] = changes[EXERCISE].replace("points: 3\n", "points: 5\n", 1)
    newer = small_course(tmp_path, changes)
    with GradebookWriter(newer, small_release(newer)):
        pass
    with book(course) as gradebook:
        grade = grade_of(gradebook, f"{CODE}-check")
        assert grade.max_score == 5.0
        assert (grade.auto_score, grade.manual_score, grade.needs_manual_grade) == (3.0, 2.5, True)


@pytest.mark.usefixtures("recorded")
def test_a_part_added_later_gets_its_rows_in_every_submission(
    course: Course, release: ReleaseModel
) -> None:
    last = release.answers()[PartKey("explain_sign", "why")]
    added = replace(last, grade_id="explain_sign-more", part="more", points=4.0)
    with GradebookWriter(course, replace(release, cells=(*release.cells, added))):
        pass
    with book(course) as gradebook:
        assert grade_of(gradebook, "explain_sign-more").needs_manual_grade
        assert comment_of(gradebook, "explain_sign-more") is None
        assert gradebook.find_submission(ASSIGNMENT, "ada").max_score == 10.0
        assert grade_of(gradebook, f"{CODE}-check").auto_score == 3.0


@pytest.mark.usefixtures("recorded")
def test_a_part_removed_leaves_unless_a_person_has_graded_it(
    course: Course, release: ReleaseModel
) -> None:
    with book(course) as gradebook:
        grade_of(gradebook, PROSE).manual_score = 2.0
        gradebook.db.commit()
    gone = tuple(cell for cell in release.cells if cell.exercise != "explain_sign")
    with GradebookWriter(course, replace(release, cells=gone)) as writer:
        assert PROSE in writer.notes[0]
        assert f"{CHOICE}-check" not in writer.notes[0]
    with book(course) as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, "ada").max_score == 3.0 + 2.0


@pytest.mark.usefixtures("recorded")
def test_what_a_person_gave_for_a_part_removed_is_forgotten_when_asked(
    course: Course, release: ReleaseModel
) -> None:
    with book(course) as gradebook:
        grade_of(gradebook, PROSE).manual_score = 2.0
        gradebook.db.commit()
        before = gradebook.find_submission(ASSIGNMENT, "ada").score
    gone = tuple(cell for cell in release.cells if cell.exercise != "explain_sign")
    less = replace(release, cells=gone)
    with GradebookWriter(course, less) as writer:
        assert f"`gradeprop grade {ASSIGNMENT} --forget-removed`" in writer.notes[0]
    with GradebookWriter(course, less, forget_removed=True) as writer:
        (note,) = writer.notes
        assert "Removed from the gradebook" in note
        assert PROSE in note
    with book(course) as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, "ada")
        assert submission.max_score == 3.0
        assert submission.score == before - 1.0 - 2.0  # the choice and the text
    with GradebookWriter(course, release, forget_removed=True) as writer:
        assert writer.notes == ()
    with book(course) as gradebook:
        assert grade_of(gradebook, PROSE).manual_score is None


def test_a_database_without_alembic_on_the_path_is_complete(
    course: Course, release: ReleaseModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(FileNotFoundError), book(course):  # nbgrader alone leaves it half-made
        pass
    with GradebookWriter(course, release):
        pass
    with sqlite3.connect(f"{course.root}/gradebook.db") as connection:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert version == [(get_alembic_version(),)]


@pytest.mark.usefixtures("recorded")
def test_a_database_of_another_nbgrader_is_refused(course: Course, release: ReleaseModel) -> None:
    with sqlite3.connect(f"{course.root}/gradebook.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'old'")
    with pytest.raises(Exception, match="nbgrader db upgrade"), GradebookWriter(course, release):
        pass


def test_an_unwritable_database_is_told_without_its_password(
    course: Course, release: ReleaseModel
) -> None:
    url = "sqlite:////nonexistent/folder/grades.db"
    with pytest.raises(StorageError, match="unable to open"), GradebookWriter(course, release, url):
        pass


def test_a_relative_url_starts_at_the_course(
    course: Course,
    release: ReleaseModel,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with GradebookWriter(course, release, "sqlite:///grades.db"):
        pass
    assert (Path(course.root) / "grades.db").exists()


@pytest.mark.parametrize(
    "student", ["José Ñandú", "o'brien; drop table", "-x", "n" * 200, "\udcff"]
)
def test_strange_ids_are_recorded(course: Course, release: ReleaseModel, student: str) -> None:
    folder = hand_in(Path(course.root), release, "someone")
    with GradebookWriter(course, release) as writer:
        record_now(writer, result_for(student, ran(release, ANSWERS)), folder)
        assert writer.recorded([student])
    with book(course) as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, gradebook_id(student)).score == 4.0


def test_a_late_penalty_of_the_nbgrader_config_is_applied(
    course: Course, release: ReleaseModel
) -> None:
    root = Path(course.root)
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
    )
    folder = hand_in(root, release, "ada", at=LATE)
    on_time = hand_in(root, release, "bob", at="2026-02-01 10:00:00 UTC")
    with GradebookWriter(course, release):
        pass
    with book(course) as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-03-01 10:00:00 UTC")
    with GradebookWriter(course, release) as writer:
        record_now(writer, result_for("ada", ran(release, ANSWERS)), folder)
        record_now(writer, result_for("bob", ran(release, ANSWERS)), on_time)
    with book(course) as gradebook:
        penalties = [
            gradebook.find_submission(ASSIGNMENT, student).late_submission_penalty
            for student in ("ada", "bob")
        ]
    assert penalties == [4.0, 0.0]


@pytest.mark.usefixtures("recorded")
def test_the_autograded_notebook_is_valid_and_reads_as_the_same_score(course: Course) -> None:
    path = Path(course.root) / "autograded" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    check = next(c for c in notebook.cells if c.metadata.nbgrader.grade_id == f"{CODE}-check")
    assert determine_grade(check) == (3.0, 3.0)
    assert path.with_name("timestamp.txt").read_text() == LATE


def test_the_whole_class_is_in_nbgraders_tables(course: Course, release: ReleaseModel) -> None:
    folder = hand_in(Path(course.root), release, "someone")
    with GradebookWriter(course, release) as writer:
        for number in range(20):
            record_now(writer, result_for(f"s{number:03}", ran(release, ANSWERS)), folder)
    with book(course) as gradebook:
        rows = gradebook.submission_dicts(ASSIGNMENT)
    assert [row["score"] for row in rows] == [4.0] * 20
