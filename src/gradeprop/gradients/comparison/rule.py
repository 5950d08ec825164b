"""What counts as the same answer: kinds of value, shapes, dtypes, device, tolerance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import torch

from gradeprop.gradients.comparison.tolerance import Tolerance, Tolerances, tolerance_for

Kinds: TypeAlias = Literal["same", "tensor", "number", "either"]
Shapes: TypeAlias = Literal["exact", "scalar", "single"]
DTypes: TypeAlias = Literal["exact", "floating", "any"]


@dataclass(frozen=True)
class Rule:
    """What counts as the same answer. The defaults are the strictest.

    Attributes:
        kinds: ``"same"`` as the right answer; or a ``"tensor"``, a Python ``"number"``, or
            ``"either"``.
        shapes: ``"exact"``; ``"scalar"``: 0-d and (1,) are the same; ``"single"``: so is every
            one-element shape, e.g. (1, 1). Tensors of more elements always need the exact shape.
        dtype: ``"exact"``; ``"floating"``: any floating dtype where a floating one is right;
            ``"any"``.
        device: where the answer must live (``"cuda"`` accepts ``"cuda:0"``); None: anywhere.
        rtol, atol: instead of the tolerance table's.
        tolerances: overrides of the table by dtype, ``{"float32": (rtol, atol)}``.
        items: rules of the items of a tuple answer, or of a dict in the order of its names, one
            each; empty: this rule for all.
    """

    kinds: Kinds = "same"
    shapes: Shapes = "exact"
    dtype: DTypes = "exact"
    device: str | None = None
    rtol: float | None = None
    atol: float | None = None
    tolerances: Tolerances = field(default_factory=dict)
    items: tuple[Rule, ...] = ()

    def item(self, index: int) -> Rule:
        """The rule for one item of a tuple or dict."""
        if index < len(self.items):
            return self.items[index]
        return replace(self, items=()) if self.items else self

    def kinds_for(self, *, tensor: bool) -> Literal["tensor", "number", "either"]:
        """What may be given where the right answer is a ``tensor``, or else a Python number."""
        if self.kinds == "same":
            return "tensor" if tensor else "number"
        return self.kinds

    def tolerance(
        self, expected: torch.dtype | None, got: torch.dtype | None, device: str
    ) -> Tolerance:
        """The numbers to compare with; ``None`` for a Python number."""
        found = tolerance_for(expected, got, device=device, overrides=self.tolerances)
        if self.rtol is None and self.atol is None:
            return found
        return Tolerance(
            found.rtol if self.rtol is None else self.rtol,
            found.atol if self.atol is None else self.atol,
            found.floor,
        )

    def ignoring_place(self) -> Rule:
        """The same rule whatever the dtype and device: are the numbers right?"""
        return replace(
            self,
            dtype="any",
            device=None,
            items=tuple(item.ignoring_place() for item in self.items),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data, without defaults; :meth:`from_dict` reads it."""
        data: dict[str, Any] = {}
        for name in ("kinds", "shapes", "dtype", "device", "rtol", "atol"):
            value = getattr(self, name)
            if value != getattr(STRICT, name):
                data[name] = value
        if self.tolerances:
            data["tolerances"] = {name: list(value) for name, value in self.tolerances.items()}
        if self.items:
            data["items"] = [item.to_dict() for item in self.items]
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Rule:
        """Inverse of :meth:`to_dict`."""
        pairs = data.get("tolerances", {})
        tolerances = {name: (rtol, atol) for name, (rtol, atol) in pairs.items()}
        items = tuple(cls.from_dict(item) for item in data.get("items", ()))
        return cls(**{**data, "tolerances": tolerances, "items": items})


STRICT = Rule()
"""Nothing is forgiven but rounding."""
