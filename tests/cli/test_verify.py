"""`gradeprop verify` as an instructor runs it; what it finds is tested in grading."""

from __future__ import annotations

import json
from typing import Any

from cli.conftest import gradeprop
from course.minimal import EXERCISE, GRADER
from gradeprop.course.slips import FOLDER

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
        text.replace("reference.inputs((3,),", "reference.inputs((3,), hue=1,", 1)
    )
    done = gradeprop("verify", *NONE, cwd=course)
    assert done.returncode == 1, done.stdout + done.stderr
    place = f"square_derivative shape: {GRADER}:9: TypeError: "
    (told,) = [line for line in done.stdout.splitlines() if GRADER in line]
    assert told.strip().startswith(place)
    assert "hue" in told
    assert gradeprop("build", cwd=course).stderr.count(place) == 1


SLIPS = """
slips:
  - slip: half
    part: by_hand
    causes: []
    code: |
      def d_square(w):
          return w
"""


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
