"""Numbers and tensors as short text: ``[3.0, -1.4]``, ``12.01``, ``float32 of shape (40, 3)``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from gradeprop.gradients.values import Opaque, TensorState

SHORT = 4
"""Significant digits of a number, unless it takes more to tell two apart."""
_MORE_DIGITS = 3
SMALL = 8
"""How many elements of a tensor, or items of a tuple, are shown in full."""


def is_placeholder(value: Any) -> bool:
    """Whether it is ``...``, which starters leave where something is to be written."""
    return isinstance(value, Opaque) and value.type_name == "ellipsis"


def number(value: Any, digits: int = SHORT) -> str:
    """``6.0``, ``1.265``, ``3.5e-07``; integers and booleans as they are."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else "a huge integer"
    if isinstance(value, complex):
        sign = "+" if value.imag >= 0 else "-"
        return f"{number(value.real, digits)}{sign}{number(abs(value.imag), digits)}j"
    text = f"{value:.{digits}g}"
    return text + ".0" if text.lstrip("-").isdigit() else text


def digits_to_tell_apart(first: Any, second: Any) -> int:
    """The fewest digits, at least `SHORT`, with which two different numbers look different."""
    for digits in range(SHORT, 18):
        if number(first, digits) != number(second, digits) or first == second:
            return digits
    return 17


def pair(expected: Any, got: Any) -> tuple[str, str]:
    """Two numbers, with as many digits as it takes to see that they differ."""
    digits = SHORT
    if _finite(expected) and _finite(got):
        digits = digits_to_tell_apart(expected, got)
    return alike(expected, got, digits)


def alike(first: Any, second: Any, digits: int = SHORT) -> tuple[str, str]:
    """Two numbers written in the same way, to be held against each other: ``2.000`` and ``2.001``;
    each in its own where that would take many more digits than are asked for."""
    if isinstance(first, float) != isinstance(second, float):
        first, second = (_as_float(item) for item in (first, second))
    texts = number(first, digits), number(second, digits)
    if not all(map(_is_decimal, texts)):
        return texts
    decimals = max(len(text) - text.index(".") - 1 for text in texts)
    one, other = f"{first:.{decimals}f}", f"{second:.{decimals}f}"
    longest = max(len(text.lstrip("-")) - 1 for text in (one, other))
    return (one, other) if longest <= digits + _MORE_DIGITS else texts


def _as_float(item: Any) -> Any:
    """An integer that a float can hold as a float; anything else as it is."""
    plain = type(item) is int and abs(item) < 1 << 53
    return float(item) if plain else item


def _is_decimal(text: str) -> bool:
    """Whether it is a decimal fraction, without an exponent."""
    return text.lstrip("-").replace(".", "", 1).isdigit() and "." in text


def render_value(value: Any, digits: int = SHORT, most: int = SMALL) -> str:
    """Any answer or student value, compactly.

    Args:
        most: of a tensor with more elements, dtype and shape only.
    """
    if isinstance(value, TensorState):
        return render_value(value.value, digits, most)
    if isinstance(value, torch.Tensor):
        if value.numel() > most:
            return f"{str(value.dtype).removeprefix('torch.')} of shape {shape(value.shape)}"
        return nested(value.detach().tolist(), digits)
    if isinstance(value, tuple | list):
        shown = ", ".join(render_value(item, digits, most) for item in value[:SMALL])
        if len(value) > SMALL:
            shown += ", …"
        return f"[{shown}]" if isinstance(value, list) else f"({shown})"
    if isinstance(value, dict):
        pairs = [
            f'"{shorten(str(key))}": {render_value(item, digits, most)}'
            for key, item in list(value.items())[:SMALL]
        ]
        return "{" + ", ".join([*pairs, "…"] if len(value) > SMALL else pairs) + "}"
    if isinstance(value, frozenset):
        shown = ", ".join(sorted(render_value(item, digits, most) for item in value)[:SMALL])
        return "{" + shown + (", …" if len(value) > SMALL else "") + "}" if value else "set()"
    if isinstance(value, bool | int | float):
        return number(value, digits)
    if isinstance(value, str):
        return f'"{shorten(value)}"'
    if isinstance(value, Opaque):
        return "..." if is_placeholder(value) else with_article(shorten(value.type_name))
    return "None" if value is None else with_article(type(value).__name__)


def with_article(name: str) -> str:
    """``a float``, ``an int``, ``a UsageError``."""
    start = name[:4].lower()
    vowel = start.startswith(tuple("aeiou")) and not start.startswith(("us", "unic", "unio"))
    return f"{'an' if vowel else 'a'} {name}"


def shape(sizes: Sequence[int]) -> str:
    """``(2, 3)``, ``(3,)``, ``()``."""
    return str(tuple(int(size) for size in sizes))


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def shorten(text: str, limit: int = 60) -> str:
    """A student's own text, printable and no longer than ``limit`` characters."""
    clean = "".join(char if char.isprintable() else "�" for char in text[: limit + 1])
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def nested(values: Any, digits: int) -> str:
    """A number, or a list of numbers or of such lists: ``[[1.0, 2.0], [3.0, 4.0]]``."""
    if isinstance(values, list):
        return "[" + ", ".join(nested(item, digits) for item in values) + "]"
    return number(values, digits)


def _finite(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)
