"""The same answers to the same questions are judged once, and others are not taken for them."""

from __future__ import annotations

import gc
import weakref

import torch

from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.script import Script
from gradeprop.grading.run.judged_before import JudgedBefore
from gradeprop.session.grader.asking import Questions, answer_in
from gradeprop.session.interface import Call, Limits, Outcome, Raised, Returned
from gradeprop.session.wire.asks import encode_asks
from gradeprop.session.wire.frames import Frame
from gradeprop.session.wire.outcomes import encode_outcomes


class _Judge:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Judgement:
        self.calls += 1
        return Judgement("failed", f"judgement {self.calls}")


def _script() -> Script:
    return Script((Call("f", ()),), ())


def _came(number: float) -> Outcome:
    """As an answer comes from a sandbox."""
    rows, tail = encode_outcomes([Returned(TensorState(torch.tensor([number])))])
    text = str({"outcomes": rows}).replace("'", '"').replace("True", "true")
    text = text.replace("False", "false").replace("None", "null")
    outcome = answer_in(Frame({}, tail, text=text.encode()), Call("f", ()), Limits())
    assert outcome is not None
    return outcome


def test_equal_answers_are_judged_once() -> None:
    judged, judge, script = JudgedBefore(), _Judge(), _script()
    first = judged.of(script, [_came(1.0)], (), (), judge)
    assert judged.of(script, [_came(1.0)], (), (), judge) is first
    assert judge.calls == 1


def test_a_number_that_differs_in_its_last_bit_is_judged_anew() -> None:
    judged, judge, script = JudgedBefore(), _Judge(), _script()
    next_one = torch.nextafter(torch.tensor(1.0), torch.tensor(2.0)).item()
    judged.of(script, [_came(1.0)], (), (), judge)
    judged.of(script, [_came(next_one)], (), (), judge)
    assert judge.calls == 2


def test_other_questions_and_other_circumstances_are_judged_anew() -> None:
    judged, judge, outcomes = JudgedBefore(), _Judge(), [Raised("ValueError", "no")]
    script = _script()
    for asked, circumstances in ((script, (1,)), (script, (2,)), (_script(), (1,))):
        judged.of(asked, outcomes, (), circumstances, judge)
    assert judge.calls == 3
    judged.of(script, [Raised("ValueError", "yes")], (), (1,), judge)
    assert judge.calls == 4


def test_what_was_judged_goes_with_its_script() -> None:
    judged, script = JudgedBefore(), _script()
    judged.of(script, [_came(1.0)], (), (), _Judge())
    gone = weakref.ref(script)
    del script
    gc.collect()
    assert gone() is None


def test_so_many_judgements_are_kept_for_a_script_and_no_more() -> None:
    judged, judge, script = JudgedBefore(), _Judge(), _script()
    for number in range(100):
        judged.of(script, [Raised("ValueError", str(number))], (), (), judge)
    judged.of(script, [Raised("ValueError", "99")], (), (), judge)
    assert judge.calls == 100
    judged.of(script, [Raised("ValueError", "0")], (), (), judge)
    assert judge.calls == 101


def test_the_same_questions_travel_as_they_did_and_others_do_not() -> None:
    def asked(number: float) -> tuple[Call, ...]:
        return (Call("f", (TensorState(torch.full((3,), number)),)),)

    first, other = asked(1.0), asked(2.0)
    travels = Questions.of(first, 1.0)
    again = Questions.of(first, 2.0, "late")
    assert (again.rows, again.tail) == (travels.rows, travels.tail) == encode_asks(first)
    assert (again.seconds, again.late) == (2.0, "late")
    assert Questions.of(other, 1.0).tail == encode_asks(other)[1] != travels.tail


def test_a_list_of_questions_is_written_anew_each_time() -> None:
    asks = [Call("f", (1.0,))]
    before = Questions.of(asks, 1.0).rows
    asks[0] = Call("g", (1.0,))
    assert Questions.of(asks, 1.0).rows != before


def test_of_large_answers_nothing_is_kept() -> None:
    judged, judge, script = JudgedBefore(), _Judge(), _script()
    for _ in range(3):
        large = Returned(TensorState(torch.zeros(1 << 15)))
        kept = weakref.ref(large)
        judged.of(script, [large], (), (), judge)
        del large
        gc.collect()
        assert kept() is None
    judged.of(script, [Returned(["x" * (1 << 15)])], (), (), judge)
    judged.of(script, [Raised("ValueError", "x" * (1 << 15))], (), (), judge)
    assert judge.calls == 5
    assert not judged._by_script
