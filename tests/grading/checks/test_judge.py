"""What a check makes of what came back."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.gradients import Fixed, Gradient
from gradeprop.gradients.values import Evidence, Opaque, TensorState
from gradeprop.grading.checks.expression import expression
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.student import Student
from gradeprop.grading.checks.trouble import MOST_LINES
from gradeprop.session.interface import Call, Missing, Raised, Read, Returned, Stopped

WORDS = {"missing_factor_two": "Was the 2 of 2w lost?", "value_not_gradient": "That is w² itself."}
SEED = bytes(32)


def square(w: Any) -> Any:
    return w**2


def script_of(write: Any, causes: Any = ("missing_factor_two", "value_not_gradient")) -> Any:
    student = Student("cpu")
    reference = Reference(SEED, "cpu", dict.fromkeys(causes), {})
    write(student, reference)
    return Script(tuple(student.asks), tuple(reference.probes))


def two_slopes(student: Any, reference: Any) -> None:
    for numbers in ([3.0, -1.5], [0.5, 7.0, -4.0]):
        w = torch.tensor(numbers, dtype=torch.float64)
        reference.expect(student.call("d_square", w)).to_match(Gradient(square, at=w))


def answered(script: Any, function: Any, **options: Any) -> Any:
    """As an honest session would answer: the function's value, the arguments unchanged."""
    outcomes = [
        Returned(TensorState(function(ask.arguments[0].value.clone())), ask.arguments)
        for ask in script.asks
    ]
    return judge(script, outcomes, public=options.pop("public", True), declared=WORDS, **options)


def test_right_answers_pass() -> None:
    judgement = answered(script_of(two_slopes), lambda w: 2 * w)
    assert judgement.status == "passed"
    assert judgement.message is None


def test_a_known_mistake_is_named_in_the_exercises_words() -> None:
    judgement = answered(script_of(two_slopes), lambda w: w)
    assert judgement.status == "failed"
    assert judgement.misconception == "missing_factor_two"
    assert "Was the 2 of 2w lost?" in judgement.message
    assert "6.0" in judgement.message  # a public check shows its numbers


def raised_hidden(raised: Raised, lines: int | None) -> str:
    script = script_of(two_slopes)
    judgement = judge(script, [raised] * 2, public=False, declared=WORDS, lines=lines)
    assert judgement.message is not None
    return judgement.message


@pytest.mark.parametrize(("lines", "told"), [(2, True), (1, False), (0, False), (None, True)])
def test_a_line_is_told_only_if_the_answer_has_it(lines: int | None, told: bool) -> None:
    assert ("in line 2 of" in raised_hidden(Raised("ValueError", "", line=2), lines)) is told


def test_a_long_answer_cannot_choose_a_line_for_a_hidden_check() -> None:
    error = Raised("ValueError", "", line=70)
    assert "in line 70 of" in raised_hidden(error, MOST_LINES)
    assert "line" not in raised_hidden(error, MOST_LINES + 1)
    script = script_of(two_slopes)
    public = judge(script, [error] * 2, public=True, declared=WORDS, lines=10 * MOST_LINES)
    assert "in line 70 of" in (public.message or "")


@pytest.mark.parametrize("name", ["bytes", "Ellipsis", "IsADirectoryError", "UserWarning", "w2511"])
def test_a_hidden_check_names_only_everyday_errors(name: str) -> None:
    assert name not in raised_hidden(Raised(name, "w was 3.0", line=1), 1)
    assert "KeyError" in raised_hidden(Raised("KeyError", "w was 3.0", line=1), 1)


def test_a_hidden_checks_message_shows_no_number_of_input_or_reference() -> None:
    for function in (
        lambda w: w,
        lambda w: 2 * w + 0.3 * w**2,
        lambda w: (2 * w).sum(),
        lambda w: w.float() * 2,
    ):
        judgement = answered(script_of(two_slopes), function, public=False)
        assert judgement.status == "failed"
        said = judgement.message.replace(WORDS["missing_factor_two"], "")
        assert not any(character.isdigit() for character in said)
        assert judgement.detail


