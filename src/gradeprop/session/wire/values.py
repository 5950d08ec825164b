"""Values and asks and outcomes as JSON plus plain numbers, and back, trusting nothing that comes
back.

Scalars are JSON's own; what JSON lacks is an object with one key: ``{"l": [...]}`` list, ``{"t":
[...]}`` tuple, ``{"d": [[key, value], ...]}`` dict, ``{"f": "nan"}`` special float, ``{"i":
"12..."}`` large int, ``{"o": "np.int64"}`` opaque, ``{"x": {...}}`` tensor. A tensor's numbers lie
in the tail, little-endian, row by row, from the byte that it names; dtype and shape say how many.
(A safetensors file in the tail did the same and took 4 ms of the processor for each submission.)
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, get_args

from gradeprop.gradients.values import Opaque, TensorState, Value
from gradeprop.session.interface import (
    Ask,
    Call,
    Missing,
    Outcome,
    Raised,
    Read,
    Returned,
    Stopped,
    StopReason,
)
from gradeprop.session.wire.frames import WireError, clean_text

if TYPE_CHECKING:
    import torch

__all__ = ["DTYPES", "MAX_RANK", "decode_asks", "decode_outcomes", "encode_asks", "encode_outcomes"]

# The closed list of dtypes that travel. Complex ones go as pairs of real numbers.
DTYPES: Final = (
    "float32", "float64", "float16", "bfloat16",
    "int8", "int16", "int32", "int64", "uint8", "bool",
    "complex64", "complex128",
)  # fmt: skip
MAX_RANK: Final = 16
MAX_DEPTH: Final = 32
MAX_NODES: Final = 200_000
MAX_TENSORS: Final = 4_096
_MOST: Final = 1 << 40  # elements along one axis
_ALIGNED: Final = 8
MAX_TEXT: Final = 4 << 20
MAX_INT_BITS: Final = 4_096
_PLAIN_INT: Final = 2**63
_DEVICE = re.compile(r"cpu|(cuda|mps|xpu)(:\d{1,3})?")
_SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class _Encoder:
    """Collects tensors while it writes values; with ``asking`` it refuses what cannot be an
    argument, so that the grader's own mistake shows here and not as a failure of the student's."""

    def __init__(self, *, asking: bool = False) -> None:
        self.asking = asking
        self._tail: list[bytes] = []
        self._size = self._tensors = 0

    def value(self, value: Value) -> Any:
        if value is None or type(value) in (bool, str):
            return value
        if type(value) is int:
            return value if -_PLAIN_INT <= value < _PLAIN_INT else {"i": f"{value:x}"}
        if type(value) is float:
            return value if math.isfinite(value) else {"f": repr(value)}
        if type(value) is list:
            return {"l": [self.value(item) for item in value]}
        if type(value) is tuple:
            return {"t": [self.value(item) for item in value]}
        if type(value) is dict:
            return {"d": [[key, self.value(item)] for key, item in value.items()]}
        if isinstance(value, TensorState):
            return {"x": self.tensor(value)}
        if isinstance(value, Opaque) and not self.asking:
            return {"o": value.type_name}
        raise TypeError(f"the wire does not carry a {type(value).__name__}")

    def tensor(self, state: TensorState) -> dict[str, Any]:
        value, grad = state.value, state.grad
        if self.asking:
            if state.requires_grad and not (value.is_floating_point() or value.is_complex()):
                raise TypeError(f"a tensor of {value.dtype} cannot require gradients")
            if grad is not None and (grad.shape, grad.dtype) != (value.shape, value.dtype):
                raise TypeError("a gradient must have the shape and dtype of its tensor")
        return {
            **self.data(value),
            "device": state.device,
            "requires_grad": state.requires_grad,
            "is_leaf": state.is_leaf,
            "grad": None if grad is None else self.data(grad),
        }

    def data(self, tensor: torch.Tensor) -> dict[str, Any]:
        import torch

        dtype = str(tensor.dtype).removeprefix("torch.")
        if dtype not in DTYPES or tensor.dim() > MAX_RANK:
            raise TypeError(
                f"the wire does not carry a {tensor.dim()}-dimensional tensor of {dtype}"
            )
        plain = tensor.detach().resolve_conj().resolve_neg().contiguous()
        if plain.is_complex():
            plain = torch.view_as_real(plain)
        if dtype == "bfloat16":  # numpy has none
            plain = plain.reshape(-1).view(torch.uint8)
        numbers = plain.numpy().tobytes()
        place = self._size
        self._tail.append(numbers)
        self._tail.append(bytes(-len(numbers) % _ALIGNED))
        self._size += len(numbers) + len(self._tail[-1])
        return {"at": place, "dtype": dtype, "shape": list(tensor.shape)}

    def tail(self) -> bytes:
        return b"".join(self._tail)


class _Decoder:
    def __init__(self, tail: bytes) -> None:
        self.nodes = self.text_size = self.tensors = 0
        self.tail = bytearray(tail)
        # Two tensors may name the same bytes, but all together can be no larger than what was sent.
        self.bytes_left = len(tail)

    def value(self, raw: Any, depth: int = 0) -> Value:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise WireError("too_big", "a value with too many parts")
        if raw is None or type(raw) is bool:
            return raw
        if type(raw) is int:
            if raw.bit_length() > MAX_INT_BITS:
                raise _malformed("integer")
            return raw
        if type(raw) is float:
            if not math.isfinite(raw):
                raise _malformed("float")
            return raw
        if type(raw) is str:
            return self.text(raw)
        if type(raw) is not dict or len(raw) != 1:
            raise _malformed("value")
        ((tag, body),) = raw.items()
        if tag in ("l", "t") and type(body) is list:
            items = [self.value(item, depth + 1) for item in body]
            return items if tag == "l" else tuple(items)
        if tag == "d" and type(body) is list:
            return {self.text(key): self.value(item, depth + 1) for key, item in map(_pair, body)}
        if tag == "f" and type(body) is str and body in _SPECIAL:
            return _SPECIAL[body]
        if tag == "i" and type(body) is str and re.fullmatch(r"-?[0-9a-f]{16,1100}", body):
            return int(body, 16)
        if tag == "o":
            return Opaque(self.text(body)[:200])
        if tag == "x" and type(body) is dict:
            return self.tensor(body)
        raise _malformed("value")

    def text(self, raw: Any) -> str:
        if type(raw) is not str:
            raise _malformed("text")
        self.text_size += len(raw)
        if self.text_size > MAX_TEXT:
            raise WireError("too_big", "too much text")
        return clean_text(raw)

    def tensor(self, raw: dict[str, Any]) -> TensorState:
        device, requires_grad, is_leaf = (
            raw.get("device"),
            raw.get("requires_grad"),
            raw.get("is_leaf"),
        )
        if type(device) is not str or not _DEVICE.fullmatch(device):
            raise _malformed("device")
        if type(requires_grad) is not bool or type(is_leaf) is not bool:
            raise _malformed("tensor")
        grad = raw.get("grad")
        return TensorState(
            value=self.data(raw),
            device=device,
            requires_grad=requires_grad,
            is_leaf=is_leaf,
            grad=None if grad is None else self.data(grad),
        )

    def data(self, raw: Any) -> torch.Tensor:
        import torch

        if type(raw) is not dict:
            raise _malformed("tensor")
        place, dtype, shape = raw.get("at"), raw.get("dtype"), raw.get("shape")
        if (
            dtype not in DTYPES
            or type(shape) is not list
            or len(shape) > MAX_RANK
            or type(place) is not int
        ):
            raise _malformed("tensor")
        if not all(type(length) is int and 0 <= length <= _MOST for length in shape):
            raise _malformed("shape")
        kind: torch.dtype = getattr(torch, dtype)
        count = math.prod(shape)
        size = count * kind.itemsize
        if place < 0 or place + size > len(self.tail):
            raise _malformed("tensor")
        self.tensors += 1
        self.bytes_left -= size
        if self.tensors > MAX_TENSORS or self.bytes_left < 0:
            raise WireError("too_big", "too many tensors")
        if not count:
            return torch.empty(shape, dtype=kind)
        if kind is torch.bool:  # bytes other than 0 and 1 are not booleans
            numbers = torch.frombuffer(self.tail, dtype=torch.uint8, count=count, offset=place) != 0
        else:
            numbers = torch.frombuffer(self.tail, dtype=kind, count=count, offset=place).clone()
        return numbers.reshape(shape)


def _malformed(what: str) -> WireError:
    return WireError("malformed", f"not a valid {what}")


def _pair(raw: Any) -> tuple[Any, Any]:
    if type(raw) is not list or len(raw) != 2:
        raise _malformed("pair")
    return raw[0], raw[1]


def encode_asks(asks: Iterable[Ask]) -> tuple[list[Any], bytes]:
    """JSON and tail for ``asks``.

    Raises:
        TypeError: an argument is not a `Value` that travels.
    """
    encoder = _Encoder(asking=True)
    rows: list[Any] = []
    for ask in asks:
        if isinstance(ask, Read):
            rows.append({"read": ask.name})
        else:
            rows.append({
                "call": ask.name,
                "arguments": [encoder.value(item) for item in ask.arguments],
                "keywords": [[key, encoder.value(item)] for key, item in ask.keywords.items()],
            })  # fmt: skip
    return rows, encoder.tail()


def decode_asks(rows: Any, tail: bytes) -> list[Ask]:
    """The asks in ``rows`` and ``tail``; the inverse of `encode_asks`."""
    decoder = _Decoder(tail)
    asks: list[Ask] = []
    for row in _rows(rows):
        if "read" in row:
            asks.append(Read(decoder.text(row["read"])))
            continue
        arguments, keywords = row.get("arguments"), row.get("keywords")
        if type(arguments) is not list or type(keywords) is not list:
            raise _malformed("ask")
        asks.append(
            Call(
                decoder.text(row.get("call")),
                tuple(decoder.value(item) for item in arguments),
                {decoder.text(key): decoder.value(item) for key, item in map(_pair, keywords)},
            )
        )
    return asks


def encode_outcomes(outcomes: Iterable[Outcome]) -> tuple[list[Any], bytes]:
    """JSON and tail for ``outcomes``."""
    encoder = _Encoder()
    rows: list[Any] = []
    for outcome in outcomes:
        if isinstance(outcome, Returned):
            arguments = [encoder.value(item) for item in outcome.arguments]
            row: dict[str, Any] = {"returned": encoder.value(outcome.value), "arguments": arguments}
            row["used"] = sorted(outcome.used)
        elif isinstance(outcome, Raised):
            row = {"raised": outcome.type_name, "message": outcome.message}
            row |= {"traceback": outcome.traceback, "line": outcome.line}
        elif isinstance(outcome, Missing):
            row = {"missing": outcome.name, "found": outcome.found_type}
        else:
            row = {"stopped": outcome.reason, "message": outcome.message}
        rows.append(row)
    return rows, encoder.tail()


def decode_outcomes(rows: Any, tail: bytes) -> list[Outcome]:
    """The outcomes in ``rows`` and ``tail``, every field checked.

    Raises:
        WireError: something is not as `encode_outcomes` writes it.
    """
    decoder = _Decoder(tail)
    return [_outcome(row, decoder) for row in _rows(rows)]


def _outcome(row: dict[str, Any], decoder: _Decoder) -> Outcome:
    if "returned" in row:
        arguments, used = row.get("arguments"), row.get("used")
        if type(arguments) is not list or type(used) is not list:
            raise _malformed("outcome")
        return Returned(
            decoder.value(row["returned"]),
            tuple(decoder.value(item) for item in arguments),
            frozenset(item for item in ("autograd", "optimizer") if item in used),
        )
    if "raised" in row:
        line = row.get("line")
        if line is not None and not (type(line) is int and 0 < line < 1_000_000):
            raise _malformed("line")
        return Raised(
            decoder.text(row["raised"])[:200],
            decoder.text(row.get("message")),
            decoder.text(row.get("traceback")),
            line,
        )
    if "missing" in row:
        found = row.get("found")
        return Missing(
            decoder.text(row["missing"]), None if found is None else decoder.text(found)[:200]
        )
    reason = row.get("stopped")
    for known in get_args(StopReason):
        if reason == known:
            return Stopped(known, decoder.text(row.get("message")))
    raise _malformed("outcome")


def _rows(rows: Any) -> list[dict[str, Any]]:
    if type(rows) is not list or not all(type(row) is dict for row in rows):
        raise _malformed("list")
    return rows
