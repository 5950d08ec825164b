"""Graders that loop, crash, recurse or eat memory, and neighbours that take the processor: the
first are told with file and line, the second cost nobody a check."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from course.minimal import GRADER, write_course
from gradeprop.course.load import load_course
from gradeprop.errors import GraderFault
from gradeprop.grading.result.faults import faults_in, first_line
from gradeprop.grading.run import watched
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import graders
from gradeprop.grading.run.publish import record_public_checks, release_in_use
from gradeprop.grading.verify import filled_in
from gradeprop.notebook.render import to_notebook
from gradeprop.session.grader import contention
from grading.conftest import KEY, part_of

# A fall in a class starts a sandbox again.
SLOW = pytest.mark.slow
LOOP = "    while True: pass\n"
HEAD = "def test_matches_autograd(student, reference, device):\n"
PUBLIC_HEAD = "def test_shape(student, reference, device):\n"
# Enough for an honest grader on a busy machine.
PATIENCE_S = 3.0
TOO_LONG = "the check did not end in 3 s"
ONE_LINE = 14  # in the minimal course's grader, the first line of the hidden check
FAULTY = [
    pytest.param(LOOP, TOO_LONG, id="loop"),
    pytest.param("    import re; re.match('(a+)+b', 'a' * 40)\n", TOO_LONG, id="in C"),
    pytest.param(
        "    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass\n",
        TOO_LONG,
        id="deaf",
    ),
    pytest.param(
        "    import ctypes; ctypes.string_at(0)\n",
        "it ended the process that grades (SIGSEGV)",
        id="crash",
    ),
    pytest.param(
        "    import os; os._exit(3)\n", "it ended the process that grades (exit code 3)", id="exit"
    ),
    pytest.param(
        "    import os, time\n    os.fork() or time.sleep(20)\n    os._exit(3)\n",
        "it ended the process that grades (exit code 3)",
        id="leaves another",
    ),
    pytest.param(
        "    import os; os._exit(0)\n",
        "it ended the process that grades (exit code 0)",
        id="exit 0",
    ),
    pytest.param("    raise SystemExit\n", "SystemExit", id="leaves"),
    pytest.param("    import sys; sys.exit(0)\n", "SystemExit: 0", id="leaves content"),
    pytest.param("    raise KeyboardInterrupt\n", "(exit code 1", id="interrupt"),
    pytest.param("    def f(): f()\n    f()\n", "RecursionError", id="recursion"),
    pytest.param(
        "    import numpy; x = [numpy.empty(1 << 28) for _ in range(9)]\n",
        "MemoryError",
        id="memory",
    ),
]


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "GRADER_S", PATIENCE_S)


def broken(tmp_path: Path, head: str, body: str) -> Any:
    """The minimal course with a body of its own put before a check's."""
    root = write_course(tmp_path)
    text = (root / GRADER).read_text()
    assert head in text
    (root / GRADER).write_text(text.replace(head, head + body))
    return load_course(root)


def results_of(
    course: Any, students: int, workers: int = 1, answer: str | None = None
) -> list[Any]:
    """Of so many students who hand in the solution, with another ``answer`` if given."""
    (assignment,) = course.assignments
    release, known = release_in_use(course, assignment)
    plan = Plan(course, assignment.id, release, KEY, ("cpu",), "none", known)
    answers = {
        (exercise.slug, part): text
        for exercise in assignment.exercises
        for part, text in exercise.solution.items()
    }
    if answer is not None:
        answers["square_derivative", "by_hand"] = answer
    notebook = to_notebook(filled_in(release, answers))
    loads = [partial(Submission, f"s{number}", notebook) for number in range(students)]
    results: list[Any] = []
    with graders(plan.facilities, workers) as opened:
        opened.grade(plan, loads, results.append)
    return sorted(results, key=lambda result: result.student)


def told(result: Any) -> str:
    return first_line(part_of(result, "square_derivative", "by_hand").checks[1].detail)


def quick(*ids: str) -> list[Any]:
    """Those of ``FAULTY``; all others are marked as slow."""
    return [
        item if item.id in ids else pytest.param(*item.values, id=item.id, marks=SLOW)
        for item in FAULTY
    ]


