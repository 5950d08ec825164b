"""Answers that were judged before: most of a class gives one of a few to the same questions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.gradients.values import TensorState, Value
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.script import Script
from gradeprop.session.interface import Outcome, Raised, Returned

__all__ = ["JudgedBefore"]

_MOST: Final = 32
"""Judgements that are kept for one script."""
_MOST_BYTES: Final = 1 << 14
"""Of larger answers none is kept: `gradeprop.session.grader.asking` decodes each anew, so that it
would never be found again."""
_Known: TypeAlias = dict[Hashable, tuple[Judgement, Sequence[Observation]]]


@dataclass
class JudgedBefore:
    """Judgements by all that they depend on besides the course: the script, which is of one check
    and one set of inputs, the very outcomes (equal bytes give the same objects), and what was seen
    earlier."""

    _by_script: WeakKeyDictionary[Script, _Known] = field(default_factory=WeakKeyDictionary)

    def of(
        self,
        script: Script,
        outcomes: Sequence[Outcome],
        earlier: Sequence[Observation],
        circumstances: Hashable,
        judge: Callable[[], Judgement],
    ) -> Judgement:
        """What ``judge`` gives, or has given before to the same.

        Args:
            circumstances: all else that the judgement depends on.
        """
        if not _is_small(outcomes):
            return judge()
        known = self._by_script.setdefault(script, {})
        key = (tuple(outcomes), tuple(map(id, earlier)), circumstances)
        if key in known:
            return known[key][0]
        judgement = judge()
        if len(known) >= _MOST:
            known.pop(next(iter(known)))
        # With what was seen earlier, so that its ids stay its own.
        known[key] = judgement, tuple(earlier)
        return judgement


def _is_small(outcomes: Sequence[Outcome]) -> bool:
    return sum(map(_bytes_of, outcomes)) <= _MOST_BYTES


def _bytes_of(outcome: Outcome) -> int:
    if isinstance(outcome, Returned):
        return _size(outcome.value) + sum(map(_size, outcome.arguments))
    return len(outcome.message) + len(outcome.traceback) if isinstance(outcome, Raised) else 0


def _size(value: Value) -> int:
    if isinstance(value, TensorState):
        own = value.value.numel() * value.value.element_size()
        return own + (0 if value.grad is None else own)
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(name) + _size(item) for name, item in value.items())
    return 8 + sum(map(_size, value)) if isinstance(value, list | tuple) else 8