def test_an_answer_that_fits_nothing_has_no_cause() -> None:
    judgement = answered(script_of(two_slopes), lambda w: 2 * w + 0.3 * w**2)
    assert judgement.status == "failed"
    assert judgement.misconception is None


def test_a_missing_name_is_named() -> None:
    script = script_of(two_slopes)
    judgement = judge(script, [Missing("d_square")] * 2, public=False, declared=WORDS)
    assert (judgement.status, judgement.misconception) == ("failed", "missing_name")
    assert "`d_square` is not defined" in judgement.message


def test_a_name_that_a_magic_did_not_keep_has_the_remedy() -> None:
    script = script_of(two_slopes)
    missing = Missing("d_square", unkept_by="%%timeit")
    judgement = judge(script, [missing] * 2, public=False, declared=WORDS)
    assert judgement.misconception == "missing_name"
    assert "%%timeit keeps no names. Take that line out." in judgement.message


def test_a_name_that_was_deleted_has_the_remedy() -> None:
    script = script_of(two_slopes)
    missing = Missing("d_square", deleted_by="`del d_square`")
    judgement = judge(script, [missing] * 2, public=False, declared=WORDS)
    assert judgement.misconception == "missing_name"
    assert "the last thing that your cells do with it is `del d_square`." in judgement.message


@pytest.mark.parametrize("public", [True, False])
def test_waiting_for_input_is_told_in_words(public: bool) -> None:
    script = script_of(two_slopes)
    waits = Raised("IPython.core.error.StdinNotImplementedError", "secret", "trace", 3)
    judgement = judge(script, [waits] * 2, public=public, declared=WORDS)
    assert "waits for input in line 3 of your cell, but nobody can answer" in judgement.message
    assert "secret" not in judgement.message


def test_a_name_that_is_no_function_is_of_the_wrong_type() -> None:
    script = script_of(two_slopes)
    judgement = judge(script, [Missing("d_square", "Tensor")] * 2, public=False, declared=WORDS)
    assert judgement.misconception == "wrong_type"
    assert "it is a Tensor" in judgement.message


def test_an_exceptions_text_stays_hidden_in_a_hidden_check() -> None:
    script = script_of(two_slopes)
    raised = Raised("ValueError", "w was [3.0, -1.5]", line=2)
    hidden = judge(script, [raised] * 2, public=False, declared=WORDS)
    assert "3.0" not in hidden.message
    assert "line 2" in hidden.message
    assert "w was [3.0, -1.5]" in hidden.detail
    assert "w was [3.0, -1.5]" in judge(script, [raised] * 2, public=True, declared=WORDS).message


def test_an_exception_whose_name_was_made_up_is_not_repeated_in_a_hidden_check() -> None:
    script = script_of(two_slopes)
    judgement = judge(script, [Raised("Leak_3_0", "")] * 2, public=False, declared=WORDS)
    assert "Leak" not in judgement.message


def test_a_cut_graph_is_named() -> None:
    script = script_of(two_slopes)
    message = "element 0 of tensors does not require grad and does not have a grad_fn"
    judgement = judge(script, [Raised("RuntimeError", message)] * 2, public=False, declared=WORDS)
    assert judgement.misconception == "detached"


def test_stopped_code_has_the_reason_as_status() -> None:
    script = script_of(two_slopes)
    for reason in ("timeout", "memory", "output"):
        judgement = judge(
            script, [Stopped(reason, "it took 10 s")] * 2, public=False, declared=WORDS
        )
        assert judgement.status == reason
        assert judgement.message == "It took 10 s."


def test_how_a_process_ended_is_not_told_since_an_exit_code_could_carry_an_input() -> None:
    script = script_of(two_slopes)
    judgement = judge(script, [Stopped("killed", "exit code 42")] * 2, public=False, declared=WORDS)
    assert judgement.status == "killed"
    assert judgement.message.startswith("Your code ended the whole Python process")
    assert "42" not in judgement.message
    assert "42" in judgement.detail


