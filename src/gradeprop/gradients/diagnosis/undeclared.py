"""What is recognised in any exercise, with no misconception declared: the engine's own ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gradeprop.gradients.comparison.compare import as_value, matches
from gradeprop.gradients.comparison.mismatch import Kind
from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.gradients.values import TensorState, Value

_IDS: Mapping[Kind, str] = {
    "type": "wrong_type",
    "length": "wrong_shape",
    "keys": "wrong_shape",
    "shape": "wrong_shape",
    "dtype": "wrong_dtype",
    "not_finite": "not_finite",
}
# What differs where numbers that are written in are not even of the form that is asked for.
_FORMS: frozenset[Kind] = frozenset({"dtype", "device", "shape", "value"})


def undeclared(observations: Sequence[Observation]) -> str | None:
    """The one of the engine's own ids that fits: all mismatches must be of its kind."""
    wrong: list[Observation] = []
    kinds: set[Kind] = set()
    for item in observations:
        mismatch = item.mismatch()
        if mismatch is not None:
            wrong.append(item)
            kinds.add(mismatch.kind)
    if kinds and kinds <= _FORMS and _constant(observations):
        return "hard_coded"
    if kinds == {"value"}:
        return "hard_coded" if _hard_coded(observations) else None
    return of_kinds(kinds, wrong)


def of_kinds(kinds: Collection[Kind], wrong: Sequence[Observation]) -> str | None:
    """The one of the engine's own ids that fits what is wrong with the form of all values."""
    if set(kinds) == {"none"}:
        return _of_nothing(wrong)
    ids = {_IDS.get(kind) for kind in kinds}
    return ids.pop() if len(ids) == 1 else None


def _of_nothing(wrong: Sequence[Observation]) -> str | None:
    """Where None came: a ``.grad`` of which nobody knows why it is empty has no cause."""
    if all(item.awaits_backward for item in wrong):
        return "no_backward"
    if all(item.of_computed for item in wrong):
        return "grad_of_computed"
    return None if any(item.of_grad for item in wrong) else "wrong_type"


def _hard_coded(observations: Sequence[Observation]) -> bool:
    """One function gave one constant per shape, though the right answers of a shape differ.

    Nothing but 0 comes of many things, a gradient that was cleared among them. What was given to
    both of two calls may be what their result comes of."""
    if all(_is_zero(item.got) for item in observations):
        return False
    groups: dict[tuple[str, object], list[Observation]] = {}
    for item in observations:
        if item.called is None:
            return False
        groups.setdefault((item.called, _form(item.got)), []).append(item)
    seen = False
    for first, *rest in groups.values():
        for item in rest:
            if not _identical(first.got, item.got):
                return False
            seen = seen or _must_differ(first, item)
    return seen


def _constant(observations: Sequence[Observation]) -> bool:
    """One function gave the very same numbers, more than one, though the right answers differ in
    shape."""
    first, *rest = observations
    if first.called is None or _is_zero(first.got) or _count(first.got) < 2:
        return False
    if any(item.called != first.called or not _identical(first.got, item.got) for item in rest):
        return False
    if not any(_must_differ(first, item) for item in rest):
        return False
    return len({_form(as_value(item.expected)) for item in observations}) > 1


def _count(value: Value) -> int:
    """How many numbers it holds."""
    if isinstance(value, TensorState):
        return value.value.numel()
    return sum(map(_count, value)) if isinstance(value, tuple | list) else 1


def _same_answer(first: Observation, item: Observation) -> bool:
    """Whether the right answers to both are the same."""
    return matches(as_value(item.expected), first.expected, item.rule.ignoring_place())


def _must_differ(first: Observation, item: Observation) -> bool:
    """Whether no honest computation gives the same to both: the right answers differ, and so does
    each argument. The slope of a straight line is the same everywhere."""
    shared = any(map(_identical, first.given, item.given))
    return not shared and not _slope_of_a_line(item) and not _same_answer(first, item)


def _slope_of_a_line(item: Observation) -> bool:
    """Whether it is a gradient that torch found, of numbers that are all alike."""
    if not item.seen.is_gradient or not isinstance(item.got, TensorState):
        return False
    numbers = item.got.value.detach().flatten()
    return bool((numbers == numbers[:1]).all())


def _form(value: Value) -> object:
    """The same for values that one constant could be."""
    if isinstance(value, TensorState):
        return tuple(value.value.shape)
    if isinstance(value, tuple | list):
        return tuple(_form(item) for item in value)
    if isinstance(value, dict):
        return tuple((name, _form(item)) for name, item in sorted(value.items()))
    return type(value)


def _is_zero(value: Value) -> bool:
    if isinstance(value, TensorState):
        return not bool(value.value.detach().count_nonzero())
    if isinstance(value, tuple | list):
        return all(map(_is_zero, value))
    if isinstance(value, dict):
        return all(map(_is_zero, value.values()))
    return isinstance(value, int | float) and value == 0


def _identical(first: object, second: object) -> bool:
    """The same to the last bit, but for the dtype."""
    if isinstance(first, TensorState) and isinstance(second, TensorState):
        mine, theirs = first.value.detach().cpu(), second.value.detach().cpu()
        return mine.shape == theirs.shape and bool((mine.to(theirs.dtype) == theirs).all())
    if isinstance(first, tuple | list) and isinstance(second, tuple | list):
        return len(first) == len(second) and all(map(_identical, first, second))
    if isinstance(first, dict) and isinstance(second, dict):
        same_names = first.keys() == second.keys()
        return same_names and all(_identical(item, second[name]) for name, item in first.items())
    return bool(first == second)
