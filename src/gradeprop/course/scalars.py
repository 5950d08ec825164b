"""What a plain scalar means: the YAML 1.2 core schema
(https://yaml.org/spec/1.2.2/#103-core-schema).

PyYAML follows YAML 1.1, where ``no`` is false, ``1e-3`` is text and ``1:30`` is ninety. A course's
author expects none of these. Dates stay text; the model reads them."""

from __future__ import annotations

import re

Scalar = None | bool | int | float | str

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NAN = re.compile(r"\.(nan|NaN|NAN)")
_STARTS = frozenset("+-.0123456789~nNtTfF")
_LONGEST_NUMBER = 100

_TAGS = {f"tag:yaml.org,2002:{name}": name for name in ("null", "bool", "int", "float", "str")}


def resolve(text: str) -> Scalar:
    """The value of an untagged plain scalar.

    Raises:
        ValueError: a number with more than 100 characters.
    """
    if text and text[0] not in _STARTS:
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text[0] in "tT"
    if not _FLOAT.fullmatch(text):
        return _unusual_number(text)
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} characters is too long")
    return int(text) if _DECIMAL.fullmatch(text) else float(text)


def _unusual_number(text: str) -> Scalar:
    if _INFINITE.fullmatch(text):
        return float("-inf") if text[0] == "-" else float("inf")
    if _NAN.fullmatch(text):
        return float("nan")
    if _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        if len(text) > _LONGEST_NUMBER:
            raise ValueError(f"a number of {len(text)} characters is too long")
        return int(text, 0)
    return text


def resolve_tagged(text: str, tag: str) -> Scalar:
    """The value of a scalar with an explicit core tag such as ``!!float``; ``!`` alone means text.

    Raises:
        ValueError: the tag is not one of the core schema, or the text is no such value.
    """
    if tag == "!":
        return text
    kind = _TAGS.get(tag)
    if kind is None:
        raise ValueError(f"the tag {tag!r} is not allowed here")
    if kind == "str":
        return text
    value = resolve(text)
    if kind == "float" and type(value) is int:
        return float(value)
    if type(value).__name__ != {"null": "NoneType"}.get(kind, kind):
        raise ValueError(f"{text!r} is not what the tag !!{kind} says")
    return value