def test_a_changed_input_fails_even_a_right_answer() -> None:
    script = script_of(two_slopes)
    outcomes = [
        Returned(
            TensorState(2 * ask.arguments[0].value), (TensorState(ask.arguments[0].value * 0),)
        )
        for ask in script.asks
    ]
    judgement = judge(script, outcomes, public=False, declared=WORDS)
    assert (judgement.status, judgement.misconception) == ("failed", "mutates_input")


def test_a_grad_left_on_the_input_counts_as_changed() -> None:
    script = script_of(two_slopes)
    outcomes = [
        Returned(
            TensorState(2 * ask.arguments[0].value),
            (
                TensorState(
                    ask.arguments[0].value, requires_grad=True, grad=2 * ask.arguments[0].value
                ),
            ),
        )
        for ask in script.asks
    ]
    assert judge(script, outcomes, public=False, declared=WORDS).misconception == "mutates_input"


def test_requires_grad_alone_does_not_count_as_changed() -> None:
    script = script_of(two_slopes)
    outcomes = [
        Returned(
            TensorState(2 * ask.arguments[0].value),
            (TensorState(ask.arguments[0].value, requires_grad=True),),
        )
        for ask in script.asks
    ]
    assert judge(script, outcomes, public=False, declared=WORDS).status == "passed"


def test_a_nan_in_the_input_is_not_a_change() -> None:
    def with_nan(student: Any, reference: Any) -> None:
        w = torch.tensor([float("nan"), 1.0])
        reference.expect(student.call("f", w)).to_match(Fixed(1.0), kinds="either")

    script = script_of(with_nan)
    assert (
        judge(script, [Returned(1.0, script.asks[0].arguments)], public=False, declared={}).status
        == "passed"
    )


def test_forbidden_machinery_is_named() -> None:
    script = script_of(two_slopes)
    outcomes = [
        Returned(TensorState(2 * ask.arguments[0].value), ask.arguments, frozenset({"autograd"}))
        for ask in script.asks
    ]
    judgement = judge(script, outcomes, public=False, declared=WORDS, forbid=("autograd",))
    assert judgement.misconception == "used_autograd"
    assert judge(script, outcomes, public=False, declared=WORDS).status == "passed"


@pytest.mark.parametrize("public", [True, False])
def test_an_error_of_forbidden_machinery_does_not_lead_on_to_using_it(public: bool) -> None:
    script = script_of(two_slopes)
    said = "element 0 of tensors does not require grad and does not have a grad_fn"
    error = Raised("RuntimeError", said, line=2, used=frozenset({"autograd"}))
    judgement = judge(script, [error] * 2, public=public, declared={}, forbid=("autograd",))
    assert judgement.misconception == "used_autograd"
    assert "raised RuntimeError in line 2" in judgement.message
    assert "to be done by hand" in judgement.message
    assert "requires_grad" not in judgement.message


@pytest.mark.parametrize("public", [True, False])
def test_an_error_about_none_is_told_what_gives_none(public: bool) -> None:
    script = script_of(two_slopes)
    said = "unsupported operand type(s) for *: 'float' and 'NoneType'"
    none = judge(script, [Raised("TypeError", said)] * 2, public=public, declared={})
    other = judge(script, [Raised("TypeError", "no")] * 2, public=public, declared={})
    assert none.misconception == "none_used"
    assert "x.detach().clone().requires_grad_() is a copy of your own" in none.message
    assert "clone()" not in other.message


def test_a_hidden_error_is_to_be_tried_with_tensors_like_those_that_were_passed() -> None:
    def with_grad(student: Any, reference: Any) -> None:
        w = torch.ones(2, requires_grad=True)
        w.grad = torch.ones(2)
        reference.expect(student.call("d_square", w)).to_match(Fixed(torch.ones(2)))

    error = Raised("TypeError", "no")
    plain = judge(script_of(two_slopes), [error] * 2, public=False, declared={})
    carrying = judge(script_of(with_grad), [error], public=False, declared={})
    assert plain.message.endswith("Try it with other values, shapes and dtypes.")
    assert carrying.message.endswith("tensors that require grad and carry a .grad.")