@pytest.mark.parametrize(("body", "what"), quick("recursion"))
def test_a_check_that_fails_by_itself_is_an_error_and_all_else_is_graded(
    tmp_path: Path, body: str, what: str
) -> None:
    (result,) = results_of(broken(tmp_path, HEAD, body), 1)
    part = part_of(result, "square_derivative", "by_hand")
    assert [check.status for check in part.checks] == ["passed", "error"]
    assert (part.score, part.checks[1].score) == (None, None)
    assert part_of(result, "explain_sign", "commit").score == 1.0
    place, _, happened = told(result).partition(": ")
    first = ONE_LINE - ("exit code 1" in what)  # who interrupts says no word of where
    assert place in [f"{GRADER}:{line}" for line in range(first, first + body.count("\n"))]
    assert what in happened
    (fault,) = faults_in([result])
    assert (fault.check, fault.submissions) == ("matches_autograd", 1)


@SLOW
def test_a_check_that_loops_is_asked_of_nobody_once_that_is_proven(tmp_path: Path) -> None:
    log = tmp_path / "log"
    note = f"    open({str(log)!r}, 'a').write('x')\n"
    results_of(broken(tmp_path / "course", HEAD, note + LOOP), 6)
    assert log.read_text() == "xx" * 2


@SLOW
def test_a_loop_that_few_inputs_meet_costs_only_those(tmp_path: Path) -> None:
    log = tmp_path / "log"
    body = (
        f"    import pathlib; log = pathlib.Path({str(log)!r})\n"
        "    import hashlib\n"
        "    w = reference.inputs((), dtype='float64')\n"
        "    log.touch(); seen = log.read_text().split()\n"
        "    if not seen or repr(float(w)) == seen[0]:\n"
        "        log.write_text(repr(float(w)))\n"
        "        while True: pass\n"
    )
    results = results_of(broken(tmp_path / "course", HEAD, body), 4)
    statuses = [part_of(result, "square_derivative", "by_hand").status for result in results]
    assert statuses == ["error", "passed", "passed", "passed"]


@SLOW
def test_a_check_that_ends_when_it_is_asked_alone_is_no_fault(tmp_path: Path) -> None:
    once = tmp_path / "once"
    body = (
        f"    import pathlib; once = pathlib.Path({str(once)!r})\n"
        "    if not once.exists():\n        once.touch()\n        while True: pass\n"
    )
    results = results_of(broken(tmp_path / "course", HEAD, body), 3)
    assert [result.status for result in results] == ["needs_manual"] * 3
    assert not faults_in(results)


@SLOW
def test_several_workers_come_to_the_same_end(tmp_path: Path) -> None:
    results = results_of(broken(tmp_path, HEAD, LOOP), 6, workers=2)
    assert len(results) == 6
    (fault,) = faults_in(results)
    assert fault.submissions == 6


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("while True: pass\n", ":19: importing it did not end in 3 s", marks=SLOW),
        # Older versions of pytest tell it with the line itself in between.
        ("raise SystemExit(0)\n", r":19: (in <module>[\s\S]*)?SystemExit: 0"),
        pytest.param("import os; os._exit(3)\n", ":19: it ended the process", marks=SLOW),
    ],
)
def test_a_file_that_falls_when_it_is_imported_costs_its_own_checks(
    tmp_path: Path, text: str, what: str
) -> None:
    root = write_course(tmp_path)
    course = load_course(root)
    (root / GRADER).write_text(f"{(root / GRADER).read_text()}\n\n{text}")
    with pytest.raises(GraderFault) as raised:
        record_public_checks(course, course.assignments[0])
    assert f"square_derivative shape, square_derivative matches_autograd: {GRADER}" in str(
        raised.value
    )
    assert re.search(what, str(raised.value))
    for result in results_of(course, 2):
        part = part_of(result, "square_derivative", "by_hand")
        assert [check.status for check in part.checks] == ["error", "error"]
        assert re.search(what, told(result))
        assert part_of(result, "explain_sign", "commit").score == 1.0


@pytest.mark.parametrize(("body", "what"), quick("exit"))
def test_building_tells_a_public_check_that_fails_by_itself(
    tmp_path: Path, body: str, what: str
) -> None:
    course = broken(tmp_path, PUBLIC_HEAD, body)
    with pytest.raises(GraderFault) as raised:
        record_public_checks(course, course.assignments[0])
    said = str(raised.value)
    assert f"square_derivative shape: {GRADER}:" in said
    assert what in said
    # Of the calls the grader's own, not those of the command and of pytest.
    assert all(name not in said for name in ("_pytest", "pluggy", "typer", "multiprocessing"))
    assert len(said.splitlines()) < 25
    results = results_of(course, 1)
    part = part_of(results[0], "square_derivative", "by_hand")
    assert [check.status for check in part.checks] == ["error", "passed"]


