"""What came back on one probe, beside what could have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.compare import compare, matches
from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.rule import STRICT, Rule
from gradeprop.gradients.values import NOTHING_SEEN, Evidence, Value


@dataclass(frozen=True, eq=False)
class Observation:
    """What came back on one probe and what could have.

    Attributes:
        got: the student's value.
        expected: the right answer.
        misconceptions: id -> its wrong answers here, one per variant, in the same order on every
            probe; empty where the misconception changes nothing.
        rule: what counts as the same answer.
        labels: names of the items of a tuple answer.
        called: the name of the student's function that returned ``got``; None for a variable.
        given: what that function was called with.
        seen: what else was seen of it in the student's process.
        of_grad: ``got`` is the ``.grad`` of a tensor.
        awaits_backward: it is that of a leaf which no backward pass is known to have reached.
        of_computed: it is that of a tensor that is itself the result of a computation.
        wrong_in: where more than one answer is right, what is wrong with a value; ``expected`` is
            None then.
    """

    got: Value
    expected: Answer
    misconceptions: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    rule: Rule = STRICT
    labels: tuple[str, ...] = ()
    called: str | None = None
    given: Sequence[object] = ()
    seen: Evidence = NOTHING_SEEN
    of_grad: bool = False
    awaits_backward: bool = False
    of_computed: bool = False
    wrong_in: Callable[[Value], Mismatch | None] | None = None

    def mismatch(self) -> Mismatch | None:
        """What is wrong with the student's value by the probe's own rule."""
        if self.wrong_in is not None:
            return self.wrong_in(self.got)
        return compare(self.got, self.expected, self.rule, self.labels)

    def accepts(self, value: Value, rule: Rule) -> bool:
        """Whether a value is right by ``rule``."""
        if self.wrong_in is not None:
            return self.wrong_in(value) is None
        return matches(value, self.expected, rule)
