"""The bundle for Gradescope, unpacked and run as Gradescope does, in a folder laid out as its
own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from course.minimal import course_files, write_course
from gradeprop.course.load import load_course
from gradeprop.course.model import Course
from gradeprop.errors import UsageError
from gradeprop.records.bundles.packing import NEEDED, requirements
from gradeprop.records.files.key import course_key
from gradeprop.records.files.notebooks import write_notebooks
from gradeprop.records.gradescope.bundle import gradescope_bundle
from gradeprop.records.gradescope.run import handed_in, student_of
from gradeprop.records.nbgrader.grading import Order, deliver
from records.bundles.two_assignments import MORE, OTHER
from records.graded_class import ASSIGNMENT

NOTEBOOK = f"{ASSIGNMENT}.ipynb"
WHO = "ada@example.org"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return load_course(write_course(tmp_path_factory.mktemp("course"), MORE))


def unpacked(course: Course, root: Path) -> Path:
    """What /autograder is like after the image was built; the environment of this test for its
    own."""
    for name in ("source", "submission", "results", "venv/bin"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(gradescope_bundle(course, ASSIGNMENT))) as archive:
        for entry in archive.infolist():
            path = root / "source" / entry.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(entry))
            path.chmod(entry.external_attr >> 16 & 0o777)
    (root / "run_autograder").write_bytes((root / "source" / "run_autograder").read_bytes())
    (root / "run_autograder").chmod(0o755)
    python(root, f'exec {sys.executable} "$@"')
    metadata = {
        "id": 7,
        "users": [{"email": WHO, "id": 1234, "name": "Ada"}],
        "assignment": {"id": 1},
    }
    (root / "submission_metadata.json").write_text(json.dumps(metadata))
    return root


def python(root: Path, line: str) -> None:
    path = root / "venv" / "bin" / "python"
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def after(root: Path, statement: str) -> None:
    """Let the grader run in a Python that has done this before."""
    module = (
        "import sys, runpy; runpy.run_module('gradeprop.records.gradescope.run', "
        "run_name='__main__')"
    )
    python(root, f'shift 3; exec {sys.executable} -P -c "{statement}; {module}" "$@"')


def run(root: Path) -> tuple[dict[str, Any], str]:
    """Run it; the results and what it printed."""
    environment = {**os.environ, "GRADEPROP_AUTOGRADER": str(root), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [str(root / "run_autograder")],
        cwd=root, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    path = root / "results" / "results.json"
    assert path.is_file(), done.stdout
    return json.loads(path.read_text()), done.stdout


@pytest.fixture
def autograder(course: Course, tmp_path: Path) -> Path:
    return unpacked(course, tmp_path / "autograder")


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = write_course(tmp_path_factory.mktemp("solved"))
    delivery = deliver(Order(root, ASSIGNMENT, root / "submitted"))
    write_notebooks(root, delivery.course.assignments[0], delivery.release)
    return (root / "source" / ASSIGNMENT / NOTEBOOK).read_text()


def test_the_zip_has_what_gradescope_wants_at_its_top_and_the_scripts_are_executable(
    course: Course,
) -> None:
    with zipfile.ZipFile(io.BytesIO(gradescope_bundle(course, ASSIGNMENT))) as archive:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
        script = archive.read("run_autograder").decode()
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert f"{ASSIGNMENT}\n" in script
    assert "@" not in script.replace("$@", "")
    assert {f"course/{name}" for name in course_files()} < set(modes)
    assert not [name for name in modes if OTHER in name]
    assert "engine/gradeprop/grading/checks/plugin.py" in modes
    assert not [name for name in modes if "__pycache__" in name]


def test_the_same_course_gives_the_same_bytes(course: Course) -> None:
    assert gradescope_bundle(course, ASSIGNMENT) == gradescope_bundle(course, ASSIGNMENT)


def test_what_is_in_it_is_a_valid_course_also_where_its_files_name_schemas(tmp_path: Path) -> None:
    """This repository's own course: a first line that names a schema must find it in the bundle,
    too."""
    course = load_course(Path(__file__).parents[3])
    first = course.assignments[0]
    with zipfile.ZipFile(io.BytesIO(gradescope_bundle(course, first.id))) as archive:
        archive.extractall(tmp_path)
    assert (tmp_path / "course" / "schemas" / "exercise.schema.json").is_file()
    (alone,) = load_course(tmp_path / "course").assignments
    assert [item.spec for item in alone.exercises] == [item.spec for item in first.exercises]


def test_its_key_is_the_courses_so_that_hidden_inputs_are_those_of_home(course: Course) -> None:
    with zipfile.ZipFile(io.BytesIO(gradescope_bundle(course, ASSIGNMENT))) as archive:
        key = archive.read("course/.gradeprop/course.key").decode().strip()
    assert bytes.fromhex(key) == course_key(Path(course.root))


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_the_scripts_are_bash(course: Course, tmp_path: Path, name: str) -> None:
    root = unpacked(course, tmp_path / "autograder")
    done = subprocess.run(
        ["bash", "-n", str(root / "source" / name)], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_it_needs_what_grading_needs_but_neither_gradebook_nor_server() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["grade"]]
    names = {line.partition(">")[0].strip().lower() for line in wanted}
    gradebook = {"nbgrader", "nbconvert", "alembic", "sqlalchemy"}
    others = {"watchfiles", "ipykernel", "textual", "markdown-it-py"}
    come_along = {"markupsafe", "traitlets", "pillow", "contourpy"}
    assert set(NEEDED) == names - gradebook - others - come_along


def test_versions_are_those_installed_here_and_declared_packages_come_along(tmp_path: Path) -> None:
    text = course_files()["course.yaml"] + "packages: [scipy_that_is_absent, yaml, hypothesis]\n"
    lines = requirements(load_course(write_course(tmp_path, {"course.yaml": text}))).splitlines()
    assert not any("+" in line for line in lines)
    assert sum(line.startswith("pyyaml==") for line in lines) == 1
    assert any(line.startswith("hypothesis==") for line in lines)


def test_a_further_index_is_named_to_pip_and_nothing_else_can_be(course: Course) -> None:
    plain, asked = requirements(course), requirements(course, "https://example.org/cpu")
    assert asked == f"--extra-index-url https://example.org/cpu\n{plain}"
    for address in ("", "ftp://x", "https://x\n--no-deps", "https://x y", "https://x#egg"):
        with pytest.raises(UsageError, match="not the address of a package index"):
            requirements(course, address)


@pytest.mark.parametrize(
    ("metadata", "student"),
    [
        ('{"users": [{"email": "b@x", "id": 1}, {"email": "a@x", "id": 2}]}', "a@x"),
        ('{"users": [{"email": "", "id": 12}]}', "12"),
        ('{"id": 5, "users": []}', "submission-5"),
        ('{"users": null}', "unknown"),
        ("[]", "unknown"),
        ("{", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_student_is_who_handed_in(tmp_path: Path, metadata: str | None, student: str) -> None:
    path = tmp_path / "submission_metadata.json"
    if metadata is not None:
        path.write_text(metadata)
    assert student_of(path) == student


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        ((NOTEBOOK,), NOTEBOOK),
        (("mine.ipynb", "notes.txt"), "mine.ipynb"),
        ((NOTEBOOK, "scratch.ipynb"), NOTEBOOK),
        (
            (f"work/{NOTEBOOK}", f".ipynb_checkpoints/{NOTEBOOK}", f"__MACOSX/{NOTEBOOK}"),
            f"work/{NOTEBOOK}",
        ),
    ],
)
def test_the_notebook_is_found_by_its_name_or_as_the_only_one(
    tmp_path: Path, files: tuple[str, ...], taken: str
) -> None:
    for name in files:
        path = tmp_path / "submission" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    handed = handed_in(tmp_path, ASSIGNMENT)
    assert handed.problem is None
    assert handed.path == tmp_path / "submission" / taken


def test_several_notebooks_none_and_a_link_to_elsewhere_are_told_to_the_student(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "submission"
    folder.mkdir()
    (tmp_path / "secret.ipynb").write_text("{}")
    (folder / NOTEBOOK).symlink_to(tmp_path / "secret.ipynb")
    assert "no notebook" in (handed_in(tmp_path, ASSIGNMENT).problem or "")
    for name in ("a.ipynb", "b.ipynb"):
        (folder / name).write_text("{}")
    assert "a.ipynb, b.ipynb" in (handed_in(tmp_path, ASSIGNMENT).problem or "")


def test_what_is_no_file_of_the_students_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "submission"
    folder.mkdir()
    elsewhere = tmp_path / "source"
    elsewhere.mkdir()
    (elsewhere / NOTEBOOK).write_text("{}")
    (folder / "linked").symlink_to(elsewhere)
    os.mkfifo(folder / NOTEBOOK)
    assert "no notebook" in (handed_in(tmp_path, ASSIGNMENT).problem or "")
    own = folder / "work" / NOTEBOOK
    own.parent.mkdir()
    own.write_text("{}")
    handed = handed_in(tmp_path, ASSIGNMENT)
    assert handed.read() == (b"{}", None)
    own.unlink()
    own.parent.rmdir()
    own.parent.symlink_to(elsewhere)  # after it was found
    assert "is in “work”, which is a link" in (handed.read()[1] or "")


@pytest.mark.slow
def test_a_right_answer_gets_the_autograders_points_and_the_text_waits(
    autograder: Path, solved: str
) -> None:
    (autograder / "submission" / "anything.ipynb").write_text(solved)
    after(autograder, "import sys; sys.modules['nbgrader'] = sys.modules['jupyter_server'] = None")
    data, said = run(autograder)
    scored = {test["name"]: test["score"] for test in data["tests"] if "score" in test}
    assert data["score"] == sum(scored.values()) == 4.0
    assert sum(test.get("max_score", 0) for test in data["tests"]) == 4.0
    (waiting,) = [test for test in data["tests"] if "score" not in test]
    assert "A person reads this part" in waiting["output"]
    assert "4 of 4 points by the checks." in data["output"]
    assert "2 more points are given by a person" in data["output"]
    assert f"{WHO}: needs_manual, isolation full" in said or "isolation restricted" in said


@pytest.mark.slow
def test_a_wrong_answer_gets_what_it_has_earned_and_its_cause(
    autograder: Path, course: Course, solved: str
) -> None:
    wrong = solved.replace("return 2 * w", "return w")
    (autograder / "submission" / NOTEBOOK).write_text(wrong)
    data, _ = run(autograder)
    assert data["score"] == 1.0
    assert any("Was the 2 of 2w lost?" in test.get("output", "") for test in data["tests"])
    # The same marks, by the same hidden inputs, as grading at home gives.
    root = Path(course.root)
    folder = root / "submitted" / WHO / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / NOTEBOOK).write_text(wrong)
    (at_home,) = deliver(Order(root, ASSIGNMENT, root / "submitted", (WHO,))).results
    messages = {
        check.message
        for exercise in at_home.exercises
        for part in exercise.parts
        for check in part.checks
    }
    assert {test["output"] for test in data["tests"] if test.get("status") == "failed"} <= messages
    assert at_home.auto_score == data["score"]


@pytest.mark.slow
def test_where_the_container_refuses_namespaces_it_grades_restricted(
    autograder: Path, solved: str
) -> None:
    (autograder / "submission" / NOTEBOOK).write_text(solved)
    refuse = "p.working = lambda level: 'refused' if level == 'full' else tried(level)"
    after(
        autograder, f"import gradeprop.session.isolation.survey as p; tried = p.working; {refuse}"
    )
    data, said = run(autograder)
    assert "isolation restricted" in said
    assert data["score"] == 4.0


@pytest.mark.slow
@pytest.mark.parametrize("text", [None, "not a notebook"], ids=["nothing", "garbage"])
def test_what_cannot_be_read_gets_no_points_and_says_what_to_do(
    autograder: Path, text: str | None
) -> None:
    if text is not None:
        (autograder / "submission" / NOTEBOOK).write_text(text)
    data, _ = run(autograder)
    assert data["score"] == 0.0
    assert "hand" in data["output"].lower()


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["course", "isolation", "python"])
def test_a_fault_of_the_graders_is_told_and_gives_no_score(
    autograder: Path, solved: str, fault: str
) -> None:
    (autograder / "submission" / NOTEBOOK).write_text(solved)
    if fault == "course":
        (autograder / "source" / "course" / "course.yaml").write_text("id: [")
    elif fault == "isolation":
        after(
            autograder,
            "import gradeprop.session.isolation.survey as p; p.working = lambda level: 'not "
            "permitted'",
        )
    else:
        python(autograder, "exit 1")
    data, said = run(autograder)
    assert "score" not in data
    assert "tests" not in data
    assert "not your fault" in data["output"]
    assert ("What went wrong" in data["output"]) == (fault == "isolation")
    if fault == "course":
        assert "course.yaml" in said
        assert "course.yaml" not in data["output"]


def test_a_bundle_of_an_earlier_version_finds_what_it_runs(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-P",
        "-m",
        "gradeprop.records.bundle_run",
        str(tmp_path),
        ASSIGNMENT,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    data = json.loads((tmp_path / "results" / "results.json").read_text())
    assert data["extra_data"]["status"] == "error"  # there is no course here: nobody's zero
    assert "score" not in data
