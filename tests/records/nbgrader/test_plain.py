"""A released notebook, graded by an nbgrader that knows nothing of us."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course.minimal import replaced, write_course
from gradeprop.course.load import load_course
from gradeprop.grading.run.publish import release_of
from gradeprop.notebook.release import ReleaseModel
from gradeprop.notebook.render import to_notebook
from gradeprop.records.files.notebooks import write_notebooks
from records.graded_class import ASSIGNMENT
from records.nbgrader_command import nbgrader, submit

pytestmark = pytest.mark.slow

# A second public check, so that there is something between nothing and all.
TWO_PUBLIC = replaced(
    "exercises/a01_slopes/square_derivative.yaml",
    "points: 2\n        needs: [shape]",
    "points: 2\n        public: true",
)
ANSWERS = {
    "right": ("def d_square(w):\n    return 2 * w", 3.0),
    "half": ("def d_square(w):\n    return 2 * w if w.shape == (3,) else w", 1.0),
    "wrong": ("def d_square(w):\n    return w", 0.0),
    "broken": ("def d_square(w)\n    return w", 0.0),
    "loud": ("def d_square(w):\n    print('3.0')\n    return w", 0.0),
}


def handed_in(release: ReleaseModel, answer: str) -> str:
    notebook = json.loads(to_notebook(release))
    for cell in notebook["cells"]:
        if cell["id"] == "square_derivative-by_hand":
            cell["source"] = answer
    return json.dumps(notebook)


def test_each_answer_gets_what_its_public_checks_have_earned(tmp_path: Path) -> None:
    course = load_course(write_course(tmp_path, TWO_PUBLIC))
    release = release_of(course, course.assignments[0])
    write_notebooks(tmp_path, course.assignments[0], release)
    for student, (answer, _) in ANSWERS.items():
        submit(tmp_path, student, handed_in(release, answer))
    nbgrader(tmp_path, "generate_assignment", ASSIGNMENT, "--force", active=True)
    nbgrader(tmp_path, "autograde", ASSIGNMENT, active=True)
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "") as book:
        won = {
            student: next(
                grade.auto_score
                for grade in book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student).grades
                if grade.name == "square_derivative-by_hand-check"
            )
            for student in ANSWERS
        }
    assert won == {student: points for student, (_, points) in ANSWERS.items()}
