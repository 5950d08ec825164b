"""What may be expected besides one answer, judged as an honest session would be."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch

from gradeprop.course.patterns import Pattern
from gradeprop.gradients import Fixed
from gradeprop.gradients.values import Opaque, TensorState
from gradeprop.grading.checks.expected import OneOf, Raising, Within, from_dict, to_dict
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.student import Student
from gradeprop.grading.public.data import decode_script, encode_script
from gradeprop.session.interface import Missing, Raised, Returned

TWICE = Raised(
    "RuntimeError", "Trying to backward through the graph a Second Time", line=3,
    bases=("Exception", "BaseException"),
)  # fmt: skip


def fixtures(**patterns: Pattern) -> tuple[Any, Any]:
    return Student("cpu"), Reference(bytes(32), "cpu", patterns, {})


def script_of(write: Any, **patterns: Pattern) -> Script:
    """Also through JSON, as a public check travels."""
    student, reference = fixtures(**patterns)
    write(student, reference)
    script = Script(tuple(student.asks), tuple(reference.probes))
    return decode_script(json.loads(json.dumps(encode_script(script, frozenset(patterns)))))


def judged(script: Script, *outcomes: Any, public: bool = True, **options: Any) -> Any:
    return judge(script, outcomes, public=public, declared={}, rows=public, **options)


def raising(type_name: str, says: str | None = None) -> Script:
    return script_of(lambda s, r: r.expect(s.call("again", 1.0)).to_raise(type_name, says=says))


@pytest.mark.parametrize(
    ("type_name", "says"),
    [("RuntimeError", "second time"), ("RuntimeError", None), ("Exception", "graph")],
)
def test_the_expected_exception_passes(type_name: str, says: str | None) -> None:
    judgement = judged(raising(type_name, says), TWICE)
    assert (judgement.status, judgement.misconceptions) == ("passed", ())
    assert judgement.rows[0].right


def test_a_name_with_its_module_is_matched_whole_and_one_without_by_its_end() -> None:
    out_of_memory = Raised("torch.OutOfMemoryError", "", bases=("RuntimeError",))
    for name in ("OutOfMemoryError", "torch.OutOfMemoryError", "RuntimeError"):
        assert judged(raising(name), out_of_memory).status == "passed"
    assert judged(raising("cuda.OutOfMemoryError"), out_of_memory).status == "failed"
    assert judged(raising("MemoryError"), out_of_memory).status == "failed"


def test_not_raising_is_told_in_words() -> None:
    script = raising("RuntimeError", "second time")
    public = judged(script, Returned(TensorState(torch.ones(2)), (1.0,)))
    assert public.status == "failed"
    assert public.report == (
        "It returned a tensor and raised nothing. Here it should raise a RuntimeError that says "
        '"second time".'
    )
    assert public.rows[0].items[0].expected == 'raises a RuntimeError that says "second time"'
    named = Returned(Opaque("Leak_3_0"), (1.0,))
    hidden = judged(script, named, public=False)
    assert "returned something and raised nothing" in hidden.message
    assert "second time" not in hidden.message
    assert "Leak_3_0" in hidden.detail


def test_another_exception_fails_and_its_own_cause_is_told() -> None:
    script = raising("RuntimeError", "second time")
    missing = Raised("NameError", "name 'loss' is not defined")
    judgement = judged(script, missing)
    assert judgement.report.startswith("It raised NameError: name 'loss' is not defined.")
    assert judgement.misconception == "unknown_name"
    assert "return it" in judgement.hint
    hidden = judged(script, Raised("Leak_3_0", "w was 3.0"), public=False)
    assert "Leak" not in hidden.message
    assert "3.0" not in hidden.message
    same_type = judged(script, Raised("RuntimeError", "w was 3.0"), public=False)
    assert "RuntimeError for another reason" in same_type.message


def test_a_missing_function_is_told_as_ever() -> None:
    judgement = judged(raising("RuntimeError"), Missing("again"))
    assert judgement.misconception == "missing_name"


def test_what_is_expected_of_a_call_that_raises_is_checked_when_written() -> None:
    student, reference = fixtures()
    handle = student.call("again")
    error: Any = RuntimeError
    with pytest.raises(TypeError, match=r'write to_raise\("RuntimeError"\)'):
        reference.expect(handle).to_raise(error)
    with pytest.raises(TypeError, match="a whole call"):
        reference.expect(handle.grad).to_raise("RuntimeError")
    reference.expect(handle).to_raise("RuntimeError")
    with pytest.raises(ValueError, match="expect nothing else of it"):
        reference.expect(handle).to_match(Fixed(1.0))


def within(low: float, high: float, **patterns: Pattern) -> Script:
    return script_of(lambda s, r: r.expect(s.value("h")).to_be_within(low, high), **patterns)


@pytest.mark.parametrize(
    "value",
    [
        1e-5,
        TensorState(torch.tensor(1e-4, dtype=torch.float64)),
        TensorState(torch.tensor([1e-5, 2e-5])),
        [1e-5, 1e-4],
    ],
)
def test_numbers_in_the_range_pass_in_any_form(value: Any) -> None:
    assert judged(within(1e-6, 1e-3), Returned(value)).status == "passed"


def test_ends_may_be_open_and_count() -> None:
    assert judged(within(2, math.inf), Returned(2)).status == "passed"
    judgement = judged(within(-math.inf, 2), Returned(3))
    assert judgement.report == "Your answer is 3.0, expected a number up to 2.0."


@pytest.mark.parametrize(
    ("value", "cause", "said"),
    [
        (0.1, None, "Your answer is 0.1, expected a number from 1e-06 to 0.001."),
        (TensorState(torch.tensor([1e-4, 0.5])), None, "is 0.5 at index [1], expected a number"),
        (math.nan, "not_finite", "contains nan"),
        ("tiny", "wrong_type", "is text, expected a number"),
        (True, "wrong_type", "is a bool, expected a number"),
        ([], "wrong_type", "is a list, expected a number"),
        (None, "wrong_type", "is None"),
    ],
)
def test_what_is_not_in_the_range_is_told(value: Any, cause: str | None, said: str) -> None:
    judgement = judged(within(1e-6, 1e-3), Returned(value))
    assert (judgement.status, judgement.misconception) == ("failed", cause)
    assert said in judgement.message
    assert not judgement.rows[0].right


def test_a_hidden_range_is_not_told() -> None:
    judgement = judged(within(1e-6, 1e-3), Returned(0.1), public=False)
    assert "0.001" not in judgement.message
    assert "from 1e-06 to 0.001" in judgement.detail


def test_a_constant_is_recognised_where_more_than_one_answer_is_right() -> None:
    script = within(1e-6, 1e-3, smaller_is_better=Pattern(value=1e-8), right=Pattern(value=1e-5))
    tiny = judged(script, Returned(TensorState(torch.tensor(1e-8))))
    assert tiny.misconception == "smaller_is_better"
    assert judged(script, Returned(2e-8)).misconception is None


def one_of(*words: str, **patterns: Pattern) -> Script:
    return script_of(lambda s, r: r.expect(s.value("best")).to_be_one_of(*words), **patterns)


def test_one_of_several_words_passes_whatever_its_capitals_and_blanks() -> None:
    for word in ("central", " Central ", "five  point"):
        assert judged(one_of("central", "Five Point"), Returned(word)).status == "passed"


def test_another_word_fails_and_the_right_ones_stay_secret() -> None:
    script = one_of("central", "five point", one_sided=Pattern(value="forward"))
    judgement = judged(script, Returned("forward"))
    assert judgement.misconception == "one_sided"
    assert "central" not in judgement.message
    assert judgement.rows[0].items[0].expected is None
    assert judged(script, Returned(3)).misconception == "wrong_type"
    assert judged(script, Returned(None)).status == "failed"


def test_ranges_and_words_that_cannot_be_are_refused_when_written() -> None:
    student, reference = fixtures()
    expectation, number = reference.expect(student.value("h")), 3
    with pytest.raises(ValueError, match="the lower end comes first"):
        expectation.to_be_within(2, 1)
    with pytest.raises(ValueError, match="the lower end comes first"):
        expectation.to_be_within(math.nan, 1)
    with pytest.raises(TypeError, match=r'write to_be_one_of\("up", "down"\)'):
        expectation.to_be_one_of()
    with pytest.raises(TypeError, match="takes words"):
        expectation.to_be_one_of(number)


@pytest.mark.parametrize(
    "expected",
    [Raising("KeyError", "w"), Raising("KeyError"), Within(1.0, math.inf), OneOf(("a", "b"))],
)
def test_what_is_expected_survives_json(expected: Any) -> None:
    assert from_dict(json.loads(json.dumps(to_dict(expected)))) == expected


def test_a_cause_must_explain_what_did_not_raise_too() -> None:
    def both(student: Any, reference: Any) -> None:
        reference.expect(student.value("slope")).to_match(
            Fixed(torch.tensor([6.0]), mistakes={"halved": torch.tensor([3.0])})
        )
        reference.expect(student.call("again")).to_raise("RuntimeError")

    script = script_of(both, halved=Pattern(scale=0.5))
    half = Returned(TensorState(torch.tensor([3.0])))
    assert judged(script, half, TWICE).misconception == "halved"
    assert judged(script, half, Returned(1.0)).misconception is None
