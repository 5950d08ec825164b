from __future__ import annotations

import math
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from gradeprop.gradients.values import Opaque, TensorState
from gradeprop.session.student.capture import TooLargeError, build, capture, type_name


def hostile() -> object:
    """An object that lies about everything, of a class that does. Made here: pytest looks at
    modules."""

    class Evil(type):
        def __getattribute__(cls, name: str) -> Any:
            raise RuntimeError(f"asked the class for {name}")

    class Hostile(metaclass=Evil):
        def __getattribute__(self, name: str) -> Any:
            raise RuntimeError(f"asked for {name}")

        def __eq__(self, other: object) -> bool:
            raise RuntimeError("compared")

        __hash__ = None  # type: ignore[assignment]

    return Hostile()


class Sub(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *_: Any, **__: Any) -> Any:
        raise RuntimeError("torch function")


def test_plain_values_are_themselves() -> None:
    value = [1, 2.5, None, True, "a", (1, {"k": [math.inf]})]
    assert capture(value) == value


@pytest.mark.parametrize(
    "make",
    [
        hostile,
        lambda: Sub([1.0]),
        lambda: np.complex128(1),
        lambda: np.ones(2),
        lambda: {1: 2},
        lambda: torch.ones(2).shape,
        OrderedDict,
        object,
    ],
)
def test_everything_that_is_not_exactly_a_known_type_is_opaque(make: Callable[[], object]) -> None:
    assert type(capture(make())) is Opaque


def test_a_tuple_whose_items_have_names_is_a_tuple() -> None:
    class Line(NamedTuple):
        a: float
        b: float

        def __iter__(self) -> Any:
            raise AssertionError("nothing of a student's class is called")

    assert capture(Line(1.0, 2.0)) == (1.0, 2.0)
    assert type(capture(Line(1.0, 2.0))) is tuple
    assert capture([namedtuple("P", "x")(1)]) == [(1,)]
    largest = capture(torch.tensor([1.0, 3.0]).max(dim=0))
    assert type(largest) is tuple
    assert len(largest) == 2


def test_a_types_name_is_the_one_a_student_would_write() -> None:
    assert type_name(np.ones(1)) == "numpy.ndarray"
    assert type_name(3) == "int"
    assert type_name(hostile()).endswith("Hostile")


@pytest.mark.parametrize(
    "tensor",
    [
        torch.ones(2).to_sparse(),
        torch.nested.nested_tensor([torch.ones(1)]),
        torch.ones(2, device="meta"),
        torch.zeros(1).to(torch.float8_e4m3fn),
        torch.ones((1,) * 17),
    ],
)
def test_tensors_that_do_not_travel_are_opaque_and_say_what_they_are(tensor: torch.Tensor) -> None:
    captured = capture(tensor)
    assert isinstance(captured, Opaque)
    assert captured.type_name.startswith("torch.Tensor (")


def test_a_leaf_brings_its_gradient() -> None:
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    (w**2).sum().backward()  # type: ignore[no-untyped-call]
    state = capture(w)
    assert isinstance(state, TensorState)
    assert (state.requires_grad, state.is_leaf) == (True, True)
    assert state.grad is not None
    assert state.grad.tolist() == [2.0, 4.0]
    assert not state.value.requires_grad
    assert state.value.data_ptr() != w.data_ptr()


def test_reading_a_non_leaf_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    y = torch.ones(2, requires_grad=True) * 2
    state = capture(y)
    assert isinstance(state, TensorState)
    assert (state.is_leaf, state.grad) == (False, None)
    assert not recwarn.list


def test_a_parameter_is_a_tensor() -> None:
    state = capture(torch.nn.Parameter(torch.ones(2)))
    assert isinstance(state, TensorState)
    assert state.requires_grad


def test_lazy_conjugates_and_negatives_are_resolved() -> None:
    z = torch.tensor([1 + 2j])
    state = capture(z.conj().imag)
    assert isinstance(state, TensorState)
    assert state.value.tolist() == [-2.0]


def test_a_huge_expanded_tensor_is_too_large_before_any_copy() -> None:
    with pytest.raises(TooLargeError):
        capture(torch.ones(1).expand(2**40))


def test_too_many_parts_are_too_large() -> None:
    with pytest.raises(TooLargeError):
        capture([0] * 200_000)


def test_a_list_in_itself_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert "nested too deeply" in repr(capture(loop))


def test_huge_integers_are_opaque() -> None:
    assert isinstance(capture(1 << 10_000), Opaque)


def test_building_makes_fresh_leaves() -> None:
    given = TensorState(torch.ones(2), requires_grad=True, grad=torch.zeros(2))
    first, second = build([given, given])
    assert first.is_leaf
    assert first.requires_grad
    assert first.grad.tolist() == [0.0, 0.0]
    first.data.zero_()
    assert second.tolist() == [1.0, 1.0]
    assert given.value.tolist() == [1.0, 1.0]


def test_building_and_capturing_are_inverse() -> None:
    value = {"a": (1, [TensorState(torch.ones(2), requires_grad=True)])}
    back = capture(build(value))
    assert isinstance(back, dict)
    (number, [state]) = back["a"]  # type: ignore[misc]
    assert number == 1
    assert isinstance(state, TensorState)
    assert state.requires_grad


def test_a_number_of_numpys_is_a_number() -> None:
    for number, plain in (
        (np.float64(0.5), 0.5),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.uint8(3), 3),
        (np.bool_(True), True),
    ):
        found = capture(number)
        assert found == plain
        assert type(found) is type(plain)
    assert capture(np.float64("nan")) != capture(np.float64("nan"))
    assert capture(np.ones(2)) == Opaque("numpy.ndarray")
