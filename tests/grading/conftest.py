"""Real parts for grading tests: one warm sandbox for all of them, and the minimal course."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from course.minimal import write_course
from gradeprop.course.load import load_course
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Setting, Submission
from gradeprop.grading.run.publish import record_public_checks
from gradeprop.grading.verify import filled_in
from gradeprop.notebook.release import release_model
from gradeprop.notebook.render import to_notebook

KEY = b"k" * 32


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """New processes look for this process's main module, which a shell of an earlier test may have
    emptied."""
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))


@pytest.fixture(scope="session")
def sandbox(warm_sandbox: Any) -> Any:
    return warm_sandbox()


class Classroom:
    """A course to hand in to, graded in one batch at a time."""

    def __init__(self, root: Any, sandbox: Any, key: Any = KEY) -> None:
        self.course = load_course(root)
        self.assignment = self.course.assignments[0]
        public = record_public_checks(self.course, self.assignment)
        self.release = release_model(self.course, self.assignment, public)
        self.setting = Setting(
            self.course, self.assignment, self.release, key, ("cpu",), {"cpu": sandbox}
        )

    def notebook(self, **answers: Any) -> Any:
        """A filled-in notebook; ``square_derivative__by_hand="…"`` sets a part, the rest are
        solutions."""
        texts = {
            (exercise.slug, part): text
            for exercise in self.assignment.exercises
            for part, text in exercise.solution.items()
        }
        texts |= {tuple(name.split("__")): text for name, text in answers.items()}
        return to_notebook(filled_in(self.release, texts))

    def grade(self, *notebooks: Any) -> Any:
        results = []
        submissions = [
            item if isinstance(item, Submission) else Submission(f"student-{number}", item)
            for number, item in enumerate(notebooks)
        ]
        grade_batch(self.setting, submissions, results.append)
        return sorted(results, key=lambda result: result.student)

    def grade_one(self, notebook: Any) -> Any:
        (result,) = self.grade(notebook)
        return result


@pytest.fixture
def classroom(tmp_path: Path, sandbox: Any) -> Any:
    return Classroom(write_course(tmp_path), sandbox)


def part_of(result: Any, exercise: Any, part: Any) -> Any:
    found = next(item for item in result.exercises if item.exercise == exercise)
    return next(item for item in found.parts if item.part == part)


def with_later(classroom: Any, later: str, **answers: str) -> Any:
    """The notebook with these answers and an extra cell at its end."""
    return with_cell(classroom.notebook(**answers), later)


def with_cell(notebook: bytes, source: str) -> bytes:
    """``notebook`` with an extra cell at its end."""
    document = json.loads(notebook)
    cell = {"cell_type": "code", "id": "later", "metadata": {}, "source": source}
    document["cells"].append({**cell, "outputs": [], "execution_count": None})
    return json.dumps(document).encode()
