from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.gradients.inputs import Inputs, derive_seed, draw
from gradeprop.gradients.placing import Range, layout_of, place_few, place_many

DTYPES = ["float64", "float32", "float16", "bfloat16"]
seeds = st.one_of(st.integers(), st.binary(min_size=1, max_size=40))
shapes = st.lists(st.integers(0, 5), max_size=3).map(tuple)


@given(seeds, shapes, st.booleans())
def test_magnitudes_stay_in_range_and_away_from_what_is_avoided(
    seed: Any, shape: Any, positive: Any
) -> None:
    found = draw(seed, shape, avoid=(0, 2, -1), gap=0.2, positive=positive)
    assert found.shape == shape
    assert found.dtype == torch.float64
    assert bool(((found.abs() >= 0.5) & (found.abs() <= 2.5)).all())
    for value in (0, 2, -1):
        assert bool(((found - value).abs() >= 0.2 - 1e-12).all())
    assert not positive or bool((found > 0).all())


@given(seeds, st.integers(2, 60))
def test_elements_differ_from_each_other(seed: Any, count: Any) -> None:
    found = draw(seed, (count,)).sort().values
    assert bool((found.diff() > 4 / count * 0.49).all())


@given(seeds, st.sampled_from(DTYPES))
def test_the_same_seed_gives_the_same_numbers_rounded_to_the_dtype(seed: Any, dtype: Any) -> None:
    exact, rounded = draw(seed, (3,)), draw(seed, (3,), dtype=dtype)
    assert torch.equal(exact.to(rounded.dtype), rounded)
    assert torch.equal(rounded, draw(seed, (3,), dtype=getattr(torch, dtype)))


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 70),
    st.lists(st.floats(-3, 3), max_size=4).map(tuple),
    st.booleans(),
    st.floats(0.1, 2.0),
)
def test_few_numbers_are_placed_as_many_are_to_the_last_bit(
    seed: Any, count: Any, avoid: Any, positive: Any, low: Any
) -> None:
    layout = layout_of(Range(low, 2.5, positive, avoid, 0.15))
    if layout is None:
        return
    source = torch.Generator().manual_seed(seed)
    jitter = torch.rand(count, generator=source, dtype=torch.float64)
    order = torch.randperm(count, generator=source)
    assert torch.equal(place_few(jitter, order, layout), place_many(jitter, order, layout))


def test_drawn_numbers_stay_the_same_to_the_last_bit() -> None:
    """Else a submission that is graded again would be asked something else."""
    few = [-1.8366710698904476, -1.3136876697625854, 1.1520320250178937, 2.2522181413661486]
    assert draw(b"pinned", (4,), avoid=(1,)).tolist() == few
    many = [-0.7868336329505705, 0.5473638105837231, -0.196635916782125]
    assert draw(7, (200,), low=-1, high=3, avoid=(0, 2))[[0, 77, 199]].tolist() == many
    assert draw(7, (), dtype="float32").item() == 0.8135845065116882
    assert draw(7, (3,), integer=True, low=1, high=9).tolist() == [8.0, 9.0, -6.0]


def test_signs_vary() -> None:
    found = torch.stack([draw(seed, (4,)) for seed in range(200)])
    assert 0.4 < (found > 0).double().mean() < 0.6
    single = torch.stack([draw(seed, ()) for seed in range(200)])
    assert 0.35 < (single > 0).double().mean() < 0.65


def test_a_negative_lower_bound_is_a_plain_range() -> None:
    found = draw(1, (500,), low=-1, high=3, avoid=(0,), gap=0.3)
    assert found.min() < -0.9
    assert found.max() > 2.9
    assert found.abs().min() >= 0.3


@given(seeds, st.integers(0, 12))
def test_whole_numbers_are_whole_and_do_not_repeat_while_there_are_enough(
    seed: Any, count: Any
) -> None:
    found = draw(seed, (count,), low=1, high=6, avoid=(2,), integer=True, dtype=torch.int64)
    assert found.dtype == torch.int64
    assert set(found.tolist()) <= {-6, -5, -4, -3, -2, -1, 1, 3, 4, 5, 6}
    assert len(set(found.tolist())) == min(count, 11)


def test_a_leaf_on_request() -> None:
    assert draw(1, (2,), requires_grad=True).is_leaf
    assert draw(1, (2,), requires_grad=True).requires_grad
    assert not draw(1, (2,)).requires_grad


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="leaves nothing"):
        draw(1, (2,), low=1.9, high=2.1, positive=True, avoid=(2,))
    with pytest.raises(ValueError, match="leaves nothing"):
        draw(1, (2,), low=0.2, high=0.8, integer=True)
    with pytest.raises(ValueError, match="range"):
        draw(1, (2,), low=3, high=2)
    with pytest.raises(ValueError, match="dtype"):
        draw(1, (2,), dtype="text")


def test_the_nth_draw_does_not_depend_on_the_ones_before() -> None:
    one, other = Inputs(b"seed"), Inputs(b"seed")
    first = one.draw((3,))
    other.draw((7, 2), dtype="float32", integer=True, high=9)
    assert torch.equal(one.draw((4,)), other.draw((4,)))
    assert not torch.equal(first, one.draw((3,)))
    assert torch.equal(Inputs(b"seed").draw((3,)), first)
    assert not torch.equal(Inputs(b"other").draw((3,)), first)


@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_different_names_give_different_seeds(first: Any, second: Any) -> None:
    same = derive_seed(b"key", *first) == derive_seed(b"key", *second)
    assert same == (first == second)


def test_seeds_depend_on_the_key_and_are_a_known_hmac() -> None:
    assert derive_seed(b"a", "x") != derive_seed(b"b", "x")
    # HMAC-SHA256(key=b"key", message=8-byte length 3 + b"ada").
    import hashlib
    import hmac

    expected = hmac.new(b"key", b"\0\0\0\0\0\0\0\x03ada", hashlib.sha256).digest()
    assert derive_seed(b"key", "ada") == expected
    assert len(derive_seed(b"key", "\udcff")) == 32  # a file name that is not UTF-8
