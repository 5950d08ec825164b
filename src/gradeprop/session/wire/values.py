"""How values travel: JSON plus plain numbers. The form, and what is within bounds.

Scalars are JSON's own; what JSON lacks is an object with one key: ``{"l": [...]}`` list, ``{"t":
[...]}`` tuple, ``{"s": [...]}`` set, ``{"d": [[key, value], ...]}`` dict, ``{"f": "nan"}`` special
float, ``{"i": "12..."}`` large int, ``{"o": "np.int64"}`` opaque, ``{"x": {...}}`` tensor; in asks
also ``{"n": "Cube"}`` an object by name and ``{"c": [name, source]}`` a function. A tensor's
numbers lie in the tail, little-endian, row by row, from the byte that it names; dtype and shape say
how many.
(A safetensors file in the tail would do the same and take longer for each submission.)

The two ends are `gradeprop.session.wire.encoder` and `gradeprop.session.wire.decoder`; whole asks
and outcomes travel by `gradeprop.session.wire.asks` and `gradeprop.session.wire.outcomes`."""

from __future__ import annotations

from typing import Final

__all__ = [
    "DTYPES",
    "MAX_DEPTH",
    "MAX_INT_BITS",
    "MAX_MEMBERS",
    "MAX_NODES",
    "MAX_RANK",
    "MAX_TENSORS",
    "MAX_TEXT",
]

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
# Of all sets together: who chooses numbers that collide makes a set slow to build.
MAX_MEMBERS: Final = 2_048
MAX_TEXT: Final = 4 << 20
MAX_INT_BITS: Final = 4_096
