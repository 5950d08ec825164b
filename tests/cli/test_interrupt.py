"""Interrupted at any moment, a run loses no finished result, corrupts none and leaves nothing
running."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from cli.conftest import COMMAND, answered, gradeprop, hand_in
from course.minimal import write_course

QUICK = {"square_derivative-by_hand": "def d_square(w):\n    return 2 * w"}
ENDLESS = {"square_derivative-by_hand": "import time\ntime.sleep(1000)"}
STUDENTS = [f"s{number:02d}" for number in range(12)]
FIRST = set(STUDENTS[:2])
"""The first worker's first batch."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = write_course(tmp_path_factory.mktemp("template"))
    course = root / "course.yaml"
    # Whatever ends an interrupted run, it is not that a cell's time has passed.
    course.write_text(course.read_text() + "limits: {cell_s: 1000, total_s: 1000}\n")
    done = gradeprop("build", cwd=root)
    assert done.returncode == 0, done.stderr
    for student in STUDENTS:
        hand_in(root, student, answered(root, QUICK))
    return root


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder for this process and those that it starts."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for above in (folder, *folder.parents):  # also for the user that student code runs as
        if not above.stat().st_mode & 0o005:
            above.chmod(0o755)
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def have_written(root: Path, students: Any, answers: Any) -> None:
    for student in students:
        path = root / "submitted" / student / "a01_slopes" / "a01_slopes.ipynb"
        path.write_bytes(answered(root, answers))


def descendants(pid: Any) -> Any:
    """All processes below ``pid``, as the kernel knows them now."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, ahead = set(), [pid]
    while ahead:
        for child in parents.get(ahead.pop(), []):
            found.add(child)
            ahead.append(child)
    return found


def alive(pids: Any) -> Any:
    living = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            living.add(pid)
    return living


def wait_for(condition: Any) -> None:
    """As long as pytest lets a test run."""
    while not condition():
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_keeps_what_is_finished_and_goes_on_from_there(
    template: Any, tmp_path: Path, temporary: Path, sent: Any, workers: int
) -> None:
    root = shutil.copytree(template, tmp_path / "course")
    results = root / "results" / "a01_slopes"
    have_written(root, STUDENTS[2:], ENDLESS)
    with subprocess.Popen(
        [*COMMAND, "grade", "a01_slopes", "--workers", str(workers)],
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "COLUMNS": "80"},
        start_new_session=True,
    ) as run:
        wait_for(lambda: len(list(results.glob("*.json"))) == len(FIRST) or run.poll() is not None)
        assert run.poll() is None, run.stderr.read().decode()
        below = descendants(run.pid)
        if sent == signal.SIGINT:  # as a terminal does it: to the whole foreground group
            os.killpg(run.pid, sent)
        else:
            os.kill(run.pid, sent)
        said = run.stderr.read().decode()
        code = run.wait()
    assert below, "there were workers and sandboxes"
    wait_for(lambda: not alive(below))
    if sent == signal.SIGINT:
        assert list(temporary.iterdir()) == []
    if sent == signal.SIGINT:
        assert code == 130
        assert "everything finished so far is kept" in said
        assert "Traceback" not in said
    finished = {path.name: path.read_bytes() for path in results.glob("*.json")}
    assert finished.keys() == {f"{student}.json" for student in FIRST}
    assert all(json.loads(data)["auto_score"] == 3.0 for data in finished.values())
    have_written(root, STUDENTS[2:], QUICK)
    again = gradeprop("grade", "a01_slopes", "--workers", "2", cwd=root)
    assert again.returncode == 0, again.stderr
    assert f"{len(FIRST)} of {len(STUDENTS)} unchanged" in again.stderr
    assert list(temporary.iterdir()) == []
    assert len(list(results.glob("*.json"))) == len(STUDENTS)
    assert {name: (results / name).read_bytes() for name in finished} == finished
    with Gradebook(f"sqlite:///{root}/gradebook.db", "minimal") as gradebook:
        scores = [row["score"] for row in gradebook.submission_dicts("a01_slopes")]
    assert scores == [3.0] * len(STUDENTS)


@pytest.mark.slow
@pytest.mark.parametrize("later", [0.0, 0.3, 0.8, 1.6])
def test_ctrl_c_while_everything_warms_up_leaves_quietly(
    template: Any, tmp_path: Path, later: float
) -> None:
    root = shutil.copytree(template, tmp_path / "course")
    have_written(root, STUDENTS, ENDLESS)
    with subprocess.Popen(
        [*COMMAND, "grade", "a01_slopes", "--workers", "2"],
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as run:
        wait_for(lambda: descendants(run.pid))
        time.sleep(later)
        below = descendants(run.pid)
        os.killpg(run.pid, signal.SIGINT)
        said = run.stderr.read().decode()
        code = run.wait()
    wait_for(lambda: not alive(below))
    assert code == 130
    assert "Traceback" not in said
    assert not list((root / "results").glob("*/*.json"))


@pytest.mark.slow
def test_an_interrupted_regrade_tells_whose_marks_have_changed_so_far(
    template: Any, tmp_path: Path
) -> None:
    root = shutil.copytree(template, tmp_path / "course")
    results = root / "results" / "a01_slopes"
    done = gradeprop("grade", "a01_slopes", cwd=root)
    assert done.returncode == 0, done.stderr
    assert gradeprop("void", "matches_autograd", cwd=root).returncode == 0
    have_written(root, STUDENTS[2:], ENDLESS)

    def regraded() -> Any:
        maxima = {
            path.stem: json.loads(path.read_text())["max_score"] for path in results.glob("*.json")
        }
        return {student for student, maximum in maxima.items() if maximum == 4.0}

    with subprocess.Popen(
        [*COMMAND, "grade", "a01_slopes", "--workers", "2"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "COLUMNS": "80"},
        start_new_session=True,
    ) as run:
        wait_for(lambda: regraded() == FIRST)
        os.killpg(run.pid, signal.SIGINT)
        out, said = (text.decode() for text in run.communicate())
    assert run.returncode == 130
    assert out == ""
    assert regraded() == FIRST
    assert "Marks changed in 2 of 2 regraded submissions (by the checks alone):" in said
    assert {line.split()[0] for line in said.splitlines() if "taken out" in line} == FIRST
    assert "Other than when they were graded before: the course's files (2)" in said
    assert "everything finished so far is kept" in said
