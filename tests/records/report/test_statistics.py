"""The statistics of a report, against numpy's and against values worked out elsewhere."""

import numpy as np
import pytest

from gradeprop.records.report.statistics import LEAST, alpha, correlation, quartiles


@pytest.mark.parametrize("count", [LEAST, 11, 60, 101])
def test_quartiles_are_numpys(count: int) -> None:
    values = np.random.default_rng(count).integers(0, 13, count).tolist()
    found = quartiles(values)
    assert found is not None
    expected = np.percentile(values, [25, 50, 75])
    np.testing.assert_allclose([found.lower, found.median, found.upper], expected)


@pytest.mark.parametrize("seed", range(5))
def test_a_correlation_is_numpys_and_lies_in_its_interval(seed: int) -> None:
    draw = np.random.default_rng(seed)
    first = draw.integers(0, 2, 40).tolist()
    second = (np.array(first) + draw.normal(size=40)).tolist()
    found = correlation(first, second)
    assert found is not None
    assert found.value == pytest.approx(np.corrcoef(first, second)[0, 1])
    assert found.low < found.value < found.high


def test_the_interval_is_fishers() -> None:
    """r = 0.5 of 28 pairs: tanh(atanh(0.5) ± 1.959964/5)."""
    first = [1.0, -1.0] * 14
    noise = [1.0, 1.0, -1.0, -1.0] * 7
    second = [x + 3**0.5 * e for x, e in zip(first, noise, strict=True)]
    found = correlation(first, second)
    assert found is not None
    assert found.value == pytest.approx(0.5)
    assert found.low == pytest.approx(np.tanh(np.arctanh(0.5) - 1.959964 / 5), abs=1e-6)
    assert found.high == pytest.approx(np.tanh(np.arctanh(0.5) + 1.959964 / 5), abs=1e-6)


def test_what_cannot_be_told_is_none() -> None:
    few = list(range(LEAST - 1))
    assert quartiles(few) is None
    assert correlation(few, few) is None
    assert correlation([1.0] * 20, list(range(20))) is None
    assert alpha([few, few]) is None
    assert alpha([list(range(20))]) is None
    assert alpha([[1.0] * 20, [2.0] * 20]) is None


def test_a_perfect_correlation_has_no_width() -> None:
    found = correlation(range(20), range(20))
    assert found is not None
    assert (found.value, found.low, found.high) == (1, 1, 1)


def test_alpha_is_one_for_equal_items_and_about_zero_for_independent_ones() -> None:
    same = list(range(20))
    assert alpha([same, same, same]) == pytest.approx(1.0)
    draw = np.random.default_rng(1)
    free = draw.normal(size=(4, 4000)).tolist()
    found = alpha(free)
    assert found is not None
    assert abs(found) < 0.1


def test_alpha_is_the_usual_formula() -> None:
    scores = np.random.default_rng(2).integers(0, 4, (3, 30)) + np.arange(30) // 8
    expected = 3 / 2 * (1 - scores.var(axis=1, ddof=1).sum() / scores.sum(axis=0).var(ddof=1))
    assert alpha(scores.tolist()) == pytest.approx(expected)
