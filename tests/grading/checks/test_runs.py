"""What came of the grader's own code on the student's side, judged and told to the student."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from gradeprop.gradients import Fixed, Gradient
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.student import Student
from gradeprop.grading.public.data import decode_script, encode_script
from gradeprop.session.fake import FakeSession
from gradeprop.session.interface import Missing
from gradeprop.session.kernel import KernelSession

X = torch.tensor([1.0, -2.0])


def slope(f: Any, x: Any) -> Any:
    x = x.clone().requires_grad_()
    (grad,) = torch.autograd.grad(f(x).sum(), x)
    return {"grad": grad, "n": len(x)}


def spoil(f: Any, x: Any) -> Any:
    x.mul_(0)
    return f(x)


def counted(f: Any) -> Any:
    return {str(f(n)) for n in range(3)}


def cube(x: Any) -> Any:
    return x**3


def script(write: Any, causes: Any = ()) -> Script:
    student, reference = Student("cpu"), Reference(bytes(32), "cpu", dict.fromkeys(causes), {})
    write(student, reference)
    return Script(tuple(student.asks), tuple(reference.probes))


def judged(
    write: Any, *, public: bool = True, forbid: Any = (), causes: Any = (), **names: Any
) -> Any:
    """The judgement, which is the same of what was recorded into a notebook."""
    written = script(write, causes)
    recorded = decode_script(json.loads(json.dumps(encode_script(written, frozenset(causes)))))
    found = []
    for each in (written, recorded):
        outcomes = KernelSession(dict(names)).ask(each.asks)
        found.append(judge(each, outcomes, public=public, declared={}, forbid=forbid))
    assert found[0] == found[1]
    return found[0]


def of_slope(student: Any, reference: Any) -> None:
    got = student.run(slope, student.name("f"), X)
    reference.expect(got["grad"]).to_match(Gradient(cube, at=X))
    reference.expect(got["n"]).to_match(Fixed(2, {"sign_flipped": []}))


def test_what_the_run_returned_is_compared() -> None:
    assert judged(of_slope, f=cube).status == "passed"
    wrong = judged(of_slope, f=lambda x: -cube(x), causes=("sign_flipped",))
    assert (wrong.status, wrong.misconception) == ("failed", "sign_flipped")
    assert wrong.asked == 'run: slope(f, [1.0, -2.0])["grad"]'


def test_a_hidden_run_tells_nothing_of_the_graders_code() -> None:
    def fails(x: Any) -> Any:
        raise ValueError(x)

    for f in (fails, lambda x: x, lambda x: x.detach()):
        told = judged(of_slope, public=False, f=f)
        assert told.status == "failed"
        assert "slope" not in told.message
        assert "-2" not in told.message
    raised = judged(of_slope, public=False, f=fails)
    assert raised.message.startswith("`f` raised ValueError")


def test_what_is_missing_is_told_by_its_own_name() -> None:
    assert judged(of_slope).message.startswith("`f` is not defined.")
    assert judged(of_slope).misconception == "missing_name"


def test_only_a_name_that_was_asked_for_can_be_missing() -> None:
    """The student's side could name anything, a hidden input among it."""
    written = script(of_slope)
    outcomes = FakeSession({"slope": Missing("x is 3.7")}).ask(written.asks)
    told = judge(written, outcomes, public=False, declared={})
    assert told.message is not None
    assert told.message.startswith("`f` is not defined.")
    assert "3.7" not in f"{told.message}{told.detail}"


def test_what_the_graders_code_uses_and_changes_is_not_the_students_doing() -> None:
    assert judged(of_slope, forbid=["autograd"], f=cube).status == "passed"

    def spoiled(student: Any, reference: Any) -> None:
        handle = student.run(spoil, student.name("f"), X)
        reference.expect(handle).to_match(Fixed(0 * X))
        reference.expect(handle.after(1)).to_match(Fixed(0 * X))

    assert judged(spoiled, f=lambda x: x * 1).status == "passed"


