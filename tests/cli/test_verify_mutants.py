"""`gradeprop verify --mutants`: solutions with one small fault each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.conftest import gradeprop
from course.minimal import GRADER, SOLUTION
from gradeprop.course.excuses import FOLDER

ASKED = ("verify", "square_derivative", "--mutants", "--isolation", "none")
LOOPING = """\
# %% part: by_hand
def d_square(w):
    n = 0
    while n < 2:
        n = n + 1
    return n * w
"""


@pytest.mark.slow
def test_a_mutant_that_gets_full_marks_is_shown_with_its_diff(course: Any) -> None:
    text = (course / GRADER).read_text().replace("inputs((3,)", "inputs(()")
    text = text.replace("((3,), (2, 5), ())", "((),)")
    (course / GRADER).write_text(text)
    (course / SOLUTION).write_text("# %% part: by_hand\ndef d_square(w):\n    return 2 * w.sum()\n")
    done = gradeprop(*ASKED, cwd=course)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{SOLUTION}:3: full marks with another reduction, which no check sees:" in done.stdout
    assert "  -    return 2 * w.sum()\n  +    return 2 * w.mean()\n" in done.stdout
    row = next(line for line in done.stdout.splitlines() if line.split()[1:2] == ["4"])
    assert row.split() == ["square_derivative", "4", "3", "0", "1", "0"]
    _excuse(course, "return 2 * w.sum()", "return 2 * w.mean()")
    done = gradeprop(*ASKED, "--json", cwd=course)
    assert done.returncode == 0, done.stdout
    (survivor,) = [item for item in json.loads(done.stdout)["mutants"] if item["survives"]]
    assert survivor["excused"] == "One number has no other mean."


def _excuse(course: Any, line: str, becomes: str) -> None:
    path = course / FOLDER / "square_derivative.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = {"part": "by_hand", "line": line, "becomes": becomes}
    entry["why"] = "One number has no other mean."
    path.write_text(json.dumps({"mutants": [entry]}))


def test_an_excuse_that_no_survivor_needs_is_told(course: Any) -> None:
    _excuse(course, "return 2 * w", "return 7 * w")
    done = gradeprop(*ASKED, cwd=course)
    assert done.returncode == 1
    place = f"{FOLDER}/square_derivative.yaml:1:14"
    assert f"{place}: no surviving mutant needs this excuse; delete it" in done.stdout


@pytest.mark.slow
def test_a_mutant_that_loops_for_ever_is_caught_and_soon(course: Any) -> None:
    (course / SOLUTION).write_text(LOOPING)
    done = gradeprop(*ASKED, "--json", cwd=course)
    found = json.loads(done.stdout)["mutants"]
    survives = {item["after"]: item["survives"] for item in found}
    assert survives["n = n - 1"] is False
    assert survives["n = n + 2"] is True


def test_without_the_option_no_mutant_is_tried(course: Any) -> None:
    done = gradeprop("verify", "square_derivative", "--json", "--isolation", "none", cwd=course)
    assert done.returncode == 0
    assert "mutants" not in json.loads(done.stdout)
