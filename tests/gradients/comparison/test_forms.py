from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from gradeprop.gradients.comparison.forms import form_of_answer, form_of_value
from gradeprop.gradients.values import Opaque, TensorState


@pytest.mark.parametrize(
    ("value", "kind", "numbers"),
    [
        (True, "truth value", True),
        (3, "integer", 3.0),
        (10**400, "integer", math.inf),
        (-(10**400), "integer", -math.inf),
        (0.5, "float", 0.5),
    ],
    ids=lambda item: str(item)[:12],
)
def test_a_python_number_is_a_scalar_of_no_dtype_whoever_gives_it(
    value: Any, kind: str, numbers: Any
) -> None:
    for form in (form_of_value(value), form_of_answer(value)):
        assert (form.kind, form.exact, form.dtype, form.device) == (kind, value, None, "cpu")
        assert form.tensor.shape == ()
        assert form.tensor.item() == numbers


def test_a_tensor_keeps_its_dtype_and_the_students_its_device() -> None:
    values = torch.ones(2, dtype=torch.float32)
    form = form_of_value(TensorState(values, device="cuda:0"))
    assert (form.kind, form.dtype, form.device) == ("tensor", torch.float32, "cuda:0")
    assert form_of_answer(values).tensor is values


def test_only_tensors_of_integers_and_truth_values_must_be_equal() -> None:
    assert form_of_answer(torch.ones(1, dtype=torch.complex64)).rounded
    assert form_of_answer(3).rounded
    assert not form_of_answer(torch.tensor(3)).rounded
    assert not form_of_answer(True).rounded


@pytest.mark.parametrize("value", [None, "6.0", [6.0], (6.0,), {"a": 6.0}, Opaque("function")])
def test_what_is_not_made_of_numbers_has_no_form(value: Any) -> None:
    assert form_of_value(value) is None