def test_of_hidden_numbers_that_are_written_in_nothing_is_said_of_their_form() -> None:
    judgement = answered(
        script_of(two_slopes), lambda _: torch.tensor([6.0, 1.0, 2.0]), public=False
    )
    assert judgement.misconception == "hard_coded"
    assert judgement.message.startswith("The result is the same whatever the input is.")


def two_factors(student: Any, reference: Any) -> None:
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    for number in (3.0, 5.0):
        w = torch.tensor(number, dtype=torch.float64)
        reference.expect(student.call("d_line", w, x)).to_match(Fixed(2 * w * x**2))


def test_what_was_given_to_both_calls_may_be_what_their_result_comes_of() -> None:
    script = script_of(two_factors)

    def named(result: Any) -> Any:
        value = TensorState(torch.tensor(result, dtype=torch.float64))
        outcomes = [Returned(value, ask.arguments) for ask in script.asks]
        return judge(script, outcomes, public=True, declared={}).misconception

    assert named([1.0, 2.0]) is None  # x itself
    assert named([6.0, 24.0]) is None


def test_the_slope_of_a_straight_line_is_the_same_wherever_it_is_asked_for() -> None:
    script = script_of(two_slopes)

    def named(result: Any, **seen: Any) -> Any:
        value = TensorState(torch.tensor(result, dtype=torch.float64))
        outcomes = [Returned(value, ask.arguments, seen=Evidence(**seen)) for ask in script.asks]
        return judge(script, outcomes, public=True, declared={}).misconception

    assert named([1.0, 1.0], is_gradient=True) is None
    assert named([1.0, 1.0]) == "hard_coded"
    assert named([6.0, -3.0], is_gradient=True) == "hard_coded"  # of an input that is written in


def test_a_path_into_a_value_is_followed() -> None:
    def items(student: Any, reference: Any) -> None:
        pair = student.call("pair")
        reference.expect(pair[1]).to_match(Fixed(2.0))
        reference.expect(student.value("w").grad).to_match(Fixed(torch.tensor([6.0])))

    script = script_of(items)
    w = TensorState(torch.tensor([3.0]), requires_grad=True, grad=torch.tensor([6.0]))
    assert (
        judge(script, [Returned((1.0, 2.0)), Returned(w)], public=True, declared={}).status
        == "passed"
    )
    short = judge(script, [Returned((1.0,)), Returned(w)], public=True, declared={})
    assert "expected a tuple of at least 2 items" in short.message
    no_tensor = judge(
        script, [Returned((1.0, 2.0)), Returned(Opaque("numpy.ndarray"))], public=True, declared={}
    )
    assert "expected a tensor with a .grad" in no_tensor.message


def test_no_backward_is_named() -> None:
    def gradient(student: Any, reference: Any) -> None:
        reference.expect(student.value("w").grad).to_match(Fixed(torch.tensor([6.0])))

    state = TensorState(torch.tensor([3.0]), requires_grad=True)
    unreached = Returned(state, seen=Evidence(reached=False))
    judgement = judge(script_of(gradient), [unreached], public=True, declared={})
    assert judgement.misconception == "no_backward"


def test_requires_grad_can_be_expected() -> None:
    def leaf(student: Any, reference: Any) -> None:
        reference.expect(student.value("w")).to_match(
            Fixed(torch.tensor([3.0])), requires_grad=True
        )

    script = script_of(leaf)
    right = Returned(TensorState(torch.tensor([3.0]), requires_grad=True))
    wrong = Returned(TensorState(torch.tensor([3.0])))
    assert judge(script, [right], public=True, declared={}).status == "passed"
    assert "requires_grad=True" in judge(script, [wrong], public=True, declared={}).message


def test_an_expression_reads_as_the_student_would_write_it() -> None:
    ask = Call("solve", (TensorState(torch.tensor([1.5, -0.7])), 0.1), {"steps": 3})
    assert expression(ask) == "solve([1.5, -0.7], 0.1, steps=3)"
    assert expression(Read("grad")) == "grad"


