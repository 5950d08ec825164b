"""A parsed YAML file that knows where each of its values stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gradeprop.errors import CourseProblem

KeyPath = tuple[str | int, ...]


Position = tuple[int, int]
"""Line and column, both from 1."""


@dataclass(frozen=True)
class Document:
    """A YAML file read strictly.

    Attributes:
        path: the file's name in messages.
        data: dicts with text keys, lists, text, numbers, booleans, None. None if it cannot be read
            at all.
        problems: what is wrong with the YAML itself; then ``data`` holds what could still be read.
        readable: whether ``data`` is worth checking further.
        lines: the file's lines.
    """

    path: str
    data: Any = None
    problems: tuple[CourseProblem, ...] = ()
    readable: bool = False
    lines: tuple[str, ...] = ()
    _values: dict[KeyPath, Position] = field(default_factory=dict, repr=False)
    _keys: dict[KeyPath, Position] = field(default_factory=dict, repr=False)
    _literal: frozenset[KeyPath] = field(default_factory=frozenset, repr=False)

    def place(self, path: KeyPath) -> Position:
        """Where the value at ``path`` stands; for a path that does not exist, its nearest
        parent."""
        while path and path not in self._values:
            path = path[:-1]
        return self._values.get(path, (1, 1))

    def key_place(self, path: KeyPath) -> Position:
        """Where the key that ends ``path`` stands; for an item of a list, the item itself."""
        return self._keys.get(path) or self.place(path)

    def place_inside(self, path: KeyPath, line: int, column: int) -> Position:
        """Where line ``line``, column ``column`` (from 1) of the text at ``path`` stands in the
        file.

        Exact for literal blocks (``|``); for other styles the place of the text itself.
        """
        first, start = self.place(path)
        if path not in self._literal:
            return first, start
        content = self.lines[first:]
        indents = (len(text) - len(text.lstrip(" ")) for text in content if text.strip())
        value = self._at(path).split("\n")
        own = next((len(text) - len(text.lstrip(" ")) for text in value if text.strip()), 0)
        return first + line, column + next(indents, 0) - own

    def problem(self, place: Position, what: str, remedy: str = "") -> CourseProblem:
        return CourseProblem(self.path, *place, what, remedy)

    def _at(self, path: KeyPath) -> Any:
        value = self.data
        for step in path:
            value = value[step]
        return value
