"""Answers that were judged before: most of a class gives one of a few to the same questions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.script import Script
from gradeprop.session.interface import Outcome

__all__ = ["JudgedBefore"]

_MOST: Final = 32
"""Judgements that are kept for one script."""
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
