"""The gradient of a function at a point, by torch.autograd."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.problems.problem import Problem

Function: TypeAlias = Callable[..., torch.Tensor]

STEPS = tuple(base * 10.0**-power for power in range(1, 6) for base in (5, 2, 1))
"""Step sizes that learners pick for a difference quotient, 0.5 … 1e-5."""
TINY_STEPS = (1e-6, 1e-7, 1e-8)
"""Smaller ones: as good as exact when divided by, still plain to see when the division is
missing."""


class Gradient(Problem):
    """d(sum of ``upstream * f(x)``)/dx at ``x = at``: for an elementwise f, its derivative.

    The reference runs in float64 on the device of ``at``; the answer has the shape, dtype and
    device of ``at``.

    Args:
        f: differentiable; takes the tensor (or the tensors, if ``at`` is a tuple) and returns a
            tensor.
        at: floating tensor of any shape, or a tuple of them (then the answer is a tuple in that
            order).
        upstream: weights of the outputs, broadcastable to f(x); ones by default.
        wrong: misconception id -> function(s) whose gradient it would be,
            e.g. ``{"wrong_function": [torch.sin]}``.
        labels: names of the items of a tuple answer.

    Raises:
        ValueError: ``at`` is not floating or f(x) does not depend on it.
    """

    def __init__(
        self,
        f: Function,
        at: torch.Tensor | tuple[torch.Tensor, ...],
        *,
        upstream: torch.Tensor | None = None,
        wrong: Mapping[str, Function | Sequence[Function]] | None = None,
        labels: tuple[str, ...] = (),
    ) -> None:
        self._f = f
        self._single = isinstance(at, torch.Tensor)
        self._at = tuple(item.detach() for item in ((at,) if isinstance(at, torch.Tensor) else at))
        if not self._at or not all(item.dtype.is_floating_point for item in self._at):
            raise ValueError(
                "Gradient: at must be a floating tensor or a tuple of floating tensors"
            )
        self._upstream = None if upstream is None else upstream.detach().to(torch.float64)
        self._wrong = {
            name: list(given) if isinstance(given, Sequence) else [given]
            for name, given in (wrong or {}).items()
        }
        self.labels = labels

    def answer(self) -> Answer:
        return self._like_input(self._gradient(self._f, self._upstream))

    def mistake(self, name: str) -> list[Answer]:
        if name in self._wrong:
            return [self._like_input(self._gradient(g, self._upstream)) for g in self._wrong[name]]
        if name == "value_not_gradient":
            return self._values()
        if name == "upstream_ignored":
            return (
                [] if self._upstream is None else [self._like_input(self._gradient(self._f, None))]
            )
        if name in ("mean_instead_of_sum", "sum_instead_of_mean"):
            return self._averaged(divide=name == "mean_instead_of_sum")
        if name == "one_sided_difference":
            return self._differences(
                (low, high, step) for step in STEPS for low, high in ((0.0, step), (-step, 0.0))
            )
        if name == "not_divided_by_step":
            return self._differences(
                (low, high, 1.0)
                for step in (*STEPS, *TINY_STEPS)
                for low, high in ((0.0, step), (-step, 0.0), (-step, step))
            )
        return super().mistake(name)

    def _gradient(self, f: Function, upstream: torch.Tensor | None) -> list[torch.Tensor]:
        with torch.inference_mode(False), torch.enable_grad():
            points = [item.to(torch.float64, copy=True).requires_grad_() for item in self._at]
            out = f(*points)
            if not isinstance(out, torch.Tensor) or not out.requires_grad:
                raise ValueError(
                    "Gradient: f(x) does not depend on x; is there a detach or an item() in f?"
                )
            total = out.sum() if upstream is None else (out * upstream.clone()).sum()
            found = torch.autograd.grad(total, points, allow_unused=True)
        return [
            torch.zeros_like(point) if grad is None else grad.detach()
            for grad, point in zip(found, points, strict=True)
        ]

    def _like_input(self, items: Sequence[torch.Tensor]) -> Answer:
        cast = tuple(
            item.detach().to(point.dtype) for item, point in zip(items, self._at, strict=True)
        )
        return cast[0] if self._single else cast

    @torch.no_grad()
    def _values(self) -> list[Answer]:
        """f(x) as it is, then its sum; for several inputs, in place of every gradient."""
        out = self._f(*(item.to(torch.float64) for item in self._at)).detach()
        return [self._like_input([value] * len(self._at)) for value in (out, out.sum())]

    @torch.no_grad()
    def _averaged(self, *, divide: bool) -> list[Answer]:
        """n taken as the number of outputs, of inputs, of rows."""
        right = self._gradient(self._f, self._upstream)
        outputs = self._f(*(item.to(torch.float64) for item in self._at)).numel()
        counts = [
            [max(outputs, 1)] * len(right),
            [max(item.numel(), 1) for item in right],
            [max(item.shape[0], 1) if item.dim() else 1 for item in right],
        ]
        return [
            self._like_input(
                [item / n if divide else item * n for item, n in zip(right, count, strict=True)]
            )
            for count in counts
        ]

    def _differences(self, family: Iterable[tuple[float, float, float]]) -> list[Answer]:
        """For each (low, high, divisor): (f(x + high) - f(x + low)) / divisor, computed in float64
        and then in the input's own dtype, whose rounding shows for small steps. Where rounding
        leaves nothing but noise (or zeros, that would fit everybody's zeros), float64 stands for
        both."""
        elementwise = self._elementwise()
        found: list[Answer] = []
        for low, high, divisor in family:
            exact, native = (
                [
                    self._quotient(which, low, high, dtype, elementwise)
                    for which in range(len(self._at))
                ]
                for dtype in (torch.float64, None)
            )
            pairs = list(zip(exact, native, strict=True))
            kept = [a if bool(((a - b).abs() > 0.1 * a.abs()).any()) else b for a, b in pairs]
            found += [
                self._like_input([item / divisor for item in items]) for items in (exact, kept)
            ]
        return found

    @torch.no_grad()
    def _quotient(
        self, which: int, low: float, high: float, dtype: torch.dtype | None, elementwise: bool
    ) -> torch.Tensor:
        """f's change when input number ``which`` moves from ``+ low`` to ``+ high``, one coordinate
        at a time; shape of that input."""
        points = [item.to(dtype or item.dtype) for item in self._at]
        point = points[which]

        def value(moved: torch.Tensor) -> torch.Tensor:
            out = self._f(*points[:which], moved, *points[which + 1 :])
            return out if self._upstream is None else out * self._upstream.to(out.dtype)

        if elementwise:
            return value(point + high) - (value(point + low) if low else value(point))
        change = torch.zeros_like(point)
        for index in range(point.numel()):
            unit = torch.zeros_like(point)
            unit.view(-1)[index] = 1
            change.view(-1)[index] = (
                value(point + high * unit).sum() - value(point + low * unit).sum()
            )
        return change

    def _elementwise(self) -> bool:
        """Does each output depend on the input in its own place only (one input)? Then J is
        diagonal, and Jᵀv = v * Jᵀ1 for weights v that no other J satisfies by chance."""
        point = self._at[0]
        if len(self._at) != 1:
            return False
        with torch.no_grad():
            if self._f(point.to(torch.float64)).shape != point.shape:
                return False
        count = torch.arange(1, point.numel() + 1, dtype=torch.float64, device=point.device)
        weights = 2 + torch.sin(count**2).reshape(point.shape)
        plain = self._gradient(self._f, None)[0]
        return torch.allclose(
            self._gradient(self._f, weights)[0], weights * plain, rtol=1e-10, atol=0
        )
