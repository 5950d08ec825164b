"""What users of nbgrader suffer from, done to one class that is graded by ``gradeprop grade`` and
by ``nbgrader autograde`` with our configuration. docs/nbgrader-weaknesses.md names these tests."""

from __future__ import annotations

import copy
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from nbgrader.api import Gradebook

from cli.conftest import gradeprop
from course.minimal import EXERCISE, GRADER, SOLUTION, course_files
from gradeprop.grading.result.verdict import PartResult, SubmissionResult
from gradeprop.records.files.results import read_result
from records.graded_class import ASSIGNMENT, CHOICE, CODE
from records.nbgrader_command import NOTEBOOK, build, built_course, nbgrader, submit

pytestmark = pytest.mark.slow

RIGHT = "def d_square(w):\n    return 2 * w"
WRONG = "def d_square(w):\n    return 0 * w"
# Each tries to get at something and answers rightly only if it could.
READ = """\
got = []
for place in ('../../..', {root!r}):
    for name in ('gradebook.db', {grader!r}, {solution!r}, '.gradeprop/course.key'):
        try:
            got.append(open(place + '/' + name, 'rb').read())
        except OSError:
            pass
def d_square(w):
    return 2 * w if got else 0 * w
"""
WRITE = """\
import sqlite3
got = []
for place in ('../../..', {root!r}):
    try:
        with sqlite3.connect('file:' + place + '/gradebook.db?mode=rw', uri=True) as database:
            got.append(database.execute('update grade set manual_score = 3'))
    except sqlite3.Error:
        pass
def d_square(w):
    return 2 * w if got else 0 * w
"""
TRANSFORM = (
    "shell = get_ipython()\n"
    "shell.input_transformers_post.append(lambda lines: ['4.0\\n'])\n"
    "shell.run_cell = lambda *arguments, **keywords: None\n" + WRONG
)
EXIT = "import os\nos._exit(0)"
WARN = """\
import sys, warnings, torch
leaf = torch.ones(2, requires_grad=True)
(leaf * 2).grad  # PyTorch warns: not a leaf
def d_square(w):
    print('careful', file=sys.stderr)
    warnings.warn('look out')
    return 2 * w
"""
PARTIAL = "def d_square(w):\n    return 2 * w if w.shape == (3,) else w"


def copied(cells: list[dict[str, Any]]) -> None:
    """Answer and check cells once more, with ids and metadata, at the end."""
    cells += copy.deepcopy([cell for cell in cells if cell["id"].startswith("square_derivative")])


