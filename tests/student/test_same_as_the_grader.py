"""What `gp.check` says of an answer is what the grader says of the same public check, word for
word."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from gradeprop.course.slips import load_slips
from gradeprop.grading.public.in_notebook import load, load_samples, report
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Setting
from gradeprop.grading.run.publish import record_public_checks
from gradeprop.grading.run.recording_samples import recorded_samples
from gradeprop.grading.slips import submissions_of
from gradeprop.grading.verify import trials
from gradeprop.notebook.reading import read_notebook
from gradeprop.notebook.release import release_model
from gradeprop.notebook.setup_cell import public_json
from gradeprop.session.grader.sandbox import open_sandbox
from gradeprop.session.interface import CellSource, Sandbox
from gradeprop.session.kernel import KernelSession
from gradeprop.session.student.passes import PASSES
from student.released import check_site, course

COURSE = course()
pytestmark = pytest.mark.usefixtures("passes_seen")


class SameProcess(Sandbox):
    """The grader's questions answered in this process: not safe, but quick."""

    level = "none"

    def double(self) -> SameProcess:
        return self

    def open(self, *, limits: Any, seed: Any, files: Any = None) -> Any:  # noqa: ARG002
        return KernelSession({"__name__": "__main__"})

    def close(self) -> None:
        pass


def graded(setting: Any, submissions: Any) -> Any:
    """By trial, what the grader says of each public check: (exercise, part, check) -> words."""
    said = {}

    def keep(result: Any) -> None:
        said[result.student] = {
            (exercise.exercise, part.part, check.check): (
                check.status,
                check.message,
                check.misconception,
            )
            for exercise in result.exercises
            for part in exercise.parts
            for check in part.checks
            if check.public
        }

    grade_batch(setting, submissions, keep)
    return said


def checked(public: Any, samples: Any, notebook: Any) -> Any:
    """The same from the student's side: the notebook's cells in order, in one namespace. And which
    of the cells raised."""
    ran: list[str] = []
    PASSES.complete = True  # each notebook has a kernel of its own
    PASSES.begin()
    names, said, raising = {"In": ran}, {}, []  # as a kernel keeps the cells that ran
    load(public_json(public))
    load_samples(public_json(samples))
    with KernelSession(names) as session:
        session.run(CellSource("import torch", "set-up"))
        for cell in read_notebook(notebook).cells:
            if cell.kind != "code" or (cell.grade_id or "").endswith("-setup"):
                continue
            site = check_site(cell)
            if site is None:
                ran.append(cell.source)
                done = session.run(CellSource(cell.source, cell.grade_id or "extra"))
                if done.message is not None:
                    raising.append(cell.grade_id)
                continue
            for part in report(*site, names, session):  # it knows its cells
                for check in part.checks:
                    found = check.judgement
                    said[part.exercise, part.part, check.name] = (
                        found.status,
                        found.message,
                        found.misconception,
                    )
    return said, raising


def statuses(said: Any, raising: Any) -> Any:
    """Of parts whose cell raised the status alone: `gp.check` does not know of the error, which
    stands under the cell, and the grader tells it."""
    return {
        (exercise, part, check): told[:1] if f"{exercise}-{part}" in raising else told
        for (exercise, part, check), told in said.items()
    }


def compare(assignment: Any, sandbox: Any, submissions_of: Any) -> None:
    public = record_public_checks(COURSE, assignment)
    release = release_model(COURSE, assignment, public)
    setting = Setting(COURSE, assignment, release, b"k" * 32, ("cpu",), {"cpu": sandbox})
    samples = recorded_samples(COURSE, assignment, public, {"cpu": sandbox})
    submissions = submissions_of(setting)
    assert len(submissions) > 2
    by_grader = graded(setting, submissions)
    for submission in submissions:
        by_student, raising = checked(public, samples, submission.notebook)
        told = by_grader[submission.student]
        assert statuses(by_student, raising) == statuses(told, raising), submission.student


def of_samples(setting: Any) -> Any:
    return [trial.submission for trial in trials(setting, setting.assignment.exercises)]


def of_slips(setting: Any) -> Any:
    """A sixth of them, by chance: that no cause is wrong in any is shown elsewhere."""
    slips = load_slips(Path(COURSE.root), setting.assignment.exercises)
    chosen = random.Random(3).sample(slips, -(-len(slips) // 6))
    return [submission for submission, _ in submissions_of(setting, chosen)]


# Where the most answers are, each of them asked twice.
_LONG = {
    "a04_descent",
    "a05_backprop",
    "a06_optimizers",
    "a07_modules",
    "a08_graph_control",
    "a10_second_order",
}


@pytest.mark.parametrize(
    "assignment",
    [
        pytest.param(item, id=item.id, marks=[pytest.mark.slow] if item.id in _LONG else [])
        for item in COURSE.assignments
    ],
)
def test_every_answer_of_every_exercise_gets_the_graders_words(assignment: Any) -> None:
    compare(assignment, SameProcess(), of_samples)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_everyday_slips_get_the_words_of_the_real_session() -> None:
    with open_sandbox("none") as sandbox:
        for assignment in COURSE.assignments:
            compare(assignment, sandbox, of_slips)
