"""Fills in what an exercise's YAML may leave out because it is said elsewhere: before the model is
made of it, so that everything after knows one form only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

__all__ = ["common_of", "complete"]

_Raw: TypeAlias = dict[str, Any]


def common_of(data: Any) -> dict[str, _Raw]:
    """What course.yaml says of its common misconceptions, by id, whatever form it has."""
    return {
        str(item["id"]): {key: value for key, value in item.items() if key != "id"}
        for item in _mappings(data, "common")
        if "id" in item
    }


def complete(data: Any, common: Mapping[str, _Raw]) -> None:
    """Fill in, in place, whatever form the data have.

    A misconception takes from the course's ``common`` of its id all that it does not say itself.
    Where a choice names its option, that makes its sample. A prediction begins with every name
    None.

    Args:
        common: the course's misconceptions, by id.
    """
    for part in _mappings(data, "parts"):
        if part.get("kind") == "prediction" and "starter" not in part:
            part["starter"] = _nothing_yet(part)
        for item in _mappings(part, "misconceptions"):
            for key, value in common.get(str(item.get("id")), {}).items():
                item.setdefault(key, value)
            if "option" in item and not {"sample", "samples", "change"} & set(item):
                item["sample"] = f"{part.get('name')} = {item['option']!r}"


def _mappings(data: Any, key: str) -> list[_Raw]:
    """The mappings in a list of a mapping, as far as there are any."""
    items = data.get(key) if isinstance(data, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _nothing_yet(part: _Raw) -> str:
    names = [item["name"] for item in _mappings(part, "names") if item.get("name")]
    return "".join(f"{name} = None\n" for name in names)
