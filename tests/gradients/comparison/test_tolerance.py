from __future__ import annotations

from typing import Any

import pytest
import torch

from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.comparison.tolerance import TABLE, Tolerance, tolerance_for

DTYPES = [torch.float64, torch.float32, torch.float16, torch.bfloat16]


def test_every_dtype_has_a_row_on_every_device() -> None:
    names = {str(dtype).removeprefix("torch.") for dtype in DTYPES}
    assert set(TABLE) == {(name, device) for name in names for device in ("cpu", "cuda")}


@pytest.mark.parametrize("device", ["cpu", "cuda:1"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, None])
def test_one_step_more_and_twelve_against_twelve_and_a_bit_stay_apart(
    dtype: Any, device: str
) -> None:
    assert tolerance_for(dtype, dtype, device=device).rtol <= 1e-4


@pytest.mark.parametrize("h", [1e-3, 1e-4, 1e-5, 1e-6])
@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda w: w**2, lambda w: 2 * w),
        (lambda w: w**3, lambda w: 3 * w**2),
        (torch.exp, torch.exp),
        (torch.sin, torch.cos),
        (lambda w: 1 / w, lambda w: -1 / w**2),
    ],
)
def test_an_honest_central_difference_is_well_inside_in_float64(
    f: Any, slope: Any, h: float
) -> None:
    w = torch.linspace(0.5, 2.5, 400, dtype=torch.float64)
    w = w[(slope(w).abs() > 0.05)]
    found = (f(w + h) - f(w - h)) / (2 * h)
    worst = ((found - slope(w)) / slope(w)).abs().max()
    assert worst < tolerance_for(torch.float64, torch.float64).rtol


def test_a_thousand_float32_steps_are_inside() -> None:
    for lr in (1e-3, 1e-2):
        x32, x64 = torch.zeros(1), torch.zeros(1, dtype=torch.float64)
        for _ in range(1000):
            x32, x64 = x32 + lr * (2 - x32), x64 + lr * (2 - x64)
        assert (
            abs(x32.double() / x64 - 1).item()
            < 0.5 * tolerance_for(torch.float64, torch.float32).rtol
        )


def test_the_coarser_dtype_counts_but_half_buys_no_leniency() -> None:
    assert tolerance_for(torch.float64, torch.float32) == TABLE["float32", "cpu"]
    assert tolerance_for(torch.float32, torch.float64) == TABLE["float32", "cpu"]
    assert tolerance_for(torch.float64, torch.bfloat16) == TABLE["float32", "cpu"]
    assert tolerance_for(torch.float32, torch.float16) == TABLE["float32", "cpu"]
    assert tolerance_for(torch.float16, torch.float16) == TABLE["float16", "cpu"]
    assert tolerance_for(torch.bfloat16, torch.bfloat16) == TABLE["bfloat16", "cpu"]
    assert tolerance_for(torch.float64, torch.int64) == TABLE["float64", "cpu"]


def test_a_python_number_counts_as_float32() -> None:
    assert tolerance_for(None, None) == TABLE["float32", "cpu"]


def test_overrides_replace_the_table_and_a_rules_own_numbers_win() -> None:
    overrides = {"float32": (2e-5, 1e-9)}
    found = tolerance_for(torch.float32, torch.float32, overrides=overrides)
    assert (found.rtol, found.atol) == (2e-5, 1e-9)
    assert (
        tolerance_for(torch.float64, torch.float64, overrides=overrides) == TABLE["float64", "cpu"]
    )
    own = Rule(rtol=1e-2, tolerances=overrides).tolerance(torch.float32, torch.float32, "cpu")
    assert (own.rtol, own.atol) == (1e-2, 1e-9)


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf"), "1e-3"])
def test_nonsense_is_refused(bad: Any) -> None:
    with pytest.raises(ValueError, match="rtol"):
        Tolerance(bad, 0)
