"""Errors that torch itself raises here are known, with words; others are not."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch

from gradeprop.course.known_ids import CAUSES
from gradeprop.grading.checks.known_errors import cause_of_error
from gradeprop.grading.result.error_words import ERROR_WORDS
from gradeprop.grading.result.words import ENGINE_WORDS


def leaf(*shape: int) -> Any:
    return torch.ones(*shape or (3,), requires_grad=True)


def leaf_changed() -> None:
    w = leaf()
    w -= 0.1


def view_of_leaf_changed() -> None:
    leaf()[0] = 1.0


def backward_twice() -> None:
    loss = (leaf() ** 2).sum()
    loss.backward()
    loss.backward()


def changed_before_backward() -> None:
    y = leaf() ** 2
    z = y**2
    y.add_(1)
    z.sum().backward()


def leaf_changed_before_backward() -> None:
    w = leaf()
    loss = (w**3).sum()
    with torch.no_grad():
        w.sub_(0.1)
    loss.backward()


def local_before_value() -> None:
    step = step + 1  # type: ignore[used-before-def]  # noqa: F821, F841


def unknown_name() -> None:
    loss_of_another_cell.backward()  # type: ignore[name-defined]  # noqa: F821


def grad_of_computed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (leaf() * 2).grad  # noqa: B018


def integer_by_attribute() -> None:
    torch.tensor([1]).requires_grad = True


class OneGradient(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, x: Any, factor: Any) -> Any:
        return x * factor

    @staticmethod
    def backward(_: Any, upstream: Any) -> Any:
        return upstream


class Unstarted(torch.nn.Module):
    """Its __init__ forgets to call that of torch."""

    def __init__(self, value: Any) -> None:
        self.held = value

    def forward(self, x: Any) -> Any:
        return x


class SuperWithoutBrackets(torch.nn.Module):
    def __init__(self) -> None:
        super.__init__()


class UnstartedBuffer(torch.nn.Module):
    def __init__(self) -> None:
        self.register_buffer("held", torch.ones(2))


class Misspelt(torch.nn.Module):
    def froward(self, x: Any) -> Any:
        return x


class Scale(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.w = torch.nn.Parameter(torch.ones(2))
        self.hidden = [torch.nn.Linear(2, 1)]

    def forward(self, x: Any, factor: Any) -> Any:
        return self.w * x * factor


class Bare(torch.nn.Module):
    """Its tensor is no parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.w = torch.ones(2, requires_grad=True)

    def forward(x: Any) -> Any:  # noqa: N805 - this is the mistake
        return x


def parameter_replaced() -> None:
    Scale().w = torch.ones(2)  # type: ignore[assignment]


def flag_of_computed() -> None:
    (leaf() * 2).requires_grad = False


def frozen_module() -> None:
    torch.nn.Linear(2, 1).requires_grad_(False)(torch.ones(2)).sum().backward()


def under_no_grad() -> None:
    with torch.no_grad():
        loss = torch.nn.Linear(2, 1)(torch.ones(2)).sum()
    loss.backward()


def sgd(params: Any) -> Any:
    return torch.optim.SGD(params, lr=0.1)


