"""`gradeprop verify` as an instructor runs it; what it finds is tested in grading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import gradeprop
from course.kinds import MEND, edited, write_kinds
from course.minimal import EXERCISE, EXPLAIN, GRADER
from gradeprop.course.slips import FOLDER
from gradeprop.grading.run import watched

NONE = ("--isolation", "none")


def test_a_wrong_sample_exits_with_1_and_its_place(course: Any) -> None:
    text = (course / EXERCISE).read_text()
    (course / EXERCISE).write_text(text.replace("return w\n", "return w * 1.3\n", 1))
    done = gradeprop("verify", *NONE, cwd=course)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 of 2" in done.stdout
    line = 1 + text[: text.index("- id: missing_factor_two")].count("\n")
    assert f"{EXERCISE}:{line}:" in done.stdout
    assert "the sample of missing_factor_two is not named on cpu" in done.stdout
    assert "nearest is missing_factor_two, which explains 0 of 1 questions" in done.stdout


def test_of_two_samples_that_do_the_same_it_says_so(course: Any) -> None:
    with (course / EXERCISE).open("a") as exercise:
        exercise.write(
            "      - id: half\n        say: Half.\n        change: {2 * w: (2 * w) / 2}\n"
        )
    done = gradeprop("verify", "square_derivative", *NONE, cwd=course)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "missing_factor_two and half fit equally" in done.stdout
    assert "two names for one mistake?" in done.stdout


def test_an_exercise_that_is_not_valid_does_not_hide_what_the_others_show(course: Any) -> None:
    (course / EXPLAIN).write_text("titel: x\n")
    done = gradeprop("verify", *NONE, cwd=course)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "square_derivative" in done.stdout
    assert f"{EXPLAIN}:1:1: " in done.stderr


def test_a_proven_exercise_exits_with_0_and_json_lists_every_proof(course: Any) -> None:
    done = gradeprop("verify", "square_derivative", "--json", *NONE, cwd=course)
    assert done.returncode == 0, done.stdout + done.stderr
    proofs = json.loads(done.stdout)["proofs"]
    assert sorted(proof["case"]["kind"] for proof in proofs) == [
        "misconception", "misconception", "solution", "starter",
    ]  # fmt: skip
    assert all(proof["problems"] == [] for proof in proofs)


def test_a_grader_with_a_bug_exits_with_1_and_its_trace(course: Any) -> None:
    text = (course / GRADER).read_text()
    (course / GRADER).write_text(
        text.replace("reference.inputs((3,),", "reference.inputs((3,), **{'hue': 1},", 1)
    )
    done = gradeprop("verify", *NONE, cwd=course)
    assert done.returncode == 1, done.stdout + done.stderr
    place = f"square_derivative shape: {GRADER}:9: TypeError: "
    (told,) = [line for line in done.stdout.splitlines() if GRADER in line]
    assert told.strip().startswith(place)
    assert "hue" in told
    assert gradeprop("build", cwd=course).stderr.count(place) == 1


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "GRADER_S", 3.0)


def broken(course: Path, name: str, line: str) -> int:
    """Put a line before a check's; where it stands now."""
    lines = (course / GRADER).read_text().splitlines(keepends=True)
    place = 1 + next(n for n, text in enumerate(lines) if text.startswith(f"def test_{name}("))
    lines.insert(place, line)
    (course / GRADER).write_text("".join(lines))
    return place + 1


@pytest.mark.slow
@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("check", ["shape", "matches_autograd"])
def test_a_grader_that_loops_is_waited_for_once_and_told_once(course: Path, check: str) -> None:
    log = course.parent / "log"
    note = f"    open({str(log)!r}, 'a').write('x')\n    while True: pass\n"
    line = broken(course, check, note) + 1
    (course / FOLDER).mkdir(parents=True)
    (course / FOLDER / "square_derivative.yaml").write_text(SLIPS)
    done = gradeprop("verify", "--slips", *NONE, cwd=course)
    assert done.returncode == 1, done.stdout + done.stderr
    # Once, and once more in case something else kept it from its end; for no other answer.
    assert log.read_text() == "xx"
    (told,) = [line for line in done.stdout.splitlines() if GRADER in line]
    place = f"square_derivative {check}: {GRADER}:{line}: the check did not end in 3 s"
    assert told.strip().startswith(place)
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["square_derivative", "?", "?", "?", "grader", "fault"] in rows
    assert ["explain_sign", "✓", "✓", "1", "of", "1", "proven"] in rows


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("    f = lambda: f(); f()\n", "RecursionError"),
        ("    raise SystemExit\n", "SystemExit"),
        ("    import numpy; x = [numpy.empty(1 << 28) for _ in range(9)]\n", "MemoryError"),
    ],
)
def test_a_grader_that_fails_by_itself_is_a_fault_and_not_wrong(
    course: Path, line: str, what: str
) -> None:
    first = broken(course, "matches_autograd", line)
    done = gradeprop("verify", "square_derivative", "--json", *NONE, cwd=course)
    assert done.returncode == 1, done.stdout + done.stderr
    data = json.loads(done.stdout)
    (fault,) = data["faults"]
    assert fault["what"].startswith(f"{GRADER}:{first}: ")
    assert what in fault["what"]
    assert not [problem for proof in data["proofs"] for problem in proof["problems"]]


