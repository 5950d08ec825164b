"""The bundle for Classroom 50, unpacked and run as its runner does: in a student's checkout."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from course.minimal import course_files, write_course
from gradeprop.course.load import load_course
from gradeprop.course.model import Course
from gradeprop.errors import UsageError
from gradeprop.records.classroom50 import autograder
from gradeprop.records.classroom50 import bundle as module
from gradeprop.records.classroom50.bundle import classroom50_bundle
from gradeprop.records.files.key import course_key
from gradeprop.records.files.notebooks import write_notebooks
from gradeprop.records.nbgrader.grading import Order, deliver
from records.bundles.two_assignments import ADOPTED
from records.classroom50.test_result import ENVIRONMENT, require_valid
from records.graded_class import ASSIGNMENT

NOTEBOOK = f"{ASSIGNMENT}.ipynb"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return load_course(write_course(tmp_path_factory.mktemp("course")))


def names_of(data: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return set(archive.namelist())


def test_the_zip_has_the_entry_point_at_its_top_the_course_and_the_engine(course: Course) -> None:
    names = names_of(classroom50_bundle(course, ASSIGNMENT))
    assert {"autograder.py", "bundle.json", "requirements.txt"} < names
    assert {f"course/{name}" for name in course_files()} < names
    assert "engine/gradeprop/grading/checks/plugin.py" in names


def key_in(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return bytes.fromhex(archive.read("course/.gradeprop/course.key").decode().strip())


def test_its_key_is_its_own_and_never_the_courses(course: Course) -> None:
    keys = {key_in(classroom50_bundle(course, ASSIGNMENT)) for _ in range(2)}
    assert len(keys) == 2
    assert all(len(key) == 32 for key in keys)
    data = classroom50_bundle(course, ASSIGNMENT)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        everything = b"".join(map(archive.read, archive.namelist()))
    assert course_key(Path(course.root)).hex().encode() not in everything


def test_no_code_of_a_students_is_in_it(tmp_path: Path) -> None:
    adopted = load_course(write_course(tmp_path, ADOPTED))
    with zipfile.ZipFile(io.BytesIO(classroom50_bundle(adopted, ASSIGNMENT))) as archive:
        held = b"".join(
            archive.read(name) for name in archive.namelist() if name.startswith("course/")
        )
    assert b"w * 3  # hers" not in held
    assert b"from_student" not in held


def test_a_course_on_the_runner_is_not_in_it_nor_is_anything_secret(course: Course) -> None:
    data = classroom50_bundle(course, ASSIGNMENT, on_runner="/srv/course")
    assert not [name for name in names_of(data) if name.startswith("course/")]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        told = json.loads(archive.read("bundle.json"))
    assert told == {"assignment": ASSIGNMENT, "course": "/srv/course"}
    with pytest.raises(UsageError, match="no path from the root"):
        classroom50_bundle(course, ASSIGNMENT, on_runner="srv/course")


def test_more_than_classroom50_fetches_is_refused(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    with pytest.raises(UsageError, match=r"the bundle has \d+(\.\d)? MB") as raised:
        classroom50_bundle(course, ASSIGNMENT)
    assert "--course-on-runner" in str(raised.value)


@pytest.mark.parametrize(
    ("line", "met"),
    [
        ("pytest", True),
        (f"pytest=={pytest.__version__}", True),
        ("pytest==0.1", False),
        ("there-is-no-such-package==1", False),
        ("--extra-index-url https://example.org/cpu", True),
    ],
)
def test_what_is_installed_is_not_installed_again(line: str, met: bool) -> None:
    assert autograder.installed(line) == met


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = write_course(tmp_path_factory.mktemp("solved"))
    delivery = deliver(Order(root, ASSIGNMENT, root / "submitted"))
    write_notebooks(root, delivery.course.assignments[0], delivery.release)
    return (root / "source" / ASSIGNMENT / NOTEBOOK).read_text()


@pytest.fixture
def bundle(course: Course, tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    with zipfile.ZipFile(io.BytesIO(classroom50_bundle(course, ASSIGNMENT))) as archive:
        archive.extractall(folder)
    (folder / "requirements.txt").write_text("pytest\n")  # all is here
    return folder


def run(bundle: Path, checkout: Path, **environment: str) -> Any:
    done = subprocess.run(
        [sys.executable, str(bundle / "autograder.py")],
        cwd=checkout,
        env={**os.environ, **ENVIRONMENT, "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    path = checkout / "result.json"
    return done, json.loads(path.read_text()) if path.is_file() else None


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with one commit, long ago."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "json.py").write_text("raise SystemExit('imported from the checkout')")
    when = {"GIT_COMMITTER_DATE": "2026-06-01T16:32:01+02:00"}
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "Hand in"]):
        subprocess.run(["git", *command], cwd=folder, check=True, env={**os.environ, **when})
    return folder


@pytest.mark.slow
def test_a_submission_gets_its_result_with_the_time_of_its_commit(
    bundle: Path, checkout: Path, solved: str
) -> None:
    (checkout / NOTEBOOK).write_text(solved.replace("return 2 * w", "return w"))
    (checkout / "result.json").symlink_to(bundle / "bundle.json")  # as if to have it overwritten
    done, data = run(bundle, checkout)
    assert done.returncode == 0, done.stderr
    require_valid(data)
    assert (data["score"], data["max-score"]) == (1, 4)
    assert data["datetime"] == "2026-06-01T14:32:01Z"
    assert any("Was the 2 of 2w lost?" in test.get("output", "") for test in data["tests"])
    assert "1 of 4 points by the checks" in (checkout / "release-body.md").read_text()
    assert json.loads((bundle / "bundle.json").read_text())["assignment"] == ASSIGNMENT


@pytest.mark.slow
def test_nothing_handed_in_is_the_students_own(bundle: Path, checkout: Path) -> None:
    done, data = run(bundle, checkout)
    assert done.returncode == 0, done.stderr
    require_valid(data)
    assert data["score"] == 0
    assert "no notebook" in data["gradeprop"]["message"]


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["course", "identity"])
def test_a_fault_of_the_graders_leaves_no_result_and_tells_no_secret(
    bundle: Path, checkout: Path, solved: str, fault: str
) -> None:
    (checkout / NOTEBOOK).write_text(solved)
    (checkout / "result.json").write_text('{"score": 1000000}')
    if fault == "course":
        (bundle / "course" / "course.yaml").write_text("id: [secret")
    done, data = run(bundle, checkout, **({"CLASSROOM": ""} if fault == "identity" else {}))
    assert done.returncode == 1
    assert data is None
    assert "::error::The grader failed. This is not your fault" in done.stderr
    assert "secret" not in done.stderr
    assert ("has not set CLASSROOM" in done.stderr) == (fault == "identity")
    assert ("set them to any words: CLASSROOM=try" in done.stderr) == (fault == "identity")
