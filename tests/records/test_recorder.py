"""Results reach the gradebook in groups, and a run may be stopped at any moment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from gradeprop.course.model import Course
from gradeprop.errors import StorageError
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records import recorder as module
from gradeprop.records.files.names import gradebook_id
from gradeprop.records.files.results import read_result, result_path, write_result
from gradeprop.records.gradebook import writing
from gradeprop.records.gradebook.writer import GradebookWriter
from gradeprop.records.recorder import Recorder
from records.graded_class import (
    ASSIGNMENT,
    CODE,
    PROSE,
    hand_in,
    ran,
    record_now,
    result_for,
)

BOB = "bob \udcff"
BOB_ID = gradebook_id(BOB)
PRINTED = {"output_type": "stream", "name": "stdout", "text": "printed"}


@pytest.fixture
def folder(course: Course, release: ReleaseModel) -> Path:
    return hand_in(Path(course.root), release, "ada", at="2026-03-02 10:00:00 UTC")


@pytest.fixture
def writer(course: Course, release: ReleaseModel) -> Iterator[GradebookWriter]:
    with GradebookWriter(course, release) as writer:
        yield writer


def opened(course: Course, writer: GradebookWriter) -> Recorder:
    return Recorder(Path(course.root), ASSIGNMENT, writer)


def notes(course: Course) -> Path:
    return Path(course.root) / ".gradeprop" / "unrecorded" / f"{ASSIGNMENT}.jsonl"


def autograded(course: Course, student: str = "ada") -> Path:
    return Path(course.root) / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"


def book(course: Course) -> Gradebook:
    return Gradebook(f"sqlite:///{course.root}/gradebook.db", course.spec.id)


def scores(course: Course) -> dict[str, float]:
    with book(course) as gradebook:
        return {row["student"]: row["score"] for row in gradebook.submission_dicts(ASSIGNMENT)}


def stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def full(_: object) -> None:
    raise StorageError("the disk is full")


def test_files_are_written_at_once_and_the_gradebook_by_the_group(
    course: Course,
    release: ReleaseModel,
    writer: GradebookWriter,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "GROUP", 3)
    recorder = opened(course, writer)
    for number in range(4):
        result = result_for(f"s{number}", ran(release, {}))
        recorder.keep(result, folder)
        assert read_result(Path(course.root), ASSIGNMENT, f"s{number}") == result
        assert autograded(course, f"s{number}").is_file()
        assert len(scores(course)) == (0 if number < 2 else 3)
    recorder.flush()
    assert scores(course) == dict.fromkeys(("s0", "s1", "s2", "s3"), 4.0)
    assert not notes(course).exists()


def test_no_result_waits_for_others_long(
    course: Course,
    release: ReleaseModel,
    writer: GradebookWriter,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "GROUP_S", 0.0)
    opened(course, writer).keep(result_for("ada", ran(release, {})), folder)
    assert scores(course) == {"ada": 4.0}


def test_what_a_killed_run_kept_is_told_later_as_it_was(
    course: Course, release: ReleaseModel, writer: GradebookWriter, folder: Path
) -> None:
    """A new student, and a regrade of one whose prose, which has markup in it, a person has
    marked."""
    cells = ran(release, {PROSE: "<b>It falls.</b>"}, **{CODE.replace("-", "_"): PRINTED})
    record_now(writer, result_for("ada", cells), folder)
    with book(course) as gradebook:
        grade = gradebook.find_grade(PROSE, ASSIGNMENT, ASSIGNMENT, "ada")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        gradebook.db.commit()
    killed = opened(course, writer)
    killed.keep(result_for("ada", cells, hidden=0.0, message="Half."), folder)
    killed.keep(result_for(BOB, cells), folder)
    shown = autograded(course).read_bytes()
    assert b"printed" in shown
    assert scores(course) == {"ada": 6.0}
    assert writer.recorded(["ada", BOB]) == set()

    opened(course, writer)
    assert scores(course) == {"ada": 4.0, BOB_ID: 4.0}
    assert writer.recorded(["ada", BOB]) == {"ada", BOB}
    assert autograded(course).read_bytes() == shown
    assert not notes(course).exists()
    with book(course) as gradebook:
        grade = gradebook.find_grade(PROSE, ASSIGNMENT, ASSIGNMENT, "ada")
        assert (grade.manual_score, grade.needs_manual_grade) == (2.0, False)
        submission = gradebook.find_submission(ASSIGNMENT, BOB_ID)
        assert submission.timestamp.isoformat() == "2026-03-02T10:00:00"
        assert "Half." in gradebook.find_comment(CODE, ASSIGNMENT, ASSIGNMENT, "ada").auto_comment


@pytest.mark.slow
def test_a_process_that_is_gone_at_once_leaves_enough_to_tell_the_gradebook(
    course: Course, writer: GradebookWriter, folder: Path
) -> None:
    script = (
        "import os, sys; from pathlib import Path; from records.graded_class import *\n"
        "root = Path(sys.argv[1]); course = small_course(root); release = small_release(course)\n"
        "with GradebookWriter(course, release) as writer:\n"
        "    recorder = Recorder(root, ASSIGNMENT, writer)\n"
        "    recorder.keep(result_for('ada', ran(release, {})), Path(sys.argv[2]))\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    path = os.pathsep.join(map(str, sys.path))
    done = subprocess.run(
        [sys.executable, "-c", script, str(course.root), str(folder)],
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert done.returncode == -9
    assert scores(course) == {}
    opened(course, writer)
    assert scores(course) == {"ada": 4.0}
    assert writer.recorded(["ada"]) == {"ada"}


@pytest.mark.parametrize("step", ["carry_receipt", "result_path", "sync"])
def test_a_run_stopped_at_any_step_has_kept_the_result_or_knows_that_it_has_not(
    course: Course,
    release: ReleaseModel,
    writer: GradebookWriter,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    earlier = result_for("ada", ran(release, {}), hidden=0.0)
    record_now(writer, earlier, folder)
    recorder = opened(course, writer)
    result = result_for("ada", ran(release, {}))
    monkeypatch.setattr(module, "GROUP", 1)
    with monkeypatch.context() as patch:
        patch.setattr(writing, step, stop)
        with pytest.raises(KeyboardInterrupt):
            recorder.keep(result, folder)
    kept = step == "sync"
    assert read_result(Path(course.root), ASSIGNMENT, "ada") == (result if kept else earlier)
    opened(course, writer)
    assert writer.recorded(["ada"]) == ({"ada"} if kept else set())  # who is not gets graded again
    assert scores(course) == {"ada": 4.0 if kept else 2.0}


def test_a_note_counts_only_with_the_files_that_it_was_made_for(
    course: Course, release: ReleaseModel, writer: GradebookWriter, folder: Path
) -> None:
    recorder = opened(course, writer)
    for student in ("changed", "mended", "gone", "left"):
        recorder.keep(result_for(student, ran(release, {})), folder)
    write_result(Path(course.root), result_for("changed", (), hidden=0.0))
    autograded(course, "mended").write_text("{}")
    result_path(Path(course.root), ASSIGNMENT, "gone").unlink()
    with notes(course).open("a") as file:
        file.write('["no note"]\n{"student": "cut o')
    opened(course, writer)
    assert scores(course) == {"left": 4.0}


def test_a_gradebook_that_fails_costs_no_result(
    course: Course,
    release: ReleaseModel,
    writer: GradebookWriter,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorder = opened(course, writer)
    recorder.keep(result_for("ada", ran(release, {})), folder)
    with monkeypatch.context() as patch:
        patch.setattr(writer, "save", full)
        with pytest.raises(StorageError):
            recorder.flush()
    recorder.flush()  # it is not asked a second time in the same run
    assert scores(course) == {}
    opened(course, writer)
    assert scores(course) == {"ada": 4.0}