def test_without_a_terminal_a_line_for_each_exercise_tells_how_far_it_is(course: Path) -> None:
    done = gradeprop("verify", *NONE, cwd=course)
    assert done.returncode == 0, done.stdout + done.stderr
    # Older versions of rich leave an empty line where the bar would have been.
    assert list(filter(None, done.stderr.splitlines())) == [
        "Verifying a01_slopes (2 exercises)",
        "explain_sign: 3 answers tried",
        "square_derivative: 4 answers tried",
    ]


SLIPS = """
slips:
  - slip: half
    part: by_hand
    causes: []
    code: |
      def d_square(w):
          return w
"""


@pytest.mark.slow
def test_a_slip_that_is_given_a_wrong_cause_exits_with_1_when_asked_for(course: Any) -> None:
    path = course / FOLDER / "square_derivative.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(SLIPS)
    plain = gradeprop("verify", "square_derivative", "--json", *NONE, cwd=course)
    assert plain.returncode == 0, plain.stdout + plain.stderr
    assert "slips" not in json.loads(plain.stdout)
    done = gradeprop("verify", "square_derivative", "--slips", *NONE, cwd=course)
    assert done.returncode == 1, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert f"{FOLDER}/square_derivative.yaml:3:5: half: is called missing_factor_two" in said
    assert "precision 0.667 (2 of 3 named causes are right), recall 1.000" in said
    told = gradeprop("verify", "square_derivative", "--slips", "--json", *NONE, cwd=course)
    data = json.loads(told.stdout)
    assert (data["precision"], data["recall"]) == (2 / 3, 1)
    assert data["slips"][0]["named"] == ["missing_factor_two"]


STARTED = "                  w += lr * w.grad\n          return w.detach()\n    checks"


def verified_repair(folder: Path, starter: str, *changes: dict[str, str]) -> tuple[Any, Any]:
    """What is printed of the repair with this end of its starter, and the proof of the starter."""
    files = edited(MEND, STARTED, f"{starter}    checks")
    for change in changes:
        for old, new in change.items():
            assert old in files[MEND]
            files[MEND] = files[MEND].replace(old, new)
    course = write_kinds(folder, files)
    done = gradeprop("verify", "mend_descent", "--json", *NONE, cwd=course)
    proofs = json.loads(done.stdout)["proofs"]
    started = next(proof for proof in proofs if proof["case"]["kind"] == "starter")
    return gradeprop("verify", "mend_descent", *NONE, cwd=course), started


@pytest.mark.slow
def test_a_check_that_a_repair_fails_for_an_undeclared_reason_is_noted(tmp_path: Path) -> None:
    starter = (
        "                  w += lr * w.grad\n"
        "              if steps > 1:\n                  w = (w + 1).detach().requires_grad_()\n"
        "          return w.detach()\n"
    )
    done, started = verified_repair(tmp_path, starter)
    assert done.returncode == 0, done.stdout
    (warning,) = started["warnings"]
    assert warning.startswith(
        "loop: the starter fails several_steps for a reason that no misconception declares: "
    )
    assert f"{MEND}: note: {warning}" in done.stdout
    assert "proven" in done.stdout


ONE_WAY = """\
        sample: |
          def descend(w, lr, steps):
              w = w.clone().requires_grad_(True)
              for _ in range(steps):
                  loss_of(w).backward()
                  with torch.no_grad():
                      w -= lr * w.grad
              return w.detach()
"""


def test_a_repair_that_is_explained_by_itself_only_is_noted(tmp_path: Path) -> None:
    starter = "                  w += lr * w.grad\n          return w.detach() + 1\n"
    by_sample = {'        change: {"w.grad = None": "pass"}\n': ONE_WAY}
    _, started = verified_repair(tmp_path, starter, by_sample)
    assert started["problems"] == []
    assert len(started["warnings"]) == 2
    assert "it is called ascent only because it is what was given" in started["warnings"][0]


@pytest.mark.slow
def test_a_repair_whose_faults_are_declared_has_no_notes(tmp_path: Path) -> None:
    done, started = verified_repair(tmp_path, STARTED.removesuffix("    checks"))
    assert started["warnings"] == []
    assert "note:" not in done.stdout
