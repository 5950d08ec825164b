"""The gradient of a function at a point, by torch.autograd."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.gradients.problems.problem import Problem
from gradeprop.gradients.problems.quotients import (
    Function,
    Quotient,
    change,
    one_sided,
    undivided,
)
from gradeprop.gradients.problems.stated import Wrong, answers_of, listed


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
        wrong: Wrong | None = None,
        labels: tuple[str, ...] = (),
    ) -> None:
        self._f = f
        self._single = isinstance(at, torch.Tensor)
        inputs = (at,) if isinstance(at, torch.Tensor) else at
        self._at = tuple(item.detach() for item in inputs)
        if not self._at or not all(item.dtype.is_floating_point for item in self._at):
            raise ValueError(
                "Gradient: at must be a floating tensor or a tuple of floating tensors"
            )
        self._upstream = None if upstream is None else upstream.detach().to(torch.float64)
        self._wrong = listed(wrong)
        self.stated = frozenset(self._wrong)
        self.labels = labels

    def answer(self) -> Answer:
        return self._like_input(self._gradient(self._f, self._upstream))

    def elsewhere(self, at: torch.Tensor) -> Answer:
        """The gradient there, for one input and no weights."""
        if not self._single or self._upstream is not None:
            return None
        return Gradient(self._f, at.to(self._at[0].device)).answer()

    def mistake(self, name: str) -> list[Answer]:
        """Besides the general ones: those of ``wrong``; value_not_gradient; upstream_ignored;
        mean_instead_of_sum and its opposite, by several counts; one_sided_difference and
        not_divided_by_step, by many step sizes.
        """
        if name in self._wrong:
            return answers_of("Gradient", name, self._wrong[name], self._of)
        if name == "value_not_gradient":
            return self._values()
        if name == "upstream_ignored":
            if self._upstream is None:
                return []
            return [self._like_input(self._gradient(self._f, None))]
        if name in ("mean_instead_of_sum", "sum_instead_of_mean"):
            return self._averaged(divide=name == "mean_instead_of_sum")
        if name == "one_sided_difference":
            return self._differences(one_sided())
        if name == "not_divided_by_step":
            return self._differences(undivided())
        return super().mistake(name)

    def _of(self, function: Function) -> Answer:
        return self._like_input(self._gradient(function, self._upstream))

    def rules_out(self, name: str) -> bool:
        return self._wrong.get(name) == []

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
        pairs = zip(found, points, strict=True)
        return [torch.zeros_like(point) if grad is None else grad.detach() for grad, point in pairs]

    def _like_input(self, items: Sequence[torch.Tensor]) -> Answer:
        pairs = zip(items, self._at, strict=True)
        cast = tuple(item.detach().to(point.dtype) for item, point in pairs)
        return cast[0] if self._single else cast

    @torch.no_grad()
    def _output(self) -> torch.Tensor:
        """f(x) in float64."""
        return self._f(*(item.to(torch.float64) for item in self._at))

    def _values(self) -> list[Answer]:
        """f(x) as it is, then its sum; for several inputs, in place of every gradient."""
        out = self._output().detach()
        return [self._like_input([value] * len(self._at)) for value in (out, out.sum())]

    def _averaged(self, *, divide: bool) -> list[Answer]:
        """n taken as the number of outputs, of inputs, of rows."""
        right = self._gradient(self._f, self._upstream)
        outputs = [self._output().numel()] * len(right)
        inputs = [item.numel() for item in right]
        rows = [item.shape[0] if item.dim() else 1 for item in right]
        found: list[Answer] = []
        for counts in (outputs, inputs, rows):
            scaled = []
            for item, count in zip(right, counts, strict=True):
                n = max(count, 1)
                scaled.append(item / n if divide else item * n)
            found.append(self._like_input(scaled))
        return found

    def _differences(self, quotients: Iterable[Quotient]) -> list[Answer]:
        """Each quotient in float64, then in the input's own dtype, where small steps are noisy."""
        elementwise = self._elementwise()
        found: list[Answer] = []
        for quotient in quotients:
            exact = self._changes(quotient, torch.float64, elementwise)
            native = self._changes(quotient, None, elementwise)
            kept = [_unless_noise(mine, right) for mine, right in zip(native, exact, strict=True)]
            for changes in (exact, kept):
                found.append(self._like_input([item / quotient.divisor for item in changes]))
        return found

    def _changes(
        self, quotient: Quotient, dtype: torch.dtype | None, elementwise: bool
    ) -> list[torch.Tensor]:
        """f's change along each input, computed in ``dtype`` or else in the inputs' own."""
        points = [item.to(dtype or item.dtype) for item in self._at]
        return [
            change(self._weighted, points, which, quotient, elementwise=elementwise)
            for which in range(len(points))
        ]

    def _weighted(self, *points: torch.Tensor) -> torch.Tensor:
        """``upstream * f``."""
        out = self._f(*points)
        return out if self._upstream is None else out * self._upstream.to(out.dtype)

    def _elementwise(self) -> bool:
        """Does each output depend on the input in its own place only (one input)?

        Then J is diagonal, and Jᵀv = v * Jᵀ1 for weights v that no other J satisfies by chance.
        """
        if len(self._at) != 1:
            return False
        point = self._at[0]
        if self._output().shape != point.shape:
            return False
        count = torch.arange(1, point.numel() + 1, dtype=torch.float64, device=point.device)
        weights = 2 + torch.sin(count**2).reshape(point.shape)
        (plain,) = self._gradient(self._f, None)
        (weighted,) = self._gradient(self._f, weights)
        return torch.allclose(weighted, weights * plain, rtol=1e-10, atol=0)


def _unless_noise(native: torch.Tensor, exact: torch.Tensor) -> torch.Tensor:
    """``exact`` where rounding leaves nothing but noise (or zeros, that would fit everybody's)."""
    lost = (exact - native).abs() > 0.1 * exact.abs()
    return exact if bool(lost.any()) else native
