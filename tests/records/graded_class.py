"""The minimal course with hand-made results, for tests of what is recorded."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from course.minimal import write_course
from gradeprop.course.load import load_course
from gradeprop.course.model import Course
from gradeprop.grading.result.score import auto_score, submission_status, total_score
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExecutedCell,
    ExerciseResult,
    PartResult,
    SubmissionResult,
)
from gradeprop.notebook.release import ReleaseModel, release_model
from gradeprop.notebook.render import to_notebook
from gradeprop.records.files.executed import executed_notebook
from gradeprop.records.gradebook.writer import GradebookWriter
from gradeprop.records.recorder import Recorder

ASSIGNMENT = "a01_slopes"
CODE = "square_derivative-by_hand"
CHOICE = "explain_sign-commit"
PROSE = "explain_sign-why"


def small_course(root: Path, changes: dict[str, str | bytes | None] | None = None) -> Course:
    return load_course(write_course(root, changes))


def small_release(course: Course) -> ReleaseModel:
    return release_model(course, course.assignments[0], {})


def hand_in(root: Path, release: ReleaseModel, student: str, *, at: str | None = None) -> Path:
    """Put the release into ``submitted/`` as a student's work; return the folder."""
    folder = root / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{ASSIGNMENT}.ipynb").write_bytes(to_notebook(release))
    if at is not None:
        (folder / "timestamp.txt").write_text(at)
    return folder


def ran(
    release: ReleaseModel, answers: dict[str, str], **outputs: dict[str, Any]
) -> tuple[ExecutedCell, ...]:
    """The release as it ran, with these answers in its cells and one output by grade id (``-`` as
    ``_``)."""
    return tuple(
        ExecutedCell(
            answers.get(cell.grade_id, cell.source),
            cell.cell_type,
            cell.grade_id,
            cell.key if cell.role == "check" else None,
            (outputs[name],) if (name := cell.grade_id.replace("-", "_")) in outputs else (),
            number if cell.cell_type == "code" else None,
        )
        for number, cell in enumerate(release.cells, start=1)
    )


def result_for(
    student: str,
    cells: tuple[ExecutedCell, ...],
    *,
    hidden: float | None = 2.0,
    message: str | None = None,
    choice: float = 1.0,
) -> SubmissionResult:
    """A result: the public shape check passed; ``hidden`` and ``choice`` are what the others
    earned."""
    status = "error" if hidden is None else "passed" if hidden else "failed"
    checks = (
        CheckVerdict("shape", "cpu", True, "passed", 1.0, 1.0),
        CheckVerdict(
            "matches_autograd",
            "cpu",
            False,
            status,
            hidden,
            2.0,
            message,
            "w = [1.5]: got [3]",
            report=message,
        ),
    )
    earned = None if hidden is None else 1.0 + hidden
    code = PartResult("by_hand", "code", earned, 3.0, status, None, checks)
    picked = PartResult(
        "commit",
        "choice",
        choice,
        1.0,
        "passed" if choice else "failed",
        None,
        (
            CheckVerdict(
                "direction",
                "cpu",
                True,
                "passed" if choice else "failed",
                choice,
                1.0,
                "Other way.",
                report="Other way.",
            ),
        ),
    )
    why = PartResult("why", "explanation", None, 2.0, "manual")
    exercises = (
        ExerciseResult("square_derivative", earned, 3.0, (code,)),
        ExerciseResult("explain_sign", None, 3.0, (picked, why)),
    )
    return SubmissionResult(
        student=student,
        assignment=ASSIGNMENT,
        status=submission_status(exercises),
        message=None,
        score=total_score(exercises),
        max_score=6.0,
        auto_score=auto_score(exercises),
        exercises=exercises,
        isolation="full",
        device="cpu",
        seed="00",
        cells=cells,
    )


def unreadable(student: str) -> SubmissionResult:
    """A result for a hand-in that is not a notebook."""
    result = result_for(student, ())
    exercises = tuple(
        replace(
            exercise,
            parts=tuple(
                replace(
                    part,
                    status="missing",
                    score=None if part.kind == "explanation" else 0.0,
                    checks=(),
                )
                for part in exercise.parts
            ),
        )
        for exercise in result.exercises
    )
    return replace(
        result,
        status="ungradable",
        message="This is not a notebook. Hand it in again.",
        exercises=exercises,
    )


def autograded_cells(path: Path) -> dict[str, dict[str, Any]]:
    """The cells of an autograded notebook by grade id, others by their id; sources joined."""
    cells = json.loads(path.read_bytes())["cells"]
    return {
        cell["metadata"].get("nbgrader", {}).get("grade_id", cell["id"]): {
            **cell,
            "source": "".join(cell["source"]),
        }
        for cell in cells
    }


def record_now(writer: GradebookWriter, result: SubmissionResult, submitted: Path) -> Path:
    """Record one submission, at once; return its notebook in autograded/."""
    root = submitted.parents[2]
    recorder = Recorder(root, result.assignment, writer)
    recorder.keep(result, submitted)
    recorder.flush()
    return executed_notebook(root, result.student, result.assignment)
