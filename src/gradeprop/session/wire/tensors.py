"""Torch's own ways to look at a tensor and to make one, taken before any student code ran: what a
cell makes of ``torch.Tensor`` changes nothing here.

Only for torch's own tensors. Each takes the tensor first: ``shape_of(x)`` is ``x.shape``."""

from __future__ import annotations

from typing import Any, Final

import torch

from gradeprop.session.kept_builtins import KEPT

__all__ = [
    "PARAMETER",
    "TENSOR",
    "contiguous",
    "detached",
    "device_of",
    "dtype_called",
    "dtype_of",
    "element_size",
    "grad_fn_of",
    "grad_of",
    "is_complex",
    "is_leaf",
    "is_nested",
    "is_quantized",
    "kind_of",
    "layout_of",
    "moved",
    "nested_list",
    "numel",
    "plain_numbers",
    "rank",
    "requires_grad",
    "reshaped",
    "resolved",
    "retains_grad",
    "set_grad",
    "set_requires_grad",
    "shape_of",
    "storage_of",
    "strided",
    "untouched",
    "version_of",
    "with_numbers",
]

__builtins__ = KEPT

TENSOR: Final = torch.Tensor
PARAMETER: Final = torch.nn.Parameter
# Within it no torch function of a mode or a subclass is called.
untouched: Final = torch._C.DisableTorchFunction
strided: Final = torch.strided
_empty: Final = torch.empty

_OWN: Any = torch.Tensor
device_of = _OWN.device.__get__
dtype_of = _OWN.dtype.__get__
grad_fn_of = _OWN.grad_fn.__get__
grad_of = _OWN.grad.__get__
is_leaf = _OWN.is_leaf.__get__
is_nested = _OWN.is_nested.__get__
is_quantized = _OWN.is_quantized.__get__
layout_of = _OWN.layout.__get__
requires_grad = _OWN.requires_grad.__get__
retains_grad = _OWN.retains_grad.__get__
set_grad = _OWN.grad.__set__
shape_of = _OWN.shape.__get__
version_of = _OWN._version.__get__
contiguous = _OWN.contiguous
detached = _OWN.detach
element_size = _OWN.element_size
is_complex = _OWN.is_complex
moved = _OWN.to
nested_list = _OWN.tolist
numel = _OWN.numel
rank = _OWN.dim
reshaped = _OWN.reshape
set_requires_grad = _OWN.requires_grad_
storage_of = _OWN.untyped_storage

_as_real = torch.view_as_real
_bfloat16, _bool, _uint8 = torch.bfloat16, torch.bool, torch.uint8
_compared = _OWN.__ne__
_from_buffer = torch.frombuffer
_numpy = _OWN.numpy
_resolve_conj, _resolve_neg = _OWN.resolve_conj, _OWN.resolve_neg
_viewed = _OWN.view
_dtypes: Final = {name: kind for name, kind in vars(torch).items() if type(kind) is torch.dtype}


def dtype_called(name: str) -> torch.dtype:
    """``torch.float32`` for ``"float32"``."""
    return _dtypes[name]


def kind_of(tensor: torch.Tensor) -> tuple[str, list[int]]:
    """Its dtype's name and its shape."""
    with untouched():
        return str(dtype_of(tensor)).removeprefix("torch."), list(shape_of(tensor))


def plain_numbers(tensor: torch.Tensor) -> bytes:
    """The numbers of a tensor in the CPU's memory, little-endian, row by row; complex ones as
    pairs."""
    with untouched():
        plain = contiguous(resolved(tensor))
        if is_complex(plain):
            plain = _as_real(plain)
        if dtype_of(plain) is _bfloat16:  # numpy has none
            plain = _viewed(reshaped(plain, -1), _uint8)
        numbers: bytes = _numpy(plain).tobytes()
        return numbers


def resolved(tensor: torch.Tensor) -> torch.Tensor:
    """Its numbers, detached, with nothing still to be conjugated or negated."""
    plain: torch.Tensor = _resolve_neg(_resolve_conj(detached(tensor)))
    return plain


def with_numbers(numbers: bytearray, kind: torch.dtype, shape: list[int]) -> torch.Tensor:
    """A tensor of this dtype and shape whose numbers these are; it takes them over."""
    with untouched():
        if not numbers:
            return _empty(shape, dtype=kind)
        if kind is _bool:  # bytes other than 0 and 1 are not booleans
            made = _compared(_from_buffer(numbers, dtype=_uint8), 0)
        else:
            made = _from_buffer(numbers, dtype=kind)
        shaped: torch.Tensor = reshaped(made, shape)
        return shaped
