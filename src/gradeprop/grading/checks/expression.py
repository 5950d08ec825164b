"""A question as a student would have written it, and what was passed along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradeprop.gradients.comparison.render import SMALL, render_value
from gradeprop.gradients.values import TensorState, Value
from gradeprop.session.interface import Ask, Call


def expression(ask: Ask, most: int = SMALL) -> str:
    """How a student would have written it: ``d_square([1.5, -0.7])``; of a tensor with more than
    ``most`` elements the form only."""
    if not isinstance(ask, Call):
        return ask.name
    arguments = [render_value(item, most=most) for item in ask.arguments]
    arguments += [f"{name}={render_value(item, most=most)}" for name, item in ask.keywords.items()]
    return f"{ask.name}({', '.join(arguments)})"


def arguments_of(ask: Ask) -> list[Value]:
    return [*ask.arguments, *ask.keywords.values()] if isinstance(ask, Call) else []


def tensors_in(values: Iterable[Value]) -> Iterator[TensorState]:
    """The tensors among ``values`` and in the lists, tuples and dicts among them."""
    for value in values:
        if isinstance(value, TensorState):
            yield value
        elif isinstance(value, list | tuple):
            yield from tensors_in(value)
        elif isinstance(value, dict):
            yield from tensors_in(value.values())
