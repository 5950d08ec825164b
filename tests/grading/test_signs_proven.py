"""An exercise whose mistakes show in exceptions and flags is proven in the real sandbox."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from course.minimal import EXERCISE, GRADER, SOLUTION, write_course
from gradeprop.grading.public.checking import PublicChecks
from gradeprop.grading.run.publish import record_public_checks
from gradeprop.grading.verify import trials, verify
from gradeprop.session.kernel import KernelSession
from grading.conftest import Classroom, part_of

TWO_STEPS = {
    EXERCISE: """\
title: Two steps
objectives: [Update a parameter that autograd watches.]
minutes: 5
points: 3
introduction: A loss $w^2$.
parts:
  - part: by_hand
    kind: code
    prompt: Leave `w` after two steps with lr = 0.1, and write `twice`.
    starter: |
      w = ...
    checks:
      - check: shape
        points: 1
        public: true
        describe: w is where two steps lead, and can go on.
      - check: matches_autograd
        points: 2
        describe: A second backward raises.
    misconceptions:
      - id: rebinding
        raises: {type: RuntimeError, text: does not require grad}
        flag: {requires_grad: false}
        say: w = w - ... makes another tensor.
        sample: |
          w = torch.tensor([3.0], requires_grad=True)
          for _ in range(2):
              (w ** 2).sum().backward()
              with torch.no_grad():
                  w = w - 0.1 * w.grad
      - id: updated_in_sight
        engine: leaf_changed
        say: The update itself must not be watched.
        sample: |
          w = torch.tensor([3.0], requires_grad=True)
          for _ in range(2):
              (w ** 2).sum().backward()
              w -= 0.1 * w.grad
      - id: by_data
        flag: {is_leaf: false}
        say: w is the result of a computation now.
        sample: |
          w = torch.tensor([1.92], requires_grad=True) * 1.0
          def twice(x):
              loss = (x ** 2).sum()
              loss.backward()
              loss.backward()
      - id: rounds_kept
        raises: {type: TypeError}
        checks: [matches_autograd]
        say: The graph is no list.
        sample: |
          w = torch.tensor([1.92], requires_grad=True)
          def twice(x):
              return x[None, None][0][0].backward(1)
""",
    SOLUTION: """\
# %% part: by_hand
w = torch.tensor([3.0], requires_grad=True)
for _ in range(2):
    (w ** 2).sum().backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad = None

def twice(x):
    loss = (x ** 2).sum()
    loss.backward()
    loss.backward()
""",
    GRADER: """\
import torch

from gradeprop.gradients import Descent


def test_shape(student, reference):
    one = torch.ones(1)
    steps = Descent(lambda p, x: p[0] * x, one, 0 * one, [3 * one], lr=0.1, steps=2)
    reference.expect(student.value("w")).to_match(steps, requires_grad=True, is_leaf=True)


def test_matches_autograd(student, reference):
    x = reference.inputs((3,), requires_grad=True)
    reference.expect(student.call("twice", x)).to_raise("RuntimeError", says="second time")
""",
}


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: Any, sandbox: Any) -> Any:
    return Classroom(write_course(tmp_path_factory.mktemp("course"), TWO_STEPS), sandbox)


def causes_of(classroom: Any, answer: str) -> Any:
    result = classroom.grade_one(classroom.notebook(square_derivative__by_hand=answer))
    checks = part_of(result, "square_derivative", "by_hand").checks
    return [check.misconception for check in checks]


def test_every_sample_is_named(classroom: Any) -> None:
    proofs = verify(classroom.setting, trials(classroom.setting, classroom.assignment.exercises))
    named = [proof for proof in proofs if proof.case.exercise == "square_derivative"]
    assert [(proof.case.label, proof.problems, proof.faults) for proof in named] == [
        (label, (), ())
        for label in (
            "solution", "starter", "rebinding", "updated_in_sight", "by_data", "rounds_kept",
        )
    ]  # fmt: skip


def test_one_mistake_is_known_by_its_exception_and_by_its_flag(classroom: Any) -> None:
    once = (
        "w = torch.tensor([2.4], requires_grad=True)\n(w ** 2).sum().backward()\n"
        "with torch.no_grad():\n    w = w - 0.1 * w.grad\n"
    )
    assert causes_of(classroom, once)[0] == "rebinding"
    assert causes_of(classroom, f"{once}(w ** 2).sum().backward()\n")[0] == "rebinding"


def test_a_misconception_is_looked_for_in_its_own_checks_alone(classroom: Any) -> None:
    answer = (
        "w = torch.tensor([1.92], requires_grad=True)\ndef twice(x):\n    return x.backward(1)\n"
    )
    assert causes_of(classroom, answer) == [None, "rounds_kept"]
    assert causes_of(classroom, "w = len(3)\n") == ["missing_name", "rounds_kept"]


def test_an_error_of_torch_is_named_with_words_in_any_exercise(classroom: Any) -> None:
    answer = "w = torch.tensor([3], requires_grad=True)\n"
    result = classroom.grade_one(classroom.notebook(square_derivative__by_hand=answer))
    check = part_of(result, "square_derivative", "by_hand").checks[0]
    assert check.misconception == "integer_leaf"
    assert "decimal point" in check.message


def test_the_public_check_names_it_in_the_notebook_too(classroom: Any) -> None:
    checks = PublicChecks()
    checks.load(json.dumps(record_public_checks(classroom.course, classroom.assignment)))
    rebound = torch.tensor([3.0]) * 0.64
    with KernelSession({"w": rebound, "torch": torch}) as session:
        (report,) = checks.report("square_derivative", "by_hand", session)
    assert report.checks[0].judgement.misconception == "rebinding"
