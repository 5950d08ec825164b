"""Everyday wrong answers beside what they are called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from course.minimal import write_course
from gradeprop.course.slips import FOLDER, LoadedSlip, Slip, load_slips
from gradeprop.grading.result.faults import Fault
from gradeprop.grading.result.verdict import Timing
from gradeprop.grading.slips import Finding, Tally, judge_slips, tally
from gradeprop.grading.verify import Case, Proof
from grading.conftest import Classroom

SLIPS = """
slips:
  - slip: half
    part: by_hand
    causes: [missing_factor_two]
    code: |
      def d_square(w):
          return w
  - slip: half_told_wrongly
    part: by_hand
    causes: []
    code: |
      def d_square(w):
          return w
  - slip: right_after_all
    part: by_hand
    causes: []
    code: |
      def d_square(w):
          return 2 * w
"""


@pytest.fixture
def findings(tmp_path: Path, sandbox: Any) -> Any:
    setting = Classroom(write_course(tmp_path), sandbox).setting
    path = tmp_path / FOLDER / "square_derivative.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(SLIPS)
    slips = load_slips(tmp_path, setting.assignment.exercises)
    return judge_slips(setting, slips)


def test_a_slip_is_wrong_about_its_cause_or_about_being_wrong(findings: Any) -> None:
    problems = {item.slip.spec.slip: item.problems for item in findings}
    assert problems == {
        "half": (),
        "half_told_wrongly": (
            "half_told_wrongly: is called missing_factor_two (acceptable: none)",
        ),
        "right_after_all": ("right_after_all: gets full marks",),
    }


def test_precision_and_recall_are_over_slips_and_samples(findings: Any) -> None:
    assert tally(findings) == Tally(named=2, right=1, known=1, found=1)
    sample = Case("square_derivative", "by_hand", "misconception", "missing_factor_two")
    timing = Timing(0.0, 0.0, 0.0)
    proofs = [Proof(sample, problems, timing) for problems in ((), ("is not named",))]
    counted = tally(findings, [*proofs, Proof(Case("a", None, "solution"), (), timing)])
    assert counted == Tally(named=4, right=2, known=3, found=2)
    assert (counted.precision, counted.recall) == (0.5, 2 / 3)


def test_where_a_grader_failed_by_itself_nothing_is_counted() -> None:
    fault = (Fault("square_derivative", "shape", "graders/x.py:1: RuntimeError", 1),)
    spec = Slip(slip="half", part="by_hand", code="pass", causes=("missing_factor_two",))
    slip = LoadedSlip(exercise="square_derivative", place="e:1:1", spec=spec)
    sample = Case("square_derivative", "by_hand", "misconception", "missing_factor_two")
    proof = Proof(sample, (), Timing(0.0, 0.0, 0.0), faults=fault)
    assert tally([Finding(slip, (), (), fault)], [proof]) == Tally()


def test_a_slip_without_a_cause_counts_for_neither() -> None:
    spec = Slip(slip="odd", part="by_hand", code="pass", causes=())
    found = Finding(LoadedSlip(exercise="e", place="e:1:1", spec=spec), (), ())
    assert tally([found]) == Tally()
    assert (Tally().precision, Tally().recall) == (1.0, 1.0)