MISTAKEN = [
    pytest.param("1 / 0", "ZeroDivisionError", id="raise"),
    pytest.param("import pytest; pytest.skip('no')", "Skipped", id="skip", marks=SLOW),
    pytest.param("raise SystemExit(0)", "SystemExit", id="leaves", marks=SLOW),
    pytest.param("import os; os._exit(0)", "exit code 0", id="exit", marks=SLOW),
    pytest.param("while True: pass", TOO_LONG, id="loop", marks=SLOW),
]


def mistaken(tmp_path: Path, body: str, *, public: bool) -> Any:
    """The minimal course whose public or hidden check fails at working out a known mistake."""
    root = write_course(tmp_path)
    text = (root / GRADER).read_text()
    head, made = (PUBLIC_HEAD if public else HEAD), "to_match(Gradient("
    before, after = text.split(head)
    text = before + head + after.replace(made, "to_match(Faulty(", 1)
    (root / GRADER).write_text(
        f"{text}\n\nclass Faulty(Gradient):\n    def mistake(self, name):\n        {body}\n"
    )
    return load_course(root)


@pytest.mark.parametrize(("body", "what"), MISTAKEN)
def test_a_public_check_that_fails_at_a_known_mistake_is_told_and_all_else_is_graded(
    tmp_path: Path, body: str, what: str
) -> None:
    course = mistaken(tmp_path, body, public=True)
    with pytest.raises(GraderFault) as raised:
        record_public_checks(course, course.assignments[0])
    assert f"square_derivative shape: {GRADER}:21: " in str(raised.value)
    assert what in str(raised.value)
    (result,) = results_of(course, 1)
    part = part_of(result, "square_derivative", "by_hand")
    assert [check.status for check in part.checks] == ["error", "passed"]


@pytest.mark.parametrize(
    "later",
    [
        pytest.param("", id="asked once"),
        pytest.param("import os\n", id="asked again", marks=SLOW),
    ],
)
@pytest.mark.parametrize(("body", "what"), MISTAKEN)
def test_a_hidden_check_that_fails_at_a_known_mistake_is_nobodys_zero(
    tmp_path: Path, body: str, what: str, later: str
) -> None:
    course = mistaken(tmp_path, body, public=False)
    answer = f"{later}def d_square(w):\n    return 2 * w if w.shape == (3,) else 3 * w\n"
    (result,) = results_of(course, 1, answer=answer)
    part = part_of(result, "square_derivative", "by_hand")
    assert [check.status for check in part.checks] == ["passed", "error"]
    assert part.score is None
    assert f"{GRADER}:21: " in told(result)
    assert what in told(result)


# When it is asked after the last cell, and again at its own place.
SLOW_TWICE = """\
import pathlib, time
def d_square(w):
    for name in "ab":
        was = pathlib.Path({path!r} + name)
        if not was.exists():
            was.touch()
            time.sleep(600)
    return 2 * w
"""


@SLOW
@pytest.mark.parametrize(("share", "status"), [(0.0, "passed"), (2.0, "timeout")])
def test_who_ran_out_of_time_beside_others_is_graded_again_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float, status: str
) -> None:
    monkeypatch.setattr(contention, "SHARE", share)
    root = write_course(tmp_path / "course")
    text = (root / "course.yaml").read_text() + "limits: {check_s: 2}\n"
    (root / "course.yaml").write_text(text)
    answer = SLOW_TWICE.format(path=str(tmp_path / "once"))
    (result,) = results_of(load_course(root), 1, answer=answer)
    assert part_of(result, "square_derivative", "by_hand").status == status


def test_a_process_that_has_calculated_in_parallel_can_be_copied(tmp_path: Path) -> None:
    body = "    import torch; torch.ones(600, 600) @ torch.ones(600, 600)\n"
    course = broken(tmp_path, PUBLIC_HEAD, body)
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        assert (torch.ones(600, 600) @ torch.ones(600, 600))[0, 0] == 600
        assert record_public_checks(course, course.assignments[0])
    finally:
        torch.set_num_threads(before)
