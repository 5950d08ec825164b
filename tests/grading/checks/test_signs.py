"""Misconceptions known by an exception, by a flag, or as a cause of the engine."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from gradeprop.gradients import Fixed, Gradient
from gradeprop.gradients.values import Evidence, TensorState
from gradeprop.grading.checks.cell_error import with_cell_error
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.signs import Sign
from gradeprop.grading.checks.student import Student
from gradeprop.grading.public.data import decode_script, encode_script
from gradeprop.session.interface import CellOutcome, Missing, Raised, Returned

W = torch.tensor([3.0])
WORDS = {"rebinding": "w -= ... changes w; w = w - ... makes another tensor.", "other": "Other."}
CUT = Raised("RuntimeError", "element 0 of tensors does not require grad", line=2)


def script_of(write: Any, *signs: Sign) -> Script:
    """Through JSON, as a public check travels."""
    student, reference = Student("cpu"), Reference(bytes(32), "cpu", {}, {})
    write(student, reference)
    script = Script(tuple(student.asks), tuple(reference.probes), signs)
    causes = frozenset(sign.cause for sign in signs)
    return decode_script(json.loads(json.dumps(encode_script(script, causes))))


def a_step(student: Any, reference: Any) -> None:
    reference.expect(student.call("step", W)).to_match(Gradient(lambda w: w**2, at=W))


def a_leaf(student: Any, reference: Any) -> None:
    w = student.value("w")
    reference.expect(w).to_match(Fixed(W), requires_grad=True, is_leaf=True)


def judged(script: Script, *outcomes: Any, public: bool = True, **options: Any) -> Any:
    return judge(script, outcomes, public=public, declared=WORDS, **options)


def test_an_exception_is_given_the_exercises_id_and_words_before_the_engines() -> None:
    sign = Sign("rebinding", error=("RuntimeError", "does not require grad"))
    for public in (True, False):
        judgement = judged(script_of(a_step, sign), CUT, public=public)
        assert judgement.misconception == "rebinding"
        assert WORDS["rebinding"] in judgement.message
    assert judged(script_of(a_step), CUT).misconception == "detached"


@pytest.mark.parametrize(
    ("error", "fits"),
    [
        (("RuntimeError", "DOES NOT require"), True),
        (("RuntimeError", ""), True),
        (("Exception", "element 0"), True),
        (("ValueError", "element 0"), False),
        (("RuntimeError", "second time"), False),
    ],
)
def test_type_and_text_must_agree(error: Any, fits: bool) -> None:
    raised = Raised("RuntimeError", CUT.message, bases=("Exception", "BaseException"))
    judgement = judged(script_of(a_step, Sign("rebinding", error=error)), raised)
    assert judgement.misconception == ("rebinding" if fits else "detached")


def two_steps(student: Any, reference: Any) -> None:
    for at in (W, 2 * W):
        got = student.call("step", at)
        reference.expect(got).to_match(Gradient(lambda w: w**2, at=at), requires_grad=True)


RIGHT = Returned(TensorState(2 * W, requires_grad=True))
BOTH_WAYS = Sign(
    "rebinding", error=("RuntimeError", "require grad"), flags=(("requires_grad", False),)
)


@pytest.mark.parametrize(
    ("first", "second", "cause"),
    [
        (RIGHT, CUT, "rebinding"),
        (CUT, CUT, "rebinding"),
        (CUT, Returned(TensorState(4 * W, requires_grad=False)), "rebinding"),
        (Returned(TensorState(3 * W, requires_grad=True)), CUT, "detached"),
        (CUT, Returned(TensorState(3 * W, requires_grad=True)), "detached"),
        (CUT, Raised("TypeError", "step() got an odd value"), "detached"),
        (Raised("KeyError", "'w'"), CUT, None),
    ],
)
def test_an_exception_is_the_cause_only_if_nothing_else_is_wrong(
    first: Any, second: Any, cause: str | None
) -> None:
    for public in (True, False):
        judgement = judged(script_of(two_steps, BOTH_WAYS), first, second, public=public)
        assert judgement.misconception == cause


def test_of_two_that_fit_neither_is_named() -> None:
    signs = [Sign(cause, error=("RuntimeError", "element")) for cause in WORDS]
    judgement = judged(script_of(a_step, *signs), CUT)
    assert judgement.misconception is None
    assert judgement.misconceptions == ("rebinding", "other")
    assert judgement.hint is None


REBOUND = TensorState(W, requires_grad=False, is_leaf=True)
COMPUTED = TensorState(W, requires_grad=True, is_leaf=False)


def test_a_flag_names_where_the_values_are_right() -> None:
    signs = (
        Sign("rebinding", flags=(("requires_grad", False),)),
        Sign("other", flags=(("requires_grad", True), ("is_leaf", False))),
    )
    script = script_of(a_leaf, *signs)
    assert judged(script, Returned(REBOUND)).misconception == "rebinding"
    assert judged(script, Returned(COMPUTED)).misconception == "other"
    assert WORDS["other"] in judged(script, Returned(COMPUTED), public=False).message
    wrong = TensorState(W + 1, requires_grad=False)
    assert judged(script, Returned(wrong)).misconception is None


def test_a_flag_that_is_not_what_is_wrong_names_nothing() -> None:
    script = script_of(a_leaf, Sign("rebinding", flags=(("requires_grad", True),)))
    assert judged(script, Returned(COMPUTED)).misconception is None  # wrong in is_leaf alone


def test_a_cause_of_the_engine_takes_the_exercises_id_and_words() -> None:
    def a_grad(student: Any, reference: Any) -> None:
        grad = student.value("w").grad
        reference.expect(grad).to_match(Gradient(lambda w: w**2, at=W))

    bare = Returned(TensorState(W, requires_grad=True), seen=Evidence(reached=False))
    assert judged(script_of(a_grad), bare).misconception == "no_backward"
    script = script_of(a_grad, Sign("other", engine="no_backward"))
    for public in (True, False):
        judgement = judged(script, bare, public=public)
        assert judgement.misconception == "other"
        assert "Other." in judgement.message


def test_what_goes_before_values_takes_them_too() -> None:
    script = script_of(a_step, Sign("other", engine="missing_name"))
    judgement = judged(script, Missing("step"))
    assert judgement.misconception == "other"
    assert judgement.hint == "Other."


def test_only_signs_of_misconceptions_that_are_spoken_of_travel() -> None:
    script = Script((), (), (Sign("secret", engine="detached"),))
    assert "signs" not in encode_script(script, frozenset())
    assert decode_script({"asks": [], "probes": []}).signs == ()  # as older notebooks have it


def stopped(name: str, text: str) -> CellOutcome:
    error = {"output_type": "error", "ename": name, "evalue": text, "traceback": []}
    return CellOutcome("error", (error,))


def test_the_error_that_stopped_the_cell_is_why_a_name_is_missing() -> None:
    script = script_of(a_leaf)
    judgement = judged(script, Missing("w"))
    cell = stopped("RuntimeError", "Only Tensors of floating point dtype can require gradients")
    found = with_cell_error(judgement, script, cell, WORDS)
    assert found.misconception == "integer_leaf"
    assert "decimal point" in found.message
    assert "`w` is not defined" in found.message


def test_the_exercise_knows_it_in_a_cell_too() -> None:
    script = script_of(a_leaf, Sign("rebinding", error=("RuntimeError", "require grad")))
    cell = stopped("RuntimeError", CUT.message)
    found = with_cell_error(judged(script, Missing("w")), script, cell, WORDS)
    assert (found.misconception, found.hint) == ("rebinding", WORDS["rebinding"])


def test_a_cause_of_the_engine_is_renamed_in_a_cell_too() -> None:
    script = script_of(a_leaf, Sign("other", engine="leaf_changed"))
    cell = stopped("RuntimeError", "a leaf Variable that requires grad ... in-place operation")
    found = with_cell_error(judged(script, Missing("w")), script, cell, WORDS)
    assert (found.misconception, found.hint) == ("other", "Other.")


def test_a_cells_error_is_no_cause_of_what_else_is_wrong() -> None:
    cell = stopped("NameError", "name 'lss' is not defined")
    called = script_of(a_step)
    wrong = judged(called, Returned(TensorState(W), (TensorState(W),)))
    assert with_cell_error(wrong, called, cell, WORDS) is wrong
    read = script_of(a_leaf)
    text = judged(read, Returned("three"))
    assert with_cell_error(text, read, cell, WORDS) is text
    right = judged(read, Returned(TensorState(W, requires_grad=True)))
    assert with_cell_error(right, read, cell, WORDS) is right
    missing = judged(read, Missing("w"))
    for other in (None, CellOutcome("ok"), stopped("KeyError", "'w'")):
        assert with_cell_error(missing, read, other, WORDS) is missing


@pytest.mark.parametrize("status", ["timeout", "killed", "memory", "output"])
def test_what_a_stopped_cell_did_not_come_to_has_no_cause(status: Any) -> None:
    script = script_of(a_leaf)
    missing = judged(script, Missing("w"))
    found = with_cell_error(missing, script, CellOutcome(status), WORDS)
    assert (found.misconceptions, found.report) == ((), missing.report)
