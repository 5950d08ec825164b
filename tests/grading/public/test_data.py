"""Public checks survive the way through JSON exactly."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.values import Opaque, TensorState
from gradeprop.grading.checks.handle import Handle
from gradeprop.grading.checks.script import Probe, Script
from gradeprop.grading.public.data import decode_script, decode_value, encode_script, encode_value
from gradeprop.session.interface import Call, Read


def through_json(data: Any) -> Any:
    return json.loads(json.dumps(data, allow_nan=False))


@given(st.floats(width=64, allow_nan=False))
def test_any_float64_survives(number: Any) -> None:
    assert decode_value(through_json(encode_value(number))) == number


@given(st.lists(st.floats(width=32), min_size=1, max_size=6), st.booleans())
def test_any_float32_tensor_survives(numbers: Any, requires_grad: Any) -> None:
    tensor = torch.tensor(numbers, dtype=torch.float32)
    back = decode_value(
        through_json(encode_value(TensorState(tensor, requires_grad=requires_grad)))
    )
    assert isinstance(back, TensorState)
    assert back.value.dtype == torch.float32
    assert torch.equal(back.value.nan_to_num(), tensor.nan_to_num())
    assert torch.equal(back.value.isnan(), tensor.isnan())
    assert back.requires_grad is requires_grad


def test_a_tensors_grad_and_shape_survive() -> None:
    state = TensorState(torch.ones(2, 0, 3), grad=torch.zeros(2, 0, 3))
    back = decode_value(through_json(encode_value(state)))
    assert back.value.shape == (2, 0, 3)
    assert back.grad.shape == (2, 0, 3)


@pytest.mark.parametrize(
    "value", [None, True, 3, "text", [1, (2.5, "x")], (), math.inf, {"w": [1, {}]}]
)
def test_plain_values_survive(value: Any) -> None:
    assert decode_value(through_json(encode_value(value))) == value


def test_a_value_without_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="Opaque"):
        encode_value(Opaque("numpy.ndarray"))


def test_a_script_survives_with_only_the_public_causes() -> None:
    script = Script(
        (Read("w"), Call("f", (TensorState(torch.tensor([1.0])), 0.1), {"steps": 3})),
        (
            Probe(
                Handle(0, ("grad",)),
                torch.tensor([6.0]),
                Rule(),
                requires_grad=True,
                is_leaf=False,
                computed_from=("x", "y"),
                by_backward=True,
            ),
            Probe(
                Handle(1, (1,)),
                (torch.tensor(2.0), 3.0, "up"),
                Rule(kinds="either", rtol=1e-3, device="cpu", tolerances={"float32": (1e-3, 0.0)}),
                ("a", "b", "c"),
                {"ascent": [1.0, math.nan], "secret": [2.0], "empty": []},
            ),
        ),
    )
    data = through_json(encode_script(script, frozenset({"ascent", "empty"})))
    back = decode_script(data)
    assert "secret" not in json.dumps(data)
    assert back.asks[0] == Read("w")
    assert back.asks[1].name == "f"
    assert back.asks[1].keywords == {"steps": 3}
    assert back.probes[0].handle == Handle(0, ("grad",))
    assert back.probes[0].requires_grad is True
    assert back.probes[0].is_leaf is False
    assert back.probes[0].computed_from == ("x", "y")
    assert [probe.by_backward for probe in back.probes] == [True, False]
    assert (back.probes[1].is_leaf, back.probes[1].computed_from) == (None, ())
    assert back.probes[1].labels == ("a", "b", "c")
    assert list(back.probes[1].alternatives) == ["ascent"]
    assert math.isnan(back.probes[1].alternatives["ascent"][1])
    assert back.probes[1].rule == Rule(
        kinds="either", rtol=1e-3, tolerances={"float32": (1e-3, 0.0)}
    )
