"""What a grader expects of a handle: one answer, an exception, a range, one of several words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradeprop.gradients.comparison.rule import DTypes, Kinds, Rule, Shapes
from gradeprop.gradients.problems.problem import Problem
from gradeprop.grading.checks.expected import OneOf, Raising, Within
from gradeprop.grading.checks.literals import (
    refuse_unknown_words,
    refuse_what_are_no_names,
    refuse_what_is_no_flag,
    refuse_what_is_no_problem,
)

if TYPE_CHECKING:
    from gradeprop.grading.checks.handle import Handle
    from gradeprop.grading.checks.script import Reference

__all__ = ["Expectation"]


@dataclass(frozen=True)
class Expectation:
    """``reference.expect(handle)``; nothing happens before one of its ``to_…`` is called."""

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

        Raises:
            TypeError: ``problem`` is no `Problem`, a flag no truth value, or ``computed_from`` no
                tuple of names.
            ValueError: one of the words is not known, or the problem speaks of an id that no
                misconception of the exercise has.
        """
        refuse_what_is_no_problem(problem)
        refuse_unknown_words(kinds=kinds, shapes=shapes, dtype=dtype)
        refuse_what_is_no_flag(
            requires_grad=requires_grad, is_leaf=is_leaf, by_backward=by_backward
        )
        refuse_what_are_no_names("computed_from", computed_from)
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

    def to_raise(self, type_name: str, says: str | None = None) -> None:
        """Expect the call to raise.

        Args:
            type_name: the name of the exception's type or of a base class of it,
                ``"RuntimeError"``.
            says: what stands somewhere in its text, whatever the capitals; None: any text.

        Raises:
            TypeError: ``type_name`` is no text, or the handle is a part of a value.
            ValueError: something else is expected of the same call.
        """
        if not isinstance(type_name, str):
            name = getattr(type_name, "__name__", "RuntimeError")
            raise TypeError(f'to_raise() takes the name of a type: write to_raise("{name}")')
        if self.handle.path:
            raise TypeError(
                "to_raise() speaks of a whole call: expect it of what student.call() returned"
            )
        self.reference.add_expected(self.handle, Raising(type_name, says))

    def to_be_within(self, low: float, high: float) -> None:
        """Expect a number from ``low`` to ``high``, both included: a Python number, or each element
        of a tensor, list or tuple of numbers. ``float("inf")`` leaves an end open.

        Raises:
            ValueError: ``low`` is greater than ``high``, or one is no number.
        """
        if not low <= high:
            raise ValueError(f"to_be_within({low}, {high}): the lower end comes first")
        self.reference.add_expected(self.handle, Within(float(low), float(high)))

    def to_be_one_of(self, *words: str) -> None:
        """Expect one of these words; capitals and blanks do not count.

        Raises:
            TypeError: there is none, or one is no text.
        """
        if not words or not all(isinstance(word, str) for word in words):
            raise TypeError('to_be_one_of() takes words: write to_be_one_of("up", "down")')
        self.reference.add_expected(self.handle, OneOf(words))
