"""Whatever is compared, there is an answer, and many numbers are judged as few are."""

from __future__ import annotations

import math
from typing import Any

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradeprop.gradients.comparison.compare import as_value, compare, matches
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.values import Opaque, TensorState
from gradients.comparison.answers import inf, nan, state, tensor

values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=5),
        st.builds(
            lambda items, dtype: TensorState(torch.tensor(items, dtype=torch.float64).to(dtype)),
            st.one_of(st.floats(), st.lists(st.floats(), max_size=3)),
            st.sampled_from(
                [torch.float64, torch.float32, torch.float16, torch.bool, torch.complex64]
            ),
        ),
        st.builds(Opaque, st.text(max_size=5)),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=4,
)


answers = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.floats(), max_size=3).map(lambda items: torch.tensor(items, dtype=torch.float32)),
)


rules = st.builds(
    Rule,
    kinds=st.sampled_from(["same", "tensor", "number", "either"]),
    shapes=st.sampled_from(["exact", "scalar", "single"]),
    dtype=st.sampled_from(["exact", "floating", "any"]),
)


@settings(max_examples=300)
@given(values, st.one_of(answers, st.lists(answers, max_size=2).map(tuple)), rules)
def test_nothing_a_student_returns_breaks_the_comparison(got: Any, right: Any, rule: Any) -> None:
    found = compare(got, right, rule)
    assert matches(got, right, rule) == (found is None)
    if found is not None:
        assert found.detail()
        assert found.student(True)
        assert found.student(False)


@given(st.one_of(answers, st.lists(answers, max_size=3).map(tuple)))
def test_every_answer_is_its_own_right_answer(right: Any) -> None:
    assert compare(as_value(right), right) is None


NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, nan, inf, -inf, 1e308, -1e-300]), st.floats(-10, 10)
)


@settings(max_examples=300, deadline=None)
@given(
    theirs=st.lists(NUMBERS, max_size=5),
    noise=st.lists(
        st.sampled_from([0.0, 1e-13, 9e-6, 1.1e-5, -9e-6, 1.0, nan, inf]), min_size=5, max_size=5
    ),
)
def test_few_numbers_are_judged_as_many_are(theirs: Any, noise: Any) -> None:
    mine = [value + value * part + part * 1e-3 for value, part in zip(theirs, noise, strict=False)]
    # Beyond what Python compares by itself; equal, and no larger than the others.
    scale = max([abs(value) for value in theirs if math.isfinite(value)], default=0.0)
    filled = [min(1.0, scale)] * 40
    few = compare(state(mine), tensor(theirs))
    many = compare(state(mine + filled), tensor(theirs + filled))
    assert (few is None) == (many is None)


@settings(max_examples=300)
@given(
    theirs=st.lists(NUMBERS, min_size=1, max_size=5),
    mine=st.lists(NUMBERS, min_size=5, max_size=5),
    many=st.booleans(),
)
def test_the_description_names_the_greatest_differences(theirs: Any, mine: Any, many: Any) -> None:
    filled = [0.0] * (40 if many else 0)
    theirs, mine = theirs + filled, mine[: len(theirs)] + filled
    found = compare(state(mine), tensor(theirs))
    if found is None or found.kind != "value":
        return
    assert found.total == len(theirs)
    assert 1 <= found.wrong <= len(theirs) - len(filled)
    # inf - inf is nan: infinitely wrong, if wrong.
    differences = [
        abs(a - b) for a, b in zip(mine, theirs, strict=True) if a != b and not (a != a and b != b)
    ]
    sizes = [inf if size != size else size for size in differences]
    assert found.absolute == max(sizes)
    (index,) = found.index
    assert mine[index] != theirs[index]
