"""From a handle to the value that it stands for, in what came back."""

from __future__ import annotations

from dataclasses import dataclass

from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.render import SMALL
from gradeprop.gradients.comparison.wrong_type import wrong_type
from gradeprop.gradients.values import TensorState, Value
from gradeprop.grading.checks.expression import expression
from gradeprop.grading.checks.handle import After, Handle, Key, Step
from gradeprop.session.interface import Ask, Call, ReadAll, Returned, Run

__all__ = ["Found", "NoSuchItem", "found_at", "path_text"]


@dataclass(frozen=True)
class Found:
    """A value; ``owner`` is the tensor whose ``.grad`` it is, if it is one."""

    value: Value
    owner: Value = None


@dataclass(frozen=True)
class NoSuchItem:
    """What was there in place of something that has the item."""

    container: Value
    mismatch: Mismatch


def found_at(handle: Handle, outcome: Returned, ask: Ask) -> Found | NoSuchItem:
    """What ``handle`` stands for in the ``outcome`` of ``ask``."""
    found = Found(outcome.value)
    for step in handle.path:
        if isinstance(step, After):
            found = Found(_left(step, outcome, ask))
            continue
        inner = _grad_of(found.value) if step == "grad" else _item_of(found.value, step)
        if isinstance(inner, NoSuchItem):
            return inner
        found = inner
    return found


def path_text(handle: Handle, ask: Ask, most: int = SMALL) -> str:
    """The value as a student would have written it: ``f(x)[1].grad``; of an argument in words:
    ``w after f(w=1.0)``, ``argument 1 after f(1.0)`` where its name is not known.

    Args:
        most: of a tensor with more elements the form only.
    """
    first, *rest = handle.path or (None,)
    if isinstance(first, After):
        steps = "".join(map(_step_text, rest))
        argument = f"{steps} of {_argument(first, ask)}" if steps else _argument(first, ask)
        return f"{argument} after {expression(ask, most)}"
    if (
        isinstance(ask, ReadAll)
        and isinstance(first, int)
        and -len(ask.names) <= first < len(ask.names)
    ):
        return ask.names[first] + "".join(map(_step_text, rest))
    return expression(ask, most) + "".join(map(_step_text, handle.path))


def _argument(after: After, ask: Ask) -> str:
    which = after.argument
    if isinstance(which, str):
        return which
    names = ask.parameters if isinstance(ask, Call) else ()
    return names[which] if which < len(names) else f"argument {which + 1}"


def _step_text(step: Step) -> str:
    if isinstance(step, Key):
        return f'["{step.name}"]'
    return ".grad" if step == "grad" else f"[{step}]"


def _left(step: After, outcome: Returned, ask: Ask) -> Value:
    """An argument as the call left it; None where that was not told."""
    assert isinstance(ask, Call | Run)
    names = [*range(len(ask.arguments)), *ask.keywords]
    place = names.index(step.argument)
    return outcome.arguments[place] if place < len(outcome.arguments) else None


def _grad_of(value: Value) -> Found | NoSuchItem:
    if not isinstance(value, TensorState):
        return NoSuchItem(value, wrong_type(value, "a tensor with a .grad", ""))
    grad = None if value.grad is None else TensorState(value.grad, value.device)
    return Found(grad, value)


def _item_of(value: Value, step: int | Key) -> Found | NoSuchItem:
    if isinstance(step, Key):
        if isinstance(value, dict) and step.name in value:
            return Found(value[step.name])
        return NoSuchItem(value, wrong_type(value, f'a dict with the key "{step.name}"', ""))
    if isinstance(value, list | tuple) and -len(value) <= step < len(value):
        return Found(value[step])
    least = step + 1 if step >= 0 else -step
    return NoSuchItem(value, wrong_type(value, f"a tuple of at least {least} items", ""))
