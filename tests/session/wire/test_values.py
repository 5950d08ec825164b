from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.gradients.values import Evidence, Opaque, TensorState, Value
from gradeprop.session.interface import Call, Missing, Outcome, Raised, Read, Returned, Stopped
from gradeprop.session.wire.asks import decode_asks, encode_asks
from gradeprop.session.wire.decoder import Decoder
from gradeprop.session.wire.frames import WireError
from gradeprop.session.wire.outcomes import decode_outcomes, encode_outcomes
from gradeprop.session.wire.values import DTYPES

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**4095), 2**4095),
    st.floats(),
    st.text(),
    st.builds(Opaque, st.text(max_size=20)),
)
values: Any = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(), inner, max_size=4),
    ),
    max_leaves=20,
)


def there_and_back(outcome: Outcome) -> Outcome:
    (back,) = decode_outcomes(*encode_outcomes([outcome]))
    return back


def same(left: Value, right: Value) -> bool:
    """Equal, with types, with nan equal to nan and -0.0 different from 0.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return (
            math.isnan(left) and math.isnan(right)
            if math.isnan(left)
            else repr(left) == repr(right)
        )
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(map(same, left.values(), right.values()))
    return left == right


@given(values)
def test_plain_values_come_back_with_type_and_sign(value: Value) -> None:
    back = there_and_back(Returned(value))
    assert isinstance(back, Returned)
    # Text that UTF-8 cannot write is cleaned; hypothesis does not draw such text.
    assert same(back.value, value)


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)])
def test_tensors_of_every_dtype_and_shape_come_back_exactly(
    name: str, shape: tuple[int, ...]
) -> None:
    dtype = getattr(torch, name)
    generator = torch.Generator().manual_seed(4)
    value = torch.randn(shape, generator=generator).mul(50).to(dtype)
    back = there_and_back(Returned(TensorState(value)))
    assert isinstance(back, Returned)
    assert isinstance(back.value, TensorState)
    assert back.value.value.dtype == dtype
    assert back.value.value.shape == value.shape
    assert torch.equal(back.value.value, value)


def test_a_tensor_brings_all_of_its_state() -> None:
    value = torch.tensor([1.0, math.nan])
    state = TensorState(value, "cuda:0", requires_grad=True, is_leaf=False, grad=value * 2)
    back = there_and_back(Returned(state, (state,), frozenset({"autograd"})))
    assert isinstance(back, Returned)
    assert back.used == {"autograd"}
    for found in (back.value, *back.arguments):
        assert isinstance(found, TensorState)
        assert (found.device, found.requires_grad, found.is_leaf) == ("cuda:0", True, False)
        assert found.grad is not None
        assert found.grad[0] == 2
        assert found.grad[1].isnan()


def test_views_and_shared_memory_travel_as_copies() -> None:
    base = torch.arange(12.0).reshape(3, 4)
    state = TensorState(base.T, grad=base.T)
    back = there_and_back(Returned([state, TensorState(base)]))
    assert isinstance(back, Returned)
    assert isinstance(back.value, list)
    assert isinstance(back.value[0], TensorState)
    assert torch.equal(back.value[0].value, base.T)


@pytest.mark.parametrize(
    "outcome",
    [
        Raised("ValueError", "no", "c, line 3, in f\nValueError: no", 3),
        Raised("SystemExit", "", "", None),
        Raised("torch.OutOfMemoryError", "no", bases=("RuntimeError", "Exception")),
        Raised("RuntimeError", "no", "", 2, frozenset({"autograd"})),
        Missing("f"),
        Missing("f", "int"),
        Stopped("memory", "too much"),
    ],
)
def test_other_outcomes_come_back(outcome: Outcome) -> None:
    assert there_and_back(outcome) == outcome


def test_asks_come_back() -> None:
    state = TensorState(torch.ones(2), requires_grad=True, grad=torch.zeros(2))
    asks = [Read("w"), Call("f", (1, [2.5, state]), {"lr": 0.1})]
    read, call = decode_asks(*encode_asks(asks))
    assert read == Read("w")
    assert isinstance(call, Call)
    assert (call.name, call.arguments[0], call.keywords) == ("f", 1, {"lr": 0.1})
    (_, back) = call.arguments[1]  # type: ignore[misc]
    assert isinstance(back, TensorState)
    assert back.requires_grad
    assert back.grad is not None


@pytest.mark.parametrize(
    "argument",
    [
        Opaque("Thing"),
        TensorState(torch.ones(2, dtype=torch.int64), requires_grad=True),
        TensorState(torch.ones(2), grad=torch.ones(3)),
        {1, 2},
    ],
)
def test_an_argument_that_cannot_be_built_is_the_graders_error(argument: Any) -> None:
    with pytest.raises(TypeError):
        encode_asks([Call("f", (argument,))])


TENSOR = {
    "at": 0,
    "dtype": "float32",
    "shape": [2],
    "device": "cpu",
    "requires_grad": False,
    "is_leaf": True,
}


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "float64"},
        {"dtype": "object"},
        {"dtype": None},
        {"shape": [3]},
        {"shape": [-1, -2]},
        {"shape": [2.0]},
        {"shape": [True]},
        {"shape": [1] * 17},
        {"shape": [2**33]},
        {"shape": [2**80, 0]},
        {"shape": "no"},
        {"shape": None},
        {"device": "/dev/sda"},
        {"device": 3},
        {"requires_grad": 1},
        {"is_leaf": None},
        {"at": -8},
        {"at": 4},
        {"at": 2**70},
        {"at": "0"},
        {"at": None},
        {"at": True},
        {"grad": {"at": 0, "dtype": "int64", "shape": [2]}},
        {"grad": []},
        {"dtype": "complex64"},
    ],
)
def test_a_tensor_that_is_not_what_it_claims_is_malformed(change: dict[str, Any]) -> None:
    _, tail = encode_outcomes([Returned(TensorState(torch.ones(2)))])
    row = {"returned": {"x": TENSOR | change}, "arguments": [], "used": []}
    with pytest.raises(WireError):
        decode_outcomes([row], tail)


@pytest.mark.parametrize(
    "rows",
    [
        None,
        [1],
        [{}],
        [{"returned": {"z": 1}, "arguments": [], "used": []}],
        [{"returned": {"l": 1, "t": 2}, "arguments": [], "used": []}],
        [{"returned": {"d": [[1]]}, "arguments": [], "used": []}],
        [{"returned": {"d": [[1, 2]]}, "arguments": [], "used": []}],
        [{"returned": {"f": "1e400"}, "arguments": [], "used": []}],
        [{"returned": {"i": "z" * 20}, "arguments": [], "used": []}],
        [{"returned": 1, "arguments": None, "used": []}],
        [{"returned": 1, "arguments": [], "used": 3}],
        [{"returned": 1, "arguments": [], "used": [], "seen": []}],
        [{"returned": 1, "arguments": [], "used": [], "seen": {"piled": 1}}],
        [{"returned": 1, "arguments": [], "used": [], "seen": {"origins": "xy"}}],
        [{"returned": 1, "arguments": [], "used": [], "seen": {"origins": ["x"] * 65}}],
        [{"raised": 3}],
        [{"raised": "E", "message": "m", "traceback": "t", "line": "x", "used": []}],
        [{"raised": "E", "message": "m", "traceback": "t", "line": 1}],
        [{"raised": "E", "message": "m", "traceback": "t", "used": [], "bases": "Exception"}],
        [{"raised": "E", "message": "m", "traceback": "t", "used": [], "bases": [3]}],
        [{"raised": "E", "message": "m", "traceback": "t", "used": [], "bases": ["E"] * 33}],
        [{"stopped": "bored", "message": ""}],
        [{"missing": None}],
    ],
)
def test_rows_that_are_no_outcomes_are_malformed(rows: Any) -> None:
    with pytest.raises(WireError):
        decode_outcomes(rows, b"")


def test_what_was_seen_travels_and_what_nobody_knows_stays_unknown() -> None:
    for seen in (
        Evidence(),
        Evidence(reached=True, piled=False, origins=("x", "y")),
        Evidence(cleared=True, stepped_again=False, is_input=True, is_gradient=False, returns=True),
    ):
        back = there_and_back(Returned(1, seen=seen))
        assert isinstance(back, Returned)
        assert back.seen == seen


@given(st.binary(max_size=300))
def test_any_tail_is_a_tensor_of_the_dtype_and_shape_or_malformed(tail: bytes) -> None:
    row = {"returned": {"x": TENSOR | {"shape": [5, 3]}}, "arguments": [], "used": []}
    if len(tail) < 60:
        with pytest.raises(WireError):
            decode_outcomes([row], tail)
    else:
        (back,) = decode_outcomes([row], tail)
        assert isinstance(back, Returned)
        assert isinstance(back.value, TensorState)
        assert (back.value.value.shape, back.value.value.dtype) == ((5, 3), torch.float32)


def test_tensors_that_name_the_same_bytes_are_no_larger_than_what_was_sent() -> None:
    with pytest.raises(WireError) as caught:
        decode_outcomes(
            [{"returned": {"l": [{"x": TENSOR}] * 2}, "arguments": [], "used": []}], bytes(8)
        )
    assert caught.value.kind == "too_big"
    rows = [
        {
            "returned": {"l": [{"x": TENSOR | {"at": at}} for at in (0, 4)]},
            "arguments": [],
            "used": [],
        }
    ]
    (back,) = decode_outcomes(rows, bytes(16))
    assert isinstance(back, Returned)
    assert isinstance(back.value, list)
    first, second = (item.value for item in back.value if isinstance(item, TensorState))
    first += 1
    assert second.tolist() == [0.0, 0.0]


def test_very_many_tensors_are_refused() -> None:
    empty = {"x": TENSOR | {"shape": [0]}}
    with pytest.raises(WireError) as caught:
        decode_outcomes([{"returned": {"l": [empty] * 5000}, "arguments": [], "used": []}], b"")
    assert caught.value.kind == "too_big"


def test_values_with_too_many_parts_or_levels_are_refused() -> None:
    deep: Any = 1
    for _ in range(200):
        deep = {"l": [deep]}
    wide = {"l": [0] * 300_000}
    for value in (deep, wide, "x" * (5 << 20)):
        with pytest.raises(WireError) as caught:
            decode_outcomes([{"returned": value, "arguments": [], "used": []}], b"")
        assert caught.value.kind == "too_big"


def test_bytes_that_are_no_booleans_become_booleans() -> None:
    rows, tail = encode_outcomes([Returned(TensorState(torch.tensor([True, False])))])
    (back,) = decode_outcomes(rows, b"\x07\x00" + tail[2:])
    assert isinstance(back, Returned)
    assert isinstance(back.value, TensorState)
    assert back.value.value.tolist() == [True, False]
    assert back.value.value.view(torch.uint8).tolist() == [1, 0]


@pytest.mark.parametrize("device", ["cpu", "cuda", "cuda:0", "cuda:127", "mps", "xpu:1"])
def test_a_device_travels_with_and_without_its_number(device: str) -> None:
    state = TensorState(torch.ones(2), device, requires_grad=True)
    (call,) = decode_asks(*encode_asks([Call("f", (state,))]))
    assert isinstance(call, Call)
    assert isinstance(call.arguments[0], TensorState)
    assert call.arguments[0].device == device


@pytest.mark.parametrize("device", ["", "cpu:0", "cuda:", "cuda:1234", "gpu", "cuda:0\n", "CUDA"])
def test_what_is_no_device_is_malformed(device: str) -> None:
    rows, tail = encode_outcomes([Returned(TensorState(torch.ones(2), device))])
    with pytest.raises(WireError, match="device"):
        decode_outcomes(rows, tail)


@pytest.mark.parametrize("at", range(17))
@pytest.mark.parametrize("dtype", ["complex128", "float64", "int16", "bool"])
def test_numbers_may_lie_anywhere_in_what_was_sent(at: int, dtype: str) -> None:
    """The processor ends a process that reads some of them where they do not belong."""
    kind: torch.dtype = getattr(torch, dtype)
    sent = torch.ones(5, dtype=kind)
    numbers = bytes(sent.view(torch.uint8).numpy())
    row = {"dtype": dtype, "shape": [5], "at": at}
    read = Decoder(b"\0" * at + numbers)._numbers(row)
    assert torch.equal(read, sent)
