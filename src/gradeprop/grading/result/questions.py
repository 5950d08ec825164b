"""What a student sees of one question of a public check: asked, expected, got, item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

__all__ = ["Item", "Row", "row_from_json", "worth_keeping"]

_MOST_ROWS: Final = 3
_MOST_ITEMS: Final = 8
_LONGEST: Final = 400


@dataclass(frozen=True)
class Item:
    """One value; a matrix has one line per row.

    Attributes:
        label: empty unless the value is one of several.
        expected: None where there are few answers to choose from: to show the right one is to give
            it away."""

    label: str
    expected: str | None
    got: str
    right: bool


@dataclass(frozen=True)
class Row:
    """One question: the expression that was asked, and its value or the items of its value."""

    expression: str
    items: tuple[Item, ...]

    @property
    def right(self) -> bool:
        return all(item.right for item in self.items)


def worth_keeping(rows: Sequence[Row]) -> tuple[tuple[Row, ...], int]:
    """The first wrong rows, each no longer than anybody reads, and how many more are wrong."""
    wrong = [row for row in rows if not row.right]
    return tuple(map(_shortened, wrong[:_MOST_ROWS])), max(0, len(wrong) - _MOST_ROWS)


def row_from_json(data: Mapping[str, Any]) -> Row:
    """A row as ``dataclasses.asdict`` has made an object of it.

    Raises:
        KeyError, TypeError: it is none.
    """
    return Row(data["expression"], tuple(Item(**item) for item in data["items"]))


def _shortened(row: Row) -> Row:
    """At most a few items, the wrong ones before the right ones if they are too many."""
    items = row.items
    if len(items) > _MOST_ITEMS:
        items = tuple(sorted(items, key=lambda item: item.right)[:_MOST_ITEMS])
    return Row(_cut(row.expression), tuple(map(_shortened_item, items)))


def _shortened_item(item: Item) -> Item:
    expected = None if item.expected is None else _cut(item.expected)
    return replace(item, label=_cut(item.label), expected=expected, got=_cut(item.got))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
