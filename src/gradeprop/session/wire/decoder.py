"""Values from JSON plus plain numbers, trusting nothing of what came.

The inverse of `gradeprop.session.wire.encoder`; whatever is not as that writes it is a `WireError`.
"""

from __future__ import annotations

import math
import re
from functools import cache
from math import isfinite, prod
from typing import TYPE_CHECKING, Any, Final

from gradeprop.gradients.values import Member, Opaque, TensorState, Value
from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.wire.frames import WireError, clean_text
from gradeprop.session.wire.values import (
    DTYPES,
    MAX_DEPTH,
    MAX_INT_BITS,
    MAX_MEMBERS,
    MAX_NODES,
    MAX_RANK,
    MAX_TENSORS,
    MAX_TEXT,
)

if TYPE_CHECKING:
    import torch

__all__ = ["Decoder", "malformed", "rows_in"]

__builtins__ = KEPT

_MOST: Final = 1 << 40  # elements along one axis
_MAX_TYPE_NAME: Final = 200
_DEVICE = re.compile(r"cpu|(cuda|mps|xpu)(:\d{1,3})?")
_LARGE_INT = re.compile(r"-?[0-9a-f]{16,1100}")
_SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def malformed(what: str) -> WireError:
    return WireError("malformed", f"not a valid {what}")


def rows_in(rows: Any) -> list[dict[str, Any]]:
    """``rows``, a list of JSON objects."""
    if type(rows) is not list or not all(type(row) is dict for row in rows):
        raise malformed("list")
    return rows


class Decoder:
    """Reads values that came with one ``tail``, within bounds for all of them together."""

    def __init__(self, tail: bytes) -> None:
        self._members = 0
        self._nodes = 0
        self._text_size = 0
        self._tensors = 0
        self._tail = bytearray(tail)
        # Two tensors may name the same bytes, but all together can be no larger than what was sent.
        self._bytes_left = len(tail)

    def value(self, raw: Any, depth: int = 0) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES or depth > MAX_DEPTH:
            raise WireError("too_big", "a value with too many parts")
        if raw is None or type(raw) is bool:
            return raw
        if type(raw) is int:
            if raw.bit_length() > MAX_INT_BITS:
                raise malformed("integer")
            return raw
        if type(raw) is float:
            if not isfinite(raw):
                raise malformed("float")
            return raw
        if type(raw) is str:
            return self.text(raw)
        if type(raw) is not dict or len(raw) != 1:
            raise malformed("value")
        ((tag, body),) = raw.items()
        return self.tagged(tag, body, depth)

    def values(self, raw: Any) -> tuple[Value, ...]:
        """A JSON list of values."""
        if type(raw) is not list:
            raise malformed("list")
        return tuple(self.value(item) for item in raw)

    def pairs(self, raw: Any, depth: int = 0) -> dict[str, Value]:
        """A JSON list of pairs of a key and a value."""
        if type(raw) is not list:
            raise malformed("list")
        found: dict[str, Value] = {}
        for pair in raw:
            if type(pair) is not list or len(pair) != 2:
                raise malformed("pair")
            key = self.text(pair[0])
            found[key] = self.value(pair[1], depth)
        return found

    def text(self, raw: Any) -> str:
        if type(raw) is not str:
            raise malformed("text")
        self._text_size += len(raw)
        if self._text_size > MAX_TEXT:
            raise WireError("too_big", "too much text")
        return clean_text(raw)

    def type_name(self, raw: Any) -> str:
        return self.text(raw)[:_MAX_TYPE_NAME]

    def tagged(self, tag: str, body: Any, depth: int) -> Any:
        """What JSON lacks."""
        if tag == "o":
            return Opaque(self.type_name(body))
        if type(body) is list:
            if tag == "l":
                return [self.value(item, depth + 1) for item in body]
            if tag == "t":
                return tuple(self.value(item, depth + 1) for item in body)
            if tag == "d":
                return self.pairs(body, depth + 1)
            if tag == "s":
                return self._members_in(body, depth + 1)
        elif type(body) is str:
            if tag == "f" and body in _SPECIAL:
                return _SPECIAL[body]
            if tag == "i" and _LARGE_INT.fullmatch(body):
                return int(body, 16)
        elif type(body) is dict and tag == "x":
            return self._tensor(body)
        raise malformed("value")

    def _members_in(self, body: list[Any], depth: int) -> frozenset[Member]:
        self._members += len(body)
        if self._members > MAX_MEMBERS:
            raise WireError("too_big", "sets with too many members")
        members = [self.value(item, depth) for item in body]
        if not all(map(_may_be_member, members)):
            raise malformed("set")
        return frozenset(members)

    def _tensor(self, raw: dict[str, Any]) -> TensorState:
        device = raw.get("device")
        if type(device) is not str or not _DEVICE.fullmatch(device):
            raise malformed("device")
        requires_grad = raw.get("requires_grad")
        is_leaf = raw.get("is_leaf")
        if type(requires_grad) is not bool or type(is_leaf) is not bool:
            raise malformed("tensor")
        grad = raw.get("grad")
        return TensorState(
            value=self._numbers(raw),
            device=device,
            requires_grad=requires_grad,
            is_leaf=is_leaf,
            grad=None if grad is None else self._numbers(grad),
        )

    def _numbers(self, raw: Any) -> torch.Tensor:
        """The tensor whose numbers lie in the tail where ``raw`` says."""
        if type(raw) is not dict:
            raise malformed("tensor")
        begin = raw.get("at")
        dtype = raw.get("dtype")
        if type(begin) is not int or dtype not in DTYPES:
            raise malformed("tensor")
        torchs = _torchs()
        kind: torch.dtype = torchs.dtype_called(dtype)
        shape = _shape(raw.get("shape"))
        count = prod(shape)
        size = count * kind.itemsize
        if begin < 0 or begin + size > len(self._tail):
            raise malformed("tensor")
        self._tensors += 1
        self._bytes_left -= size
        if self._tensors > MAX_TENSORS or self._bytes_left < 0:
            raise WireError("too_big", "too many tensors")
        # A copy, not only to let go of the frame: numbers that do not lie at a multiple of their
        # size can end the process that reads them, and the student's side says where they lie.
        own = bytearray(memoryview(self._tail)[begin : begin + size])
        return torchs.with_numbers(own, kind, shape)  # type: ignore[no-any-return]


@cache
def _torchs() -> Any:
    """Imported when it is first needed, which a warm process sees to before any student code."""
    from gradeprop.session.wire import tensors

    return tensors


def _may_be_member(value: Value) -> bool:
    if type(value) is tuple:
        return all(map(_may_be_member, value))
    return value is None or type(value) in (bool, int, float, str)


def _shape(raw: Any) -> list[int]:
    if type(raw) is not list or len(raw) > MAX_RANK:
        raise malformed("tensor")
    for length in raw:
        if type(length) is not int or not 0 <= length <= _MOST:
            raise malformed("shape")
    return raw
