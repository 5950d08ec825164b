"""A process that does not come to begin is not waited for: a copy of this process may have copied a
lock that nobody will open."""

from __future__ import annotations

import os
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from course.minimal import GRADER, write_course
from gradeprop.course.load import load_course
from gradeprop.errors import GraderFault
from gradeprop.grading.run import pool, recording, watched
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.publish import record_public_checks
from gradeprop.grading.run.watched import Post, Watched
from grading.conftest import KEY, Classroom

SHORT_S = 0.5
# Enough for a new process, however busy the machine is.
LONG_S = 500.0


def locked(*_: Any) -> None:
    """Where a copy stands that needs a lock which nobody will open."""
    time.sleep(600)


def begun(pipe: Any, post: Post) -> None:
    post.take()
    pipe.send("begun")
    pipe.recv()


@pytest.fixture
def copies_are_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies, which have this process's changed function, but no new ones."""
    monkeypatch.setattr(Post, "take", locked)
    start = Watched.__init__

    def started(self: Watched, *arguments: Any, method: Any, **others: Any) -> None:
        monkeypatch.setattr(watched, "READY_S", SHORT_S if method == "fork" else LONG_S)
        start(self, *arguments, method=method, **others)

    monkeypatch.setattr(Watched, "__init__", started)
    monkeypatch.setattr(pool, "START_S", 0.0)


def test_a_process_that_does_not_begin_is_late_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "READY_S", SHORT_S)
    process = Watched(locked, method="fork")
    while not process.late:
        process.process.join(0.05)
    fallen = process.fall(hangs=True)
    assert (fallen.late, fallen.how, fallen.seen) == (True, "it was not ready in 0.5 s", None)


def test_one_that_has_begun_is_never_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "READY_S", LONG_S)
    process = Watched(begun, method="fork")
    assert process.pipe.recv() == "begun"
    monkeypatch.setattr(process, "_ready_s", 0.0)
    assert not process.late
    process.stop(patient=False)


@pytest.mark.slow
@pytest.mark.usefixtures("copies_are_locked")
def test_where_copies_are_locked_public_checks_are_recorded_by_a_new_process(
    tmp_path: Path,
) -> None:
    course = load_course(write_course(tmp_path))
    assert record_public_checks(course, course.assignments[0])


@pytest.mark.slow
@pytest.mark.usefixtures("copies_are_locked")
def test_where_copies_are_locked_a_new_process_grades(classroom: Classroom) -> None:
    plan = Plan(classroom.course, "a01_slopes", classroom.release, KEY, ("cpu",), "none")
    load = partial(Submission, "ada", classroom.notebook())
    results: list[Any] = []
    pool.grade_class(plan, [load], results.append)
    assert [result.student for result in results] == ["ada"]
    assert results[0].status != "error"


@pytest.mark.slow
def test_where_new_processes_do_not_begin_either_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "READY_S", 0.05)
    monkeypatch.setattr(Post, "take", locked)
    course = load_course(write_course(tmp_path))
    with pytest.raises(GraderFault, match=r"cannot be run: it was not ready in 0\.05 s"):
        record_public_checks(course, course.assignments[0])


@pytest.mark.slow
def test_where_nothing_can_be_copied_a_grader_that_loops_is_ended_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "can_fork", lambda: False)
    monkeypatch.setattr(watched, "GRADER_S", 3.0)
    root = write_course(tmp_path)
    text = (root / GRADER).read_text()
    head = "def test_shape(student, reference, device):\n"
    (root / GRADER).write_text(text.replace(head, f"{head}    while True: pass\n"))
    course = load_course(root)
    with pytest.raises(GraderFault, match=r"shape: .*: the check did not end in 3 s"):
        record_public_checks(course, course.assignments[0])


def test_where_no_process_can_be_asked_where_it_stands_it_is_ended_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on Windows, which has no such signal."""
    monkeypatch.setattr(watched, "ASK_WHERE", None)
    monkeypatch.setattr(Watched, "late", property(lambda _: True))
    hanging = Watched(locked, method="fork")
    fallen = hanging.fall(hangs=True)
    assert fallen.dump == ""
    assert "was not ready" in fallen.how
    assert not hanging.process.is_alive()


def test_what_a_killed_process_left_is_removed_and_what_is_new_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names = ["gradeprop-old.stack", "gradeprop-new.stack", "gradeprop-old.txt"]
    for name in names:
        (tmp_path / name).write_text("")
        if "old" in name:
            os.utime(tmp_path / name, (0, 0))
    watched._remove_abandoned.cache_clear()
    child = Watched(begun, method="fork")
    assert child.pipe.recv() == "begun"
    child.pipe.send(None)
    child.stop(patient=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])