def test_none_from_a_run_is_told_of_what_was_used() -> None:
    def nothing(student: Any, reference: Any) -> None:
        reference.expect(student.run(spoil, student.name("f"), X)).to_match(Fixed(X))

    told = judged(nothing, f=lambda _: None)
    assert "That is what came of `f` where the check used it" in told.message


def test_sets_of_words_are_compared() -> None:
    def words(student: Any, reference: Any) -> None:
        reference.expect(student.run(counted, student.name("f"))).to_match(Fixed({"0", "1", "2"}))

    assert judged(words, f=lambda n: n).status == "passed"
    assert judged(words, f=lambda _: 0).message == (
        '`run: counted(f)`: Your answer is {"0"}, which is not right.'
    )


def changes(**options: Any) -> Any:
    def write(student: Any, reference: Any) -> None:
        handle = student.call("step", torch.ones(2), lr=0.5, **options)
        reference.expect(handle).to_match(Fixed(None))
        reference.expect(handle.after(0)).to_match(Fixed(torch.full((2,), 0.5)))
        reference.expect(handle.after("lr")).to_match(Fixed(0.5))

    return write


def test_changing_an_argument_may_be_the_task() -> None:
    def step(w: Any, lr: float) -> None:
        w.sub_(lr)

    assert judged(changes(may_change=(0,)), step=step).status == "passed"
    assert judged(changes(), step=step).misconception == "mutates_input"
    assert judged(changes(may_change=("lr",)), step=step).misconception == "mutates_input"


def test_an_argument_that_was_not_changed_is_told() -> None:
    told = judged(changes(may_change=(0,)), step=lambda *_, **__: None)
    assert told.message.startswith("`argument 1 after step([1.0, 1.0], lr=0.5)`: Your answer is")


def test_an_object_that_is_passed_may_change() -> None:
    def write(student: Any, reference: Any) -> None:
        reference.expect(student.call("use", student.name("log"), [student.name("log")])).to_match(
            Fixed(1)
        )

    assert judged(write, use=lambda log, _: log.update(n=1) or 1, log={}).status == "passed"


def test_several_values_are_one_tuple() -> None:
    def write(student: Any, reference: Any) -> None:
        both = student.values("a", "b")
        reference.expect(both).to_match(Fixed((1.0, "up")))
        reference.expect(both[1]).to_match(Fixed("up"))

    assert judged(write, a=1.0, b="up").status == "passed"
    assert judged(write, a=1.0).message.startswith("`b` is not defined.")
    told = judged(write, a=2.0, b="up")
    assert told.asked == "(a, b)"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"W": X}, 'Your answer is a dict, expected a dict with the key "W1".'),
        ((X,), 'Your answer is a tuple, expected a dict with the key "W1".'),
        (X, 'Your answer is a tensor, expected a dict with the key "W1".'),
    ],
)
def test_a_key_that_is_not_there_is_told(given: Any, said: str) -> None:
    def write(student: Any, reference: Any) -> None:
        reference.expect(student.call("f")["W1"]).to_match(Fixed(X))

    assert said in judged(write, f=lambda: given).message
    assert judged(write, f=lambda: {"W1": X.clone()}).status == "passed"


def test_an_item_from_the_end_that_is_not_there_is_told() -> None:
    def write(student: Any, reference: Any) -> None:
        reference.expect(student.call("f")[-2]).to_match(Fixed(X))

    assert "expected a tuple of at least 2 items" in judged(write, f=lambda: (X,)).message
    assert judged(write, f=lambda: (X, X)).status == "passed"


def test_the_rows_of_a_dict_have_its_names() -> None:
    def write(student: Any, reference: Any) -> None:
        reference.expect(student.call("f")).to_match(Fixed({"a": 1.0, "b": {"up"}}))

    written = script(write)
    outcomes = KernelSession({"f": lambda: {"a": 2.0, "b": {"down"}}}).ask(written.asks)
    (row,) = judge(written, outcomes, public=True, declared={}, rows=True).rows
    told = [(item.label, item.expected, item.got) for item in row.items]
    assert told == [("a", "1.0", "2.0"), ("b", None, '{"down"}')]
