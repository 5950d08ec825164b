"""A class may be of any size: what a run keeps of each result is small."""

from __future__ import annotations

import gc
import os
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gradeprop.cli.class_outcome import ClassOutcome
from gradeprop.course.model import Course
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.plan import Plan
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records.class_run import ClassRun
from gradeprop.records.files.results import read_result, write_result
from gradeprop.records.files.submissions import Handed
from gradeprop.records.gradebook.lateness import Times
from records.graded_class import ASSIGNMENT, result_for

STUDENTS = 2000
MOST = 1024
"""Bytes for each result, besides the list of hand-ins; in its file it has several thousand."""


class Prepared:
    """Graders that have the results ready."""

    def __init__(self, grade: Callable[[str], SubmissionResult]) -> None:
        self._grade = grade

    def grade(self, _plan: Plan, submissions: Sequence[Any], on_result: Any, *_: Any) -> Any:
        for load in submissions:
            on_result(self._grade(load().student))
        return {}


class Files:
    """Keeps result files alone: what a database's driver keeps for itself is not the subject."""

    notes = ()

    def __init__(self, root: Path) -> None:
        self._root = root

    def times(self) -> Times:
        return Times(None, {})

    def twins(self, _: Any) -> list[tuple[str, ...]]:
        return []

    def recorded(self, students: Any) -> Any:
        return students

    def keep(self, result: SubmissionResult, _: Path) -> None:
        write_result(self._root, result)

    def flush(self) -> None: ...


@contextmanager
def kept_in_files(root: Path) -> Iterator[Files]:
    yield Files(root)


@pytest.fixture
def plan(course: Course, release: ReleaseModel) -> Plan:
    return Plan(course, ASSIGNMENT, release, b"k" * 32, ("cpu",), "none")


def handed(root: Path) -> list[Handed]:
    students = (f"student-{number:06d}" for number in range(STUDENTS))
    paths = {name: root / "submitted" / name / ASSIGNMENT / "x.ipynb" for name in students}
    return [Handed(name, path, "There is no notebook.") for name, path in paths.items()]


def graded(student: str, hidden: float) -> SubmissionResult:
    """As it comes through a worker's pipe: nothing in it is shared with another one."""
    result = result_for(
        student, (), hidden=hidden, message=f"{student} has halved the slope. " * 20
    )
    return replace(result, versions={"gradeprop": "0", "course": student})


def run(
    plan: Plan, students: Sequence[Handed], hidden: float
) -> tuple[int, ClassOutcome, ClassRun]:
    """Grade; return the bytes that are left of it in memory."""
    root = Path(plan.course.root)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    grading: Any = Prepared(lambda student: graded(student, hidden))
    class_run = ClassRun(plan, students, force=True, warm=grading, keeping=kept_in_files(root))
    outcome = ClassOutcome(root, plan.loaded)
    with class_run.opened():
        class_run.grade(outcome.add)
    gc.collect()
    gc.unfreeze()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return after - before, outcome, class_run


@pytest.mark.slow
def test_a_class_and_its_regrade_keep_less_than_a_kilobyte_of_each_result(
    plan: Plan, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # the disk's time is not the subject
    root = Path(plan.course.root)
    students = handed(root)
    first, _, _ = run(plan, students, 2.0)
    again, outcome, class_run = run(plan, students, 0.0)
    (one,) = {path.stat().st_size for path in (root / "results").rglob("*000001.json")}
    assert one > 3 * MOST, "or there would be nothing to show"
    assert first / STUDENTS < MOST
    assert again / STUDENTS < MOST
    # and all is there that is to be told
    assert class_run.regraded.submissions == STUDENTS
    assert [item.student for item in class_run.regraded.changes] == [it.student for it in students]
    outcome.print_json()
    printed = capsys.readouterr().out
    assert printed.count('"schema": 1') == STUDENTS
    kept = read_result(root, ASSIGNMENT, "student-001999")
    assert kept is not None
    assert kept.exercises[0].parts[0].score == 1.0
