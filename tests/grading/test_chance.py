"""A sample whose numbers are random is told as that, and not only as one that is not named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course.minimal import EXERCISE, course_files, write_course
from gradeprop.course.model import LoadedExercise
from gradeprop.grading.chance import by_chance, may_depend_on_chance
from gradeprop.grading.verify import Proof, trials, verify
from grading.conftest import Classroom

SAMPLE = """\
      - id: guessed
        say: Where does this factor come from?
        sample: |
          import torch
          def d_square(w):
              {before}return w * (3 + torch.rand((), dtype=w.dtype))
"""


def proofs_with(root: Path, sandbox: Any, before: str) -> list[Proof]:
    text = course_files()[EXERCISE] + SAMPLE.format(before=before)
    classroom = Classroom(write_course(root, {EXERCISE: text}), sandbox)
    exercises = classroom.assignment.exercises[:1]
    setting = replace(classroom.setting, same_inputs=True)  # as `gradeprop verify` does
    return verify(setting, trials(setting, exercises))


def test_a_sample_that_draws_other_numbers_each_time_is_told_so(
    tmp_path: Path, sandbox: Any
) -> None:
    wrong = [proof for proof in proofs_with(tmp_path, sandbox, "") if not proof.holds]
    (proof,) = wrong
    assert proof.case.misconception == "guessed"
    (told,) = [problem for problem in proof.problems if "in every run" in problem]
    assert told.startswith("by_hand: shape gets other numbers in every run (")
    assert told.endswith("so begin with torch.manual_seed(0), or write the numbers down")


def test_a_sample_that_draws_the_same_numbers_each_time_is_proven(
    tmp_path: Path, sandbox: Any
) -> None:
    proofs = proofs_with(tmp_path, sandbox, "torch.manual_seed(0)\n              ")
    assert [proof.problems + proof.warnings for proof in proofs if proof.problems] == []


def test_another_verdict_or_cause_in_a_second_run_counts(tmp_path: Path, sandbox: Any) -> None:
    classroom = Classroom(write_course(tmp_path), sandbox)
    half, square = (
        classroom.grade_one(
            classroom.notebook(square_derivative__by_hand=f"def d_square(w):\n    return {text}")
        )
        for text in ("w", "w**2")
    )
    found = list(by_chance("square_derivative", half, square))
    assert [item.counts for item in found] == [True]
    assert found[0].what.startswith(
        "shape is failed (missing_factor_two) in one run and failed (value_not_gradient) in another"
    )
    assert list(by_chance("explain_sign", half, square)) == []
    assert list(by_chance("square_derivative", half, half)) == []


@pytest.mark.parametrize(
    ("answer", "may"),
    [
        ("w = torch.randn(3)", True),
        ("w = torch.empty(2).normal_()", True),
        ("model = nn.Linear(2, 1)", True),
        ("seed = time.time()", True),
        ("def d(w):\n    return 2 * w", False),
        ("grand_total = w.sum()", True),  # a run more than is needed does no harm
        ("times = 3", False),
    ],
)
def test_what_speaks_of_chance_is_run_twice(tmp_path: Path, answer: str, may: bool) -> None:
    from gradeprop.course.load import load_course

    exercise: LoadedExercise = load_course(write_course(tmp_path)).assignments[0].exercises[0]
    assert may_depend_on_chance(exercise, answer) is may
    given = exercise.spec.model_copy(update={"given": answer})
    assert may_depend_on_chance(exercise.model_copy(update={"spec": given}), "") is may