DOUBLE = torch.ones(3, 2, dtype=torch.float64)
RAISED: list[tuple[str, Callable[[], Any]]] = [
    ("leaf_changed", leaf_changed),
    ("view_of_leaf_changed", view_of_leaf_changed),
    ("view_of_leaf_changed", lambda: leaf().view(3).add_(1)),
    ("backward_twice", backward_twice),
    ("backward_of_many", lambda: (leaf() * 2).backward()),
    ("changed_before_backward", changed_before_backward),
    ("changed_before_backward", leaf_changed_before_backward),
    ("detached", lambda: torch.ones(3).sum().backward()),
    ("detached", lambda: torch.autograd.grad(leaf().sum(), torch.ones(3))),
    ("unused_input", lambda: torch.autograd.grad(leaf().sum(), leaf())),
    ("integer_leaf", lambda: torch.tensor([1, 2], requires_grad=True)),
    ("integer_leaf", lambda: torch.tensor([1, 2]).requires_grad_()),
    ("integer_leaf", integer_by_attribute),
    ("shapes_do_not_multiply", lambda: leaf(2, 3) @ leaf(2, 3)),
    ("shapes_do_not_multiply", lambda: leaf(2, 3) @ leaf(2)),
    ("shapes_do_not_multiply", lambda: leaf(2) @ leaf(3)),
    ("shapes_do_not_multiply", lambda: torch.ones(2, 2, 3) @ torch.ones(2, 2, 3)),
    ("shapes_do_not_multiply", lambda: torch.nn.Linear(3, 2)(leaf(4, 2))),
    ("shapes_do_not_fit", lambda: leaf(2) + leaf(3)),
    ("shapes_do_not_fit", lambda: torch.ones(2).add_(torch.ones(3, 2))),
    ("upstream_shape", lambda: (leaf() * 2).backward(torch.ones(2))),
    ("number_of_gradients", lambda: OneGradient.apply(leaf(), 2).sum().backward()),
    ("dtypes_differ", lambda: torch.ones(2, 3) @ DOUBLE),
    ("dtypes_differ", lambda: torch.ones(2, 3) @ DOUBLE[:, 0]),
    ("dtypes_differ", lambda: torch.ones(3) @ DOUBLE[:, 0]),
    ("dtypes_differ", lambda: torch.nn.Linear(2, 2)(DOUBLE)),
    ("devices_differ", lambda: torch.ones(3) + torch.ones(3, device="meta")),
    ("numpy_of_grad", lambda: leaf().numpy()),
    ("more_than_one_number", lambda: leaf().item()),
    ("more_than_one_number", lambda: float(torch.ones(3))),
    ("truth_of_many", lambda: bool(leaf() > 0)),
    ("truth_of_many", lambda: torch.nn.MSELoss(leaf(), leaf())),
    ("detached", frozen_module),
    ("detached", under_no_grad),
    ("integer_leaf", lambda: torch.nn.Parameter(torch.tensor([1, 2]))),
    ("shapes_do_not_multiply", lambda: torch.nn.Linear(3, 2)(leaf(2))),
    ("module_not_started", lambda: Unstarted(torch.nn.Linear(2, 1))),
    ("module_not_started", lambda: Unstarted(torch.nn.Parameter(torch.ones(2)))),
    ("module_not_started", lambda: Unstarted(3)(torch.ones(2))),
    ("module_not_started", lambda: list(Unstarted(3).parameters())),
    ("module_not_started", lambda: Unstarted(3).to("cpu")),
    ("module_not_started", SuperWithoutBrackets),
    ("module_not_started", UnstartedBuffer),
    ("no_forward", lambda: Misspelt()(torch.ones(2))),
    ("parameter_replaced", parameter_replaced),
    ("nothing_to_optimize", lambda: sgd([])),
    ("nothing_to_optimize", lambda: sgd(Bare().parameters())),
    ("not_parameters", lambda: sgd(leaf())),
    ("not_parameters", lambda: sgd([list(Scale().parameters())])),
    ("optimizer_of_computed", lambda: sgd([leaf() * 0.1])),
    ("flag_of_computed", flag_of_computed),
    ("wrong_arguments", lambda: Scale()(torch.ones(2))),
    ("wrong_arguments", lambda: Scale()(torch.ones(2), 1.0, 2.0)),
    ("wrong_arguments", lambda: Scale()(torch.ones(2), scale=1.0)),
    ("wrong_arguments", lambda: Bare()(torch.ones(2))),
    ("wrong_arguments", lambda: Scale(torch.ones(2), 1.0)),  # type: ignore[call-arg]
    ("wrong_arguments", lambda: torch.nn.Linear(torch.ones(2))),  # type: ignore[call-arg, arg-type]
    ("wrong_arguments", lambda: Scale().forward(1, 2, x=3)),  # type: ignore[misc]
    ("none_used", lambda: leaf().grad.zero_()),
    ("none_used", lambda: leaf() - 0.1 * leaf().grad),
    ("none_used", lambda: leaf() - leaf().grad),
    ("none_used", lambda: leaf().grad[0]),
    ("none_used", lambda: torch.sum(leaf().grad)),
    ("number_has_no_graph", lambda: leaf().sum().item().backward()),
    ("local_before_value", local_before_value),
    ("unknown_name", unknown_name),
    ("grad_of_computed", grad_of_computed),
]


@pytest.mark.parametrize(("cause", "raises"), RAISED)
def test_what_torch_raises_is_known_and_has_words(cause: str, raises: Any) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        raises()
    assert cause_of_error(caught.type.__name__, str(caught.value)) == cause
    assert ENGINE_WORDS[cause]


# As torch 2.4 to 2.12 word them, or as only a GPU can make it say.
ELSEWHERE = [
    ("RuntimeError", "mat1 and mat2 must have the same dtype", "dtypes_differ"),
    ("RuntimeError", "expected scalar type Float but found Double", "dtypes_differ"),
    ("RuntimeError", "Found dtype Double but expected Float", "dtypes_differ"),
    ("RuntimeError", "One of the differentiated Tensors appears to not have been used in the graph."
     " Set allow_unused=True if this is the desired behavior.", "unused_input"),
    ("RuntimeError", "grad can be implicitly created only for real scalar outputs but got "
     "torch.complex64", None),
    ("RuntimeError", "Expected all tensors to be on the same device, but found at least two "
     "devices, cuda:0 and cpu! (when checking argument for argument mat2)", "devices_differ"),
    ("RuntimeError", "Expected all tensors to be on the same device, but got mat2 is on cpu, "
     "different from other tensors on cuda:0", "devices_differ"),
    ("RuntimeError", "Found no NVIDIA driver on your system.", "no_gpu"),
    ("AssertionError", "Torch not compiled with CUDA enabled", "no_gpu"),
    ("UnboundLocalError", "local variable 'w' referenced before assignment", "local_before_value"),
]  # fmt: skip


@pytest.mark.parametrize(("type_name", "text", "cause"), ELSEWHERE)
def test_other_versions_wordings_are_known(type_name: str, text: str, cause: str | None) -> None:
    assert cause_of_error(type_name, text) == cause


@pytest.mark.parametrize(
    ("type_name", "text"),
    [
        ("ValueError", "Trying to backward through the graph a second time"),
        ("RuntimeError", "name 'x' is not defined"),
        ("AttributeError", "'Tensor' object has no attribute 'gradd'"),
        ("TypeError", "unsupported operand type(s) for +: 'int' and 'str'"),
        ("KeyError", "'w'"),
        ("AttributeError", "'Net' object has no attribute 'weights'"),
        ("TypeError", "'Net' object is not iterable"),
        ("ValueError", "Invalid learning rate: -0.1"),
        ("RuntimeError", ""),
    ],
)
def test_there_is_no_cause_where_type_or_text_does_not_agree(type_name: str, text: str) -> None:
    assert cause_of_error(type_name, text) is None


def test_every_cause_with_words_is_one_that_exercises_may_name() -> None:
    assert set(ENGINE_WORDS) <= set(CAUSES)
    named = {cause for cause, _ in RAISED} | {cause for *_, cause in ELSEWHERE if cause}
    assert named - {"detached"} == set(ERROR_WORDS)