def stripped(cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        cell["metadata"] = {}
        del cell["id"]


def forged(cells: list[dict[str, Any]]) -> None:
    """Check cells with results that plain nbgrader takes for full marks, and with more points."""
    for cell, value in zip(
        [c for c in cells if c["id"].endswith("-check")], ("'full'", "None"), strict=True
    ):
        cell["source"] = value
        cell["metadata"]["nbgrader"]["points"] = 100


class Case(NamedTuple):
    source: str
    change: Callable[[list[dict[str, Any]]], None] = lambda _: None


CLASS = {
    "ada": Case(RIGHT),
    "copier": Case(RIGHT, copied),
    "exiter": Case(EXIT),
    "forger": Case(WRONG, forged),
    "partly": Case(PARTIAL),
    "reader": Case(READ),
    "stripper": Case(RIGHT, stripped),
    "transformer": Case(TRANSFORM),
    "warner": Case(WARN),
    "writer": Case(WRITE),
}


def notebook(root: Path, case: Case) -> str:
    data = json.loads((root / "release" / ASSIGNMENT / NOTEBOOK).read_text())
    names = {"root": str(root), "grader": GRADER, "solution": SOLUTION}
    source = case.source.format(**names) if case.source in (READ, WRITE) else case.source
    for cell in data["cells"]:
        if cell["id"] == CODE:
            cell["source"] = source
        elif cell["id"] == CHOICE:
            cell["source"] = "direction = 'increase'"
    case.change(data["cells"])
    return json.dumps(data)


def grade(root: Path, by: str, *, force: bool = False) -> None:
    again = ("--force",) if force else ()
    if by == "nbgrader":
        nbgrader(root, "autograde", ASSIGNMENT, *again)
    else:
        done = gradeprop("grade", ASSIGNMENT, *again, cwd=root)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module", params=["gradeprop", "nbgrader"])
def by(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def graded(by: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class after grading; ada and the exiter had been graded before, he with a right
    answer."""
    root = built_course(tmp_path_factory.mktemp(by))
    submit(root, "ada", notebook(root, CLASS["ada"]))
    first = submit(root, "exiter", notebook(root, Case(RIGHT)))
    grade(root, by)
    assert result(root, "exiter").auto_score == 4.0
    shutil.rmtree(first)
    for student, case in CLASS.items():
        if student != "ada":
            submit(root, student, notebook(root, case), at="2026-03-03 10:00:00 UTC")
    grade(root, by)
    return root


def result(root: Path, student: str) -> SubmissionResult:
    found = read_result(root, ASSIGNMENT, student)
    assert found is not None
    return found


def code_part(root: Path, student: str) -> PartResult:
    return result(root, student).exercises[0].parts[0]


def recorded(root: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{root}/gradebook.db", "minimal") as gradebook:
        return {row["student"]: row["score"] for row in gradebook.submission_dicts(ASSIGNMENT)}


def test_student_code_reads_no_gradebook_test_solution_or_key(graded: Path) -> None:
    for place in ("gradebook.db", GRADER, SOLUTION, ".gradeprop/course.key"):
        assert (graded / place).is_file()
    assert code_part(graded, "reader").score == 0.0


def test_student_code_changes_no_mark(graded: Path) -> None:
    assert code_part(graded, "writer").score == 0.0
    with sqlite3.connect(graded / "gradebook.db") as database:
        assert database.execute(
            "select count(*) from grade where manual_score is not null"
        ).fetchone() == (0,)


def test_a_patched_shell_earns_nothing(graded: Path) -> None:
    assert code_part(graded, "transformer").score == 0.0


def test_forged_check_cells_and_points_earn_nothing(graded: Path) -> None:
    forger = result(graded, "forger")
    assert (forger.auto_score, forger.max_score) == (1.0, 6.0)


def test_a_copied_cell_costs_nobody_anything(graded: Path) -> None:
    assert result(graded, "copier").auto_score == 4.0
    assert result(graded, "ada").auto_score == 4.0


def test_stripped_metadata_is_matched_by_content_and_said(graded: Path) -> None:
    stripper = result(graded, "stripper")
    assert stripper.auto_score == 4.0
    assert stripper.message


def test_a_process_that_ends_itself_leaves_no_older_score(graded: Path) -> None:
    assert code_part(graded, "exiter").status == "killed"
    assert recorded(graded)["exiter"] == 1.0


def test_warnings_and_words_on_stderr_cost_nothing(graded: Path) -> None:
    assert result(graded, "warner").auto_score == 4.0
    text = (graded / "autograded" / "warner" / ASSIGNMENT / NOTEBOOK).read_text()
    assert "not a leaf" in text  # it was really printed


def test_partial_credit_comes_with_a_message_everywhere(graded: Path) -> None:
    part = code_part(graded, "partly")
    assert (part.score, part.max_score) == (1.0, 3.0)
    said = part.checks[1].message
    assert said
    with Gradebook(f"sqlite:///{graded}/gradebook.db", "minimal") as gradebook:
        comment = gradebook.find_comment(CODE, ASSIGNMENT, ASSIGNMENT, "partly").comment
    assert said.split(".")[0] in " ".join(comment.split())


def test_the_gradebook_has_exactly_the_marks_of_the_results(graded: Path) -> None:
    assert recorded(graded) == {student: result(graded, student).auto_score for student in CLASS}


@pytest.mark.parametrize("command", ["gradeprop feedback", "nbgrader generate_feedback"])
def test_feedback_shows_no_hidden_test_input_or_answer(graded: Path, command: str) -> None:
    if command.startswith("gradeprop"):
        assert gradeprop("feedback", ASSIGNMENT, cwd=graded).returncode == 0
    else:
        nbgrader(graded, "generate_feedback", ASSIGNMENT, "--force")
    for student in CLASS:
        page = (graded / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text()
        for secret in ("reference.inputs", "to_match", "def test_matches_autograd"):
            assert secret not in page
        hidden = [
            check for part in result(graded, student).exercises[0].parts for check in part.checks
        ]
        for check in hidden:
            if not check.public and check.detail:
                assert check.detail not in page
    assert "The answer is the derivative." in page  # that there is such a check is said


def test_copied_work_can_be_compared_by_other_programs(graded: Path) -> None:
    done = gradeprop("export", ASSIGNMENT, "--to", "code", "--output", "code", cwd=graded)
    assert done.returncode == 0, done.stderr
    code = {path.parent.name: path.read_text() for path in (graded / "code").glob(f"*/{CODE}.py")}
    assert set(code) == set(CLASS)
    assert code["stripper"] == code["ada"] == f"{RIGHT}\n"
    assert code["warner"] != code["ada"]


NEW_PART = """\
  - part: twice
    kind: code
    prompt: Write `twice(w)`.
    starter: |
      def twice(w):
          ...
    checks:
      - check: twice_right
        points: 2
        public: true
        describe: It is twice w.
"""
NEW_SOLUTION = "\n\n# %% part: twice\ndef twice(w):\n    return 2 * w\n"
NEW_GRADER = """

def test_twice_right(student, reference, device):
    w = reference.inputs((3,), dtype="float64", avoid=(0, 2))
    reference.expect(student.call("twice", w)).to_match(Gradient(square, at=w))
"""


def test_a_part_added_when_there_are_submissions(graded: Path, by: str, tmp_path: Path) -> None:
    """nbgrader alone raises here, and deletes the release."""
    root = Path(shutil.copytree(graded, tmp_path / "course"))
    files = course_files()
    (root / EXERCISE).write_text(
        files[EXERCISE].replace("points: 3\n", "points: 5\n", 1) + NEW_PART
    )
    (root / SOLUTION).write_text(files[SOLUTION] + NEW_SOLUTION)
    (root / GRADER).write_text(files[GRADER] + NEW_GRADER)
    if by == "nbgrader":
        nbgrader(root, "generate_assignment", ASSIGNMENT, "--force")
    else:
        build(root)
    release = json.loads((root / "release" / ASSIGNMENT / NOTEBOOK).read_text())
    assert "square_derivative-twice" in [cell["id"] for cell in release["cells"]]
    grade(root, by, force=True)
    ada = result(root, "ada")
    assert (ada.auto_score, ada.max_score) == (4.0, 8.0)
    assert ada.exercises[0].parts[1].status == "missing"
    assert recorded(root)["ada"] == 4.0
