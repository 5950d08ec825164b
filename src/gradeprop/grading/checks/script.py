"""What a check asks and expects: written down first, sent and judged when the test function is
done.

A grader never sees a student's value. ``student.call(...)`` returns a `Handle`, and
``reference.expect(handle).to_match(problem)`` writes down a `Probe`. That is what lets one test be
graded in a sandbox, recorded into a notebook when it is public, and judged over all its probes
together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.comparison.rule import DTypes, Kinds, Rule, Shapes
from gradeprop.gradients.diagnosis.misconceptions import Misconceptions
from gradeprop.gradients.inputs import Inputs
from gradeprop.gradients.problems.problem import Problem
from gradeprop.grading.checks.handle import Handle
from gradeprop.grading.checks.seal import Boxes, Seal
from gradeprop.session.interface import Ask

if TYPE_CHECKING:
    import torch

    from gradeprop.course.patterns import Pattern


@dataclass(frozen=True, eq=False)
class Probe:
    """One expectation: the value at ``handle`` should match ``answer`` under ``rule``.

    ``alternatives`` maps a misconception's id to the wrong answers that it would have given here;
    those ``ruled_out`` mean nothing here.
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
    seal: Seal | None = None
    """Where the right answer is sealed; then ``answer`` is its form alone."""


@dataclass(frozen=True, eq=False)
class Script:
    """All that one check asks and expects, as plain values."""

    asks: tuple[Ask, ...]
    probes: tuple[Probe, ...]
    boxes: Boxes = field(default_factory=Boxes)
    """What may be wrong, where the right answers are sealed."""

    @property
    def sealed(self) -> bool:
        """Whether the right answers cannot be read."""
        return any(probe.seal is not None for probe in self.probes)


class Reference:
    """The fixture ``reference``: hidden inputs and expectations."""

    def __init__(
        self,
        seed: bytes,
        device: str,
        misconceptions: Mapping[str, Pattern | None],
        tolerances: Mapping[str, tuple[float, float]],
    ) -> None:
        self._inputs = Inputs(seed)
        self._device = device
        self._misconceptions = misconceptions
        self._tolerances = tolerances
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
        rule = self._completed(rule)
        self.probes.append(
            Probe(
                handle,
                problem.answer(),
                rule,
                tuple(problem.labels),
                Misconceptions(problem, self._misconceptions),
                ruled_out=frozenset(filter(problem.rules_out, self._misconceptions)),
                **flags,
            )
        )

    def _completed(self, rule: Rule) -> Rule:
        """With the course's tolerances and the check's device, in the rules of items too."""
        return replace(
            rule,
            tolerances=self._tolerances,
            device=rule.device or self._device,
            items=tuple(self._completed(item) for item in rule.items),
        )


@dataclass(frozen=True)
class Expectation:
    """``reference.expect(handle)``; nothing happens before ``to_match``."""

    reference: Reference
    handle: Handle

    def to_match(
        self,
        problem: Problem,
        *,
        kinds: Kinds = "same",
        shapes: Shapes = "exact",
        dtype: DTypes = "exact",
        rtol: float | None = None,
        atol: float | None = None,
        items: Sequence[Rule] = (),
        requires_grad: bool | None = None,
        is_leaf: bool | None = None,
        computed_from: Sequence[str] = (),
        by_backward: bool = False,
    ) -> None:
        """Expect the value to equal ``problem.answer()``.

        Args:
            kinds: ``"same"`` as the answer, ``"tensor"``, ``"number"`` or ``"either"``.
            shapes: ``"exact"``; ``"scalar"`` takes () and (1,) alike, ``"single"`` any one-element
                shape.
            dtype: ``"exact"`` asks for the answer's dtype, ``"floating"`` for any floating one.
            rtol, atol: override the tolerance table for this probe.
            items: a rule for each item of a tuple answer, where they differ.
            requires_grad, is_leaf: if given, what these flags of the tensor must be.
            computed_from: names of tensors that its graph must lead back to. Where nobody can tell
                (see `gradeprop.gradients.values.Evidence`), it passes.
            by_backward: of a ``.grad``: it must not have been written where autograd has not run at
                all. Where nobody can tell, it passes.
        """
        rule = Rule(
            kinds=kinds, shapes=shapes, dtype=dtype, rtol=rtol, atol=atol, items=tuple(items)
        )
        self.reference.add(
            self.handle,
            problem,
            rule,
            requires_grad=requires_grad,
            is_leaf=is_leaf,
            computed_from=tuple(computed_from),
            by_backward=by_backward,
        )


def anywhere(rule: Rule) -> Rule:
    """The same rule for a value on any device."""
    return replace(rule, device=None, items=tuple(anywhere(item) for item in rule.items))
