"""Several workers: nothing is lost when one dies, and an interruption comes between two results."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from course.minimal import write_course
from gradeprop.errors import GraderFault, MissingFacility
from gradeprop.grading.run import pool as module
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import grade_class, graders
from grading.conftest import KEY, Classroom

STUDENTS = [f"student-{number}" for number in range(6)]


def leave_at_once(*_: Any) -> None:
    """In place of a worker's work."""
    os._exit(9)


@pytest.fixture
def plan(classroom: Any) -> Any:
    return Plan(classroom.course, "a01_slopes", classroom.release, KEY, ("cpu",), "none")


@pytest.fixture
def loads(classroom: Any) -> Any:
    notebook = classroom.notebook()
    return [partial(Submission, student, notebook) for student in STUDENTS]


@pytest.mark.slow
def test_ctrl_c_waits_for_the_result_that_is_being_kept(plan: Any, loads: Any) -> None:
    before, kept = signal.getsignal(signal.SIGINT), []

    def keep(result: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        kept.append(result.student)  # an exception would have come before this

    with pytest.raises(KeyboardInterrupt):
        grade_class(plan, loads, keep, workers=2)
    assert len(kept) == 1
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.slow
def test_where_ctrl_c_is_ignored_it_stays_so(plan: Any, loads: Any) -> None:
    before, kept = signal.signal(signal.SIGINT, signal.SIG_IGN), []

    def keep(result: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        kept.append(result.student)

    try:
        grade_class(plan, loads, keep, workers=2)
    finally:
        signal.signal(signal.SIGINT, before)
    assert sorted(kept) == STUDENTS


@pytest.mark.slow
def test_a_worker_that_is_killed_takes_nobodys_result_along(plan: Any, loads: Any) -> None:
    results = []

    def keep(result: Any) -> None:
        results.append(result)
        if len(results) == 1:
            for worker in pool._workers:
                worker.watched.process.kill()

    with graders(plan.facilities, 2) as pool:
        pool.grade(plan, loads, keep)
    assert sorted(result.student for result in results) == STUDENTS
    assert {result.auto_score for result in results} == {4.0}


@pytest.mark.parametrize(
    "killed", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["kept", "killed"]
)
@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_workers_that_are_idle_grade_the_next_class(
    plan: Any, loads: Any, workers: int, killed: bool
) -> None:
    with graders(plan.facilities, workers) as pool:
        for _ in range(3):
            results: list[Any] = []
            pool.grade(plan, loads, results.append)
            assert sorted(result.student for result in results) == STUDENTS
            if killed:
                pool._workers[0].watched.process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_large_notebooks_are_not_all_in_memory_at_once(
    plan: Any, classroom: Any, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook, done, ahead = classroom.notebook(), [], []
    monkeypatch.setattr(module, "BATCH_BYTES", len(notebook) + 1)

    def load(student: Any) -> Any:
        ahead.append(len(ahead) - len(done))
        return Submission(student, notebook)

    loads = [partial(load, student) for student in STUDENTS]
    grade_class(plan, loads, lambda result: done.append(result.student), workers=workers)
    assert sorted(done) == STUDENTS
    assert max(ahead) < 2 * workers, "each has at most two"


def test_a_sandbox_that_cannot_start_is_an_error_before_any_result(
    plan: Any, loads: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradeprop.grading.run.facilities.PRELOADED", ("no_such_package",))
    results = []
    with pytest.raises(MissingFacility, match="cannot import no_such_package"):
        grade_class(plan, loads, results.append, workers=1)
    assert results == []


@pytest.mark.slow
def test_what_kept_the_workers_from_starting_is_told_once_there_is_work(
    tmp_path: Path, sandbox: Any
) -> None:
    root = write_course(tmp_path)
    course = root / "course.yaml"
    course.write_text(f"{course.read_text()}\npackages: [no_such_package]\n")
    classroom, results = Classroom(root, sandbox), []
    plan = Plan(classroom.course, "a01_slopes", classroom.release, KEY, ("cpu",), "none")
    loads = [partial(Submission, student, classroom.notebook()) for student in STUDENTS]
    with graders(plan.facilities, 2) as pool:
        for worker in pool._workers:
            worker.watched.process.join()
        with pytest.raises(MissingFacility, match="cannot import no_such_package"):
            pool.grade(plan, loads, results.append)
    assert results == []


def test_graders_that_are_not_needed_after_all_leave_at_once(plan: Any) -> None:
    with graders(plan.facilities, 2) as pool:
        processes = [worker.watched.process for worker in pool._workers]
    for process in processes:
        process.join()
        assert process.exitcode != 0, "it left by itself, having warmed up for nothing"


@pytest.mark.slow
def test_graders_that_end_before_they_begin_are_a_fault_of_ours(
    plan: Any, loads: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradeprop.grading.run.pool.work", leave_at_once)
    with pytest.raises(GraderFault, match="before they begin"):
        grade_class(plan, loads, lambda _: None, workers=2)


def test_a_pool_can_be_started_without_importing_torch() -> None:
    program = (
        "import sys, gradeprop.grading.run.pool, gradeprop.cli.grade; print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
