"""The course that ships with the engine, graded in one sandbox by one batch per test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from course.shipped import ROOT, shipped
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Setting, Submission
from gradeprop.grading.run.publish import record_public_checks
from gradeprop.grading.verify import filled_in
from gradeprop.notebook.release import release_model
from gradeprop.notebook.render import to_notebook
from gradeprop.session.interface import Sandbox
from gradeprop.session.kernel import KernelSession
from gradeprop.session.student.passes import PASSES

ANSWERS = Path(__file__).parent / "answers"
ASSIGNMENTS = sorted(path.name for path in (ROOT / "exercises").iterdir())
EXERCISES = [path.stem for path in sorted((ROOT / "exercises").glob("*/*.yaml"))]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in a sandbox, also where answers run in this process."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@dataclass(frozen=True)
class Answer:
    """One block of a file in ``answers/``: what a student might write for a part, and the verdict
    that it deserves. ``cause``: the misconception's id, or "unnamed" where none explains it; empty
    if right."""

    exercise: str
    part: str
    line: int
    cause: str
    source: str


def answers(exercise: Any) -> Any:
    """All answers to the parts of an exercise, right and wrong."""
    found = []
    for path in sorted(ANSWERS.glob(f"{exercise}-*.txt")):
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(
            r"^# %% (?:honest|wrong: (\w+))\n(.*?)(?=^# %%|\Z)", text, re.M | re.S
        ):
            line = text[: match.start()].count("\n") + 1
            part = path.stem.removeprefix(f"{exercise}-")
            found.append(Answer(exercise, part, line, match[1] or "", match[2]))
    return found


class SameProcess(Sandbox):
    """Runs the tests' own answers in this very process: no protection, no waiting."""

    level = "none"

    def double(self) -> SameProcess:
        return self

    def open(self, *, limits: Any, seed: Any, files: Any = None) -> Any:  # noqa: ARG002
        PASSES.begin()  # each notebook has a kernel of its own
        PASSES.complete = True
        return KernelSession({"__name__": "__main__"})

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def sandbox(warm_sandbox: Any) -> Any:
    return warm_sandbox()


@pytest.fixture(scope="session")
def settings(sandbox: Any) -> Any:
    """For each assignment, all that grading needs but the submissions."""
    course = shipped()
    return {
        assignment.id: Setting(
            course,
            assignment,
            release_model(course, assignment, record_public_checks(course, assignment)),
            b"k" * 32,
            ("cpu",),
            {"cpu": sandbox},
            same_inputs=True,  # samples are then asked once
        )
        for assignment in course.assignments
    }


def graded(setting: Any, given: Any) -> Iterator[Any]:
    """Grade each answer; yields (answer, part's result).

    The n-th notebook holds the n-th answer to every part, and solutions where there are no more.
    """
    columns = {}
    for answer in given:
        columns.setdefault((answer.exercise, answer.part), []).append(answer)
    solutions = {
        (item.slug, part): text
        for item in setting.assignment.exercises
        for part, text in item.solution.items()
    }
    rows = range(max((len(column) for column in columns.values()), default=0))
    submissions = []
    for row in rows:
        texts = solutions | {
            key: column[row].source for key, column in columns.items() if row < len(column)
        }
        notebook = to_notebook(filled_in(setting.release, texts))
        submissions.append(Submission(str(row), notebook))
    results = []
    grade_batch(setting, submissions, results.append)
    for result in results:
        row = int(result.student)
        for exercise in result.exercises:
            for part in exercise.parts:
                column = columns.get((exercise.exercise, part.part), [])
                if row < len(column):
                    yield column[row], part
