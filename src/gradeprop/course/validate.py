"""From YAML data to the model; what does not fit is said in plain words, at its place, all at
once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gradeprop.course.document import Document, KeyPath
from gradeprop.course.nearest import did_you_mean
from gradeprop.errors import CourseProblem
from gradeprop.wording import counted

M = TypeVar("M", bound=BaseModel)
Said = tuple[str, str]
"""What is wrong, and the remedy."""

_UNKNOWN_KEY = {"extra_forbidden", "unexpected_keyword_argument"}
_PATTERNS = {
    r"\S": ("must not be empty", "write something, or delete the key if it is optional"),
    r"^[a-z][a-z0-9_]*$": (
        "has characters that an id cannot have",
        "use lower-case letters, digits and _, beginning with a letter",
    ),
    r"^[A-Za-z_][A-Za-z0-9_]*$": ("is not a Python name", "use letters, digits and _"),
    r"^\w[\w .-]*$": (
        "is not a plain file name",
        "use letters, digits, _ . - only: it stands beside the YAML",
    ),
    r"^[\w.-]+/[\w.-]+$": ("is not a repository", "write owner/name"),
    r"^[A-Za-z_]\w*(\.\w+)*$": (
        "is not the name of a module",
        "write it as in an import, e.g. matplotlib",
    ),
    r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$": (
        "is not the name of an exception's type",
        "write RuntimeError, or with its module torch.OutOfMemoryError",
    ),
}


def validate(model: type[M], document: Document) -> tuple[M | None, list[CourseProblem]]:
    """The model made of a readable document, or None and every reason why not.

    Types are exact: no text is taken for a number, no ``1`` for true.
    """
    try:
        # By way of JSON, because pydantic's strict mode takes lists for tuples and text for dates
        # there only.
        return model.model_validate_json(json.dumps(document.data), strict=True), []
    except ValidationError as error:
        found = (_problem(model, document, detail) for detail in error.errors(include_url=False))
        return None, list(dict.fromkeys(problem for problem in found if problem))


def _problem(
    model: type[BaseModel], document: Document, detail: ErrorDetails
) -> CourseProblem | None:
    loc, kind = detail["loc"], detail["type"]
    path, value = _follow(loc, document.data)
    if kind == "too_short" and len(value) >= detail["ctx"]["min_length"]:
        return (
            None  # pydantic counts the valid items only; the invalid ones are reported themselves
        )
    if kind in _UNKNOWN_KEY:
        remedy = did_you_mean(loc[-1], _schema_at(model, loc[:-1]).get("properties", {}))
        return document.problem(document.key_place(path), f"unknown key {loc[-1]!r}", remedy)
    if kind == "missing":
        meaning = _schema_at(model, loc).get("description", "")
        what = f"the key {loc[-1]!r} is missing here"
        return document.problem(
            document.place(path), what, f"add it{': ' if meaning else ''}{meaning}"
        )
    if kind.startswith("union_tag"):
        return _wrong_kind(document, path, detail)
    if kind in ("value_error", "assertion_error"):
        # The validators of this package begin with the name of the key that they speak of.
        what = re.sub(r"^(Value|Assertion) error, ", "", detail["msg"])
        first = re.split(r"[:\s]", what, maxsplit=1)[0]
        if isinstance(value, dict) and first in value:
            path = (*path, first)
        return document.problem(document.place(path), what, "see the description in the schema")
    name = _name(path)
    if loc[-1:] == ("[key]",):
        what = f"unknown key {path[-1]!r}"
        return document.problem(
            document.key_place(path), what, did_you_mean(path[-1], _expected(detail))
        )
    # the only field of several types: pydantic reports each type that it is not
    if "value" in loc[:-1]:
        what, remedy = (
            "must be a number, text, or a list (of lists) of numbers",
            "see Pattern in the schema",
        )
    else:
        what, remedy = _say(kind, detail, value)
    return document.problem(document.place(path), f"{name} {what}", remedy)


def _wrong_kind(document: Document, path: KeyPath, detail: ErrorDetails) -> CourseProblem:
    context = detail["ctx"]
    key = context["discriminator"].strip("'")
    if detail["type"] == "union_tag_not_found":
        what = f"the key {key!r} is missing here"
        return document.problem(
            document.place(path), what, "add kind: code, choice, prediction, repair or explanation"
        )
    known = re.findall(r"'([^']*)'", context["expected_tags"])
    what = f"{key} {context['tag']!r} is not known"
    return document.problem(document.place((*path, key)), what, did_you_mean(context["tag"], known))


def _follow(loc: KeyPath, data: Any) -> tuple[KeyPath, Any]:
    """The document's own path: pydantic's location without union tags and what the data lacks."""
    path: KeyPath = ()
    previous: str | int | None = None
    for step in loc:
        tag = isinstance(previous, int) and isinstance(data, dict) and data.get("kind") == step
        previous = step
        if tag:
            continue
        in_mapping = isinstance(data, dict) and step in data
        in_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if not (in_mapping or in_list):
            break
        data = data[step]
        path = (*path, step)
    return path, data


def _name(path: KeyPath) -> str:
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of {_name(path[:-1])}"
    return path[-1]


def _expected(detail: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))


def _show(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text {value if len(value) <= 40 else value[:37] + '…'!r}"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    return "a mapping" if isinstance(value, dict) else "a list"


def _quote(value: object) -> str:
    return "put quotes around it" if isinstance(value, (int, float)) else "write text"


_TYPES: dict[str, tuple[str, Callable[[Any], str]]] = {
    "string_type": ("text", _quote),
    "float_type": ("a number", lambda _: "write a number without quotes, e.g. 0.5 or 1e-3"),
    "int_type": ("a whole number", lambda _: "write a number without quotes or decimals"),
    "int_from_float": ("a whole number", lambda _: "write a number without decimals"),
    "bool_type": ("true or false", lambda _: "write true or false, without quotes"),
    "tuple_type": ("a list", lambda _: "write [a, b], or one '- ' line for each item"),
    "list_type": ("a list", lambda _: "write [a, b], or one '- ' line for each item"),
    "dict_type": ("a mapping", lambda _: "write 'key: value' lines"),
    "model_type": ("a mapping", lambda _: "write 'key: value' lines"),
    "model_attributes_type": ("a mapping", lambda _: "write 'key: value' lines"),
    "dataclass_type": ("a mapping", lambda _: "write 'key: value' lines"),
}
_BOUNDS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def _say(kind: str, detail: ErrorDetails, value: Any) -> Said:
    context = detail.get("ctx", {})
    if kind in _TYPES:
        wanted, advise = _TYPES[kind]
        return f"must be {wanted}, not {_show(value)}", advise(value)
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"must be {words} {context[bound]:g}, not {value}", "write another number"
    if kind == "finite_number":
        return f"must be a finite number, not {value}", "write another number"
    if kind == "literal_error":
        return f"cannot be {_show(value)}", did_you_mean(value, _expected(detail))
    if kind == "string_pattern_mismatch":
        what, remedy = _PATTERNS.get(
            context["pattern"], (f"does not fit {context['pattern']}", "write it so")
        )
        return (what if what.endswith("empty") else f"{value!r} {what}"), remedy
    if kind in ("string_too_long", "too_long"):
        return f"is too long: {len(value)}, at most {context['max_length']}", "shorten it"
    if kind == "too_short":
        least = context["min_length"]
        return (
            f"needs at least {counted(least, 'item')}, has {len(value)}",
            "add what is missing",
        )
    if kind.startswith("datetime"):
        return f"must be a date with a time, not {_show(value)}", "write it like 2026-09-30T23:59"
    if kind.startswith("date"):
        return f"must be a date, not {_show(value)}", "write it like 2026-09-30"
    return f"does not fit: {detail['msg']}", "see its description in the schema"


def _schema_at(model: type[BaseModel], loc: KeyPath) -> dict[str, Any]:
    """The JSON Schema of what stands at a location of pydantic's; {} if there is none."""
    root = _schema(model)

    def resolved(node: dict[str, Any]) -> dict[str, Any]:
        if "anyOf" in node:
            node = next((item for item in node["anyOf"] if item.get("type") != "null"), {})
        if "$ref" in node:
            target: dict[str, Any] = root["$defs"][node["$ref"].rsplit("/", 1)[-1]]
            return target | {key: value for key, value in node.items() if key == "description"}
        return node

    node = root
    for step in loc:
        if "discriminator" in node:
            following = {"$ref": node["discriminator"]["mapping"].get(step, "")}
        elif isinstance(step, int):
            following = node.get("items", {})
        else:
            following = (
                node.get("properties", {}).get(step) or node.get("additionalProperties") or {}
            )
        node = resolved(following)
    return node


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()
