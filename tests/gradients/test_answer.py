from __future__ import annotations

from typing import Any

import torch
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.gradients.answer import same, scaled

MATRIX = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=torch.float64)


@given(st.sampled_from([torch.float64, torch.float32, torch.float16, torch.bfloat16]))
def test_scaling_keeps_the_dtype_and_spares_what_is_not_a_number(dtype: Any) -> None:
    found = scaled((MATRIX.to(dtype), 3, True, None, "up"), 0.5)
    assert isinstance(found, tuple)
    assert found[0].dtype == dtype
    assert found[1:] == (1.5, True, None, "up")


def test_nan_is_the_same_as_nan() -> None:
    assert same(torch.tensor([float("nan")]), torch.tensor([float("nan")]))
