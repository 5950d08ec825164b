"""What a check asks and expects: written down first, sent and judged when the test function is
done.

A grader never sees a student's value. ``student.call(...)`` returns a `Handle`, and
``reference.expect(handle).to_match(problem)`` writes down a `Probe`. That is what lets one test be
graded in a sandbox, recorded into a notebook when it is public, and judged over all its probes
together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.diagnosis.misconceptions import (
    Misconceptions,
    constants,
    is_plain_value,
    spoken_of,
)
from gradeprop.gradients.inputs import Inputs
from gradeprop.gradients.problems.problem import Problem
from gradeprop.gradients.problems.walk import Walk
from gradeprop.grading.checks.expectation import Expectation
from gradeprop.grading.checks.expected import Expected, Raising
from gradeprop.grading.checks.handle import Handle
from gradeprop.grading.checks.literals import refuse_unknown_ids
from gradeprop.grading.checks.seal import Boxes, Seal
from gradeprop.session.interface import Ask

if TYPE_CHECKING:
    import torch

    from gradeprop.course.patterns import Pattern
    from gradeprop.grading.checks.signs import Sign


@dataclass(frozen=True, eq=False)
class Probe:
    """One expectation: the value at ``handle`` should match ``answer`` under ``rule``.

    ``alternatives`` maps a misconception's id to the wrong answers that it would have given here;
    those ``ruled_out`` mean nothing here. Where ``expected`` is given, more than one answer is
    right: it says which, and ``answer`` is None.
    """

    handle: Handle
    answer: Answer
    rule: Rule
    labels: tuple[str, ...] = ()
    alternatives: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    requires_grad: bool | None = None
    is_leaf: bool | None = None
    computed_from: tuple[str, ...] = ()
    ruled_out: frozenset[str] = frozenset()
    by_backward: bool = False
    expected: Expected | None = None
    seal: Seal | None = None
    """Where the right answer is sealed; then ``answer`` is its form alone."""
    walk: Callable[[], Walk | None] | None = None
    """Where the problem is at hand: the way of a descent in two numbers."""
    elsewhere: Callable[[torch.Tensor], Answer] | None = None
    """Where the problem is at hand: what is right at other points, None if it cannot tell."""


@dataclass(frozen=True, eq=False)
class Script:
    """All that one check asks and expects, as plain values; ``signs`` are those by which it knows
    misconceptions besides their values."""

    asks: tuple[Ask, ...]
    probes: tuple[Probe, ...]
    signs: tuple[Sign, ...] = ()
    boxes: Boxes = field(default_factory=Boxes)
    """What may be wrong, where the right answers are sealed."""

    @property
    def sealed(self) -> bool:
        """Whether the right answers cannot be read."""
        return any(probe.seal is not None for probe in self.probes)


class Reference:
    """The fixture ``reference``: hidden inputs and expectations.

    Args:
        seed: of the inputs.
        device: where they live.
        misconceptions: id -> pattern, or None where it is known by its id; those that this check
            looks for.
        tolerances: overrides of the table by dtype.
        named_here: ids of those whose ``checks`` name this check: they hold for plain values, too.
        known: all ids that a grader may speak of; None: any.
        elsewhere: ids of the part's misconceptions that only other checks look for.
    """

    def __init__(
        self,
        seed: bytes,
        device: str,
        misconceptions: Mapping[str, Pattern | None],
        tolerances: Mapping[str, tuple[float, float]],
        named_here: frozenset[str] = frozenset(),
        known: frozenset[str] | None = None,
        elsewhere: frozenset[str] = frozenset(),
    ) -> None:
        self._inputs = Inputs(seed)
        self._device = device
        self._misconceptions = misconceptions
        self._tolerances = tolerances
        self._named_here = named_here
        self._known = known
        self._elsewhere = elsewhere
        self.probes: list[Probe] = []

    def inputs(self, shape: Sequence[int], dtype: str = "float32", **options: Any) -> torch.Tensor:
        """A random tensor on the check's device, reproducible per course, exercise, check and
        student.

        Options are those of `gradeprop.gradients.inputs.draw`: ``low``, ``high``, ``avoid``,
        ``gap``, ``positive``, ``integer``, ``requires_grad``."""
        return self._inputs.draw(tuple(shape), dtype=dtype, device=self._device, **options)

    def expect(self, handle: Handle) -> Expectation:
        """Begin to say what a value should be; see `Expectation`."""
        if not isinstance(handle, Handle):
            raise TypeError(
                f"expect() takes what student.call() or student.value() returned, not {handle!r}"
            )
        return Expectation(self, handle)

    def add(self, handle: Handle, problem: Problem, rule: Rule, **flags: Any) -> None:
        """Write a probe down; `Expectation.to_match` calls this."""
        refuse_unknown_ids(problem, self._known)
        patterns = self._misconceptions
        if is_plain_value(problem, of_grad=handle.path[-1:] == ("grad",)):
            patterns = spoken_of(problem, patterns, self._named_here)
        self._note(
            Probe(
                handle,
                problem.answer(),
                self._completed(rule),
                tuple(problem.labels),
                Misconceptions(problem, patterns),
                ruled_out=self._elsewhere | frozenset(filter(problem.rules_out, patterns)),
                walk=problem.walk,
                elsewhere=problem.elsewhere,
                **flags,
            )
        )

    def add_expected(self, handle: Handle, expected: Expected) -> None:
        """Write a probe down that more than one answer satisfies."""
        rule = self._completed(Rule(kinds="either", shapes="single", dtype="any"))
        alternatives = {} if isinstance(expected, Raising) else constants(self._misconceptions)
        self._note(
            Probe(
                handle, None, rule, (), alternatives, ruled_out=self._elsewhere, expected=expected
            )
        )

    def _note(self, probe: Probe) -> None:
        same = [item for item in self.probes if item.handle.ask == probe.handle.ask]
        raising = [item for item in (*same, probe) if isinstance(item.expected, Raising)]
        if same and raising:
            raise ValueError(
                "a call that should raise returns nothing to look at: expect nothing else of it"
            )
        self.probes.append(probe)

    def _completed(self, rule: Rule) -> Rule:
        """With the course's tolerances and the check's device, in the rules of items too."""
        return replace(
            rule,
            tolerances=self._tolerances,
            device=rule.device or self._device,
            items=tuple(self._completed(item) for item in rule.items),
        )


def anywhere(rule: Rule) -> Rule:
    """The same rule for a value on any device."""
    return replace(rule, device=None, items=tuple(anywhere(item) for item in rule.items))
