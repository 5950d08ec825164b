"""A question as a student would have written it, and what was passed along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradeprop.gradients.comparison.render import SMALL, render_value
from gradeprop.gradients.values import TensorState
from gradeprop.session.interface import (
    Argument,
    Ask,
    Bound,
    Call,
    Code,
    Define,
    Read,
    ReadAll,
    Run,
    each_in,
)


def expression(ask: Ask, most: int = SMALL) -> str:
    """How a student would have written it: ``d_square(w=[1.5, -0.7])``; of a tensor with more than
    ``most`` elements the form only. What the grader's own code did is no call that a student could
    write: ``run: gradient_through(Cube, [1.5, -0.7])``."""
    if isinstance(ask, Read | Define):
        return ask.name
    if isinstance(ask, ReadAll):
        return f"({ask.name}{',' if len(ask.names) == 1 else ''})"
    arguments = [_shown(item, most) for item in ask.arguments]
    if isinstance(ask, Call) and ask.parameters:
        names = ask.parameters[: len(arguments)]
        arguments = [f"{name}={item}" for name, item in zip(names, arguments, strict=True)]
    arguments += [f"{name}={_shown(item, most)}" for name, item in ask.keywords.items()]
    call = f"{ask.name}({', '.join(arguments)})"
    return f"run: {call}" if isinstance(ask, Run) else call


def _shown(item: Argument, most: int) -> str:
    """As `render_value`, with the names of what is passed by name."""
    if isinstance(item, Bound | Code):
        return item.name
    if not any(isinstance(each, Bound | Code) for each in each_in([item])):
        return render_value(item, most=most)
    if isinstance(item, list):
        return f"[{', '.join(_shown(each, most) for each in item)}]"
    if isinstance(item, tuple):
        return f"({', '.join(_shown(each, most) for each in item)}{',' if len(item) == 1 else ''})"
    if isinstance(item, dict):
        pairs = (f'"{key}": {_shown(each, most)}' for key, each in item.items())
        return "{" + ", ".join(pairs) + "}"
    return render_value(item, most=most)


def arguments_of(ask: Ask) -> list[Argument]:
    """What is passed: by position, then by keyword."""
    return [*ask.arguments, *ask.keywords.values()] if isinstance(ask, Call | Run) else []


def tensors_in(values: Iterable[Argument]) -> Iterator[TensorState]:
    """The tensors among ``values`` and in the lists, tuples and dicts among them."""
    for value in values:
        if isinstance(value, TensorState):
            yield value
        elif isinstance(value, list | tuple):
            yield from tensors_in(value)
        elif isinstance(value, dict):
            yield from tensors_in(value.values())
