"""JSON for files that people open, too.

By orjson: Python's own encoder falls back from C to Python as soon as it is to indent, and then
takes longer for a result than the database for its rows."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Literal

import orjson

__all__ = ["readable_json"]


def readable_json(
    data: Any, *, sort_keys: bool = False, half_characters: Literal["escape", "replace"] = "escape"
) -> bytes:
    """``data``, which may hold dataclasses, as indented UTF-8 JSON that ends with a newline.

    Args:
        half_characters: what becomes of lone surrogates (in a folder's name or a student's
            message), which UTF-8 cannot write: JSON's own escape, which comes back as it was, or a
            question mark.
    """
    options = (
        orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | (orjson.OPT_SORT_KEYS if sort_keys else 0)
    )
    try:
        return orjson.dumps(data, option=options)
    except orjson.JSONEncodeError:  # lone surrogates, integers of more than 64 bits
        escape = half_characters == "escape"
        text = json.dumps(
            data,
            ensure_ascii=escape,
            allow_nan=False,
            indent=2,
            sort_keys=sort_keys,
            default=asdict,
        )
        return f"{text}\n".encode("utf-8", "replace")