def test_a_type_named_after_a_hidden_input_is_not_repeated() -> None:
    script = script_of(two_slopes)
    outcomes = [Returned(Opaque("w_was_3_0"), ask.arguments) for ask in script.asks]
    hidden = judge(script, outcomes, public=False, declared=WORDS)
    assert "w_was" not in hidden.message
    assert hidden.misconception == "wrong_type"
    assert "w_was" in hidden.detail
    rebound = [outcomes[0], Missing("d_square", "w_was_3_0")]
    assert "w_was" not in judge(script, rebound, public=False, declared=WORDS).message


def test_a_value_without_the_item_asked_for_is_not_repeated_in_a_hidden_check() -> None:
    def second(student: Any, reference: Any) -> None:
        reference.expect(student.call("pair", 1.5)[1]).to_match(Fixed(2.0))

    script = script_of(second)
    hidden = judge(script, [Returned("the input was 1.5", (1.5,))], public=False, declared={})
    assert "the input" not in hidden.message


def test_a_choice_that_was_not_made_is_no_missing_backward() -> None:
    def direction(student: Any, reference: Any) -> None:
        reference.expect(student.value("direction")).to_match(Fixed("increase"))

    judgement = judge(script_of(direction), [Returned(None)], public=True, declared={})
    assert judgement.misconception == "wrong_type"
    assert "Has it been given a value?" in judgement.message


# What torch 2.13 says, from its sources; a CPU alone cannot make it say so.
APART = (
    "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
)
TO_NUMPY = (
    "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host"
)


def on_gpu(answer: Any, device: str = "cuda:0", check_device: str = "cuda") -> Any:
    """A check on a GPU of which each call gives ``answer(w)`` on ``device``."""
    student, reference = Student(check_device), Reference(SEED, check_device, {}, {})
    w = torch.tensor([3.0, -1.5], dtype=torch.float64)
    reference.expect(student.call("d_square", w)).to_match(Gradient(square, at=w))
    script = Script(tuple(student.asks), tuple(reference.probes))
    (ask,) = script.asks
    outcome = (
        answer
        if isinstance(answer, Raised)
        else Returned(TensorState(answer(w), device), ask.arguments)
    )
    return judge(script, [outcome], public=False, declared={})


def test_a_tensor_made_on_the_cpu_is_named_where_the_input_lives_on_a_gpu() -> None:
    for raised in (Raised("RuntimeError", APART, line=2), Raised("TypeError", TO_NUMPY, line=2)):
        judgement = on_gpu(raised)
        assert judgement.misconception == "wrong_device"
        assert "device=x.device" in judgement.message


def test_a_right_answer_on_the_wrong_device_is_named_and_a_wrong_one_is_not() -> None:
    assert on_gpu(lambda w: 2 * w).status == "passed"
    right = on_gpu(lambda w: 2 * w, device="cpu")
    assert (right.status, right.misconception) == ("failed", "wrong_device")
    assert "device=x.device" in right.message
    assert on_gpu(lambda w: 2.5 * w, device="cpu").misconception is None


def test_on_the_cpu_an_error_about_devices_does_not_speak_of_the_inputs_device() -> None:
    judgement = on_gpu(Raised("RuntimeError", APART), check_device="cpu")
    assert judgement.misconception == "devices_differ"
    assert "The input may be on a GPU" not in judgement.message


def test_what_a_function_makes_without_a_tensor_to_go_by_may_live_anywhere() -> None:
    student, reference = Student("cuda"), Reference(SEED, "cuda", {}, {})
    reference.expect(student.call("solve", 2.0)).to_match(Fixed(torch.tensor(4.0)))
    script = Script(tuple(student.asks), tuple(reference.probes))
    outcome = Returned(TensorState(torch.tensor(4.0)), (2.0,))
    assert judge(script, [outcome], public=False, declared={}).status == "passed"
