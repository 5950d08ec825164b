"""YAML made strict: one meaning per text, bounded work, and a position for every key and value.

The text is scanned by PyYAML (libyaml where it is there); the tree is built here from its events,
so that nothing recurses deeper, expands further or means more than this file says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from gradeprop.course.document import Document, KeyPath, Position
from gradeprop.course.scalars import resolve, resolve_tagged
from gradeprop.course.yaml_words import in_plain_words
from gradeprop.errors import CourseProblem

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 30
MAX_VALUES = 20_000
MAX_CHARACTERS = 4 * MAX_BYTES


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Not printable in YAML, or a line break to YAML but not to an editor, which would shift every
# position.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)


def read_yaml(raw: bytes, path: str) -> Document:
    """Read one YAML file. Never raises for anything the file holds; see ``Document.problems``."""
    text, problem = _decode(raw, path)
    if problem:
        return Document(path, problems=(problem,))
    lines = tuple(re.split(r"\r\n|\r|\n", text))
    builder = _Builder(path)
    try:
        root = builder.tree(yaml.parse(text, Loader=_LOADER))
        data = builder.expand(root) if root else None
    except _StopError as stop:
        return Document(path, problems=(*builder.problems, stop.problem), lines=lines)
    except yaml.MarkedYAMLError as error:
        (line, column), what, remedy = in_plain_words(error, lines)
        return Document(
            path, problems=(CourseProblem(path, line, column, what, remedy),), lines=lines
        )
    except (
        yaml.YAMLError
    ) as error:  # the reader's own errors have no position; _decode leaves it none
        return Document(
            path, problems=(CourseProblem(path, 1, 1, f"cannot be read: {error}"),), lines=lines
        )
    return Document(
        path,
        data,
        tuple(builder.problems),
        True,
        lines,
        builder.values,
        builder.keys,
        frozenset(builder.literal),
    )


def _decode(raw: bytes, path: str) -> tuple[str, CourseProblem | None]:
    if len(raw) > MAX_BYTES:
        what = f"has {len(raw)} bytes, more than the {MAX_BYTES} that are read"
        return "", CourseProblem(
            path, 1, 1, what, "put data into a file of its own and list it under files"
        )
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", CourseProblem(path, 1, 1, "is encoded as UTF-16, not UTF-8", "save it as UTF-8")
    if raw.startswith(b"\xef\xbb\xbf"):
        return "", CourseProblem(
            path, 1, 1, "begins with a byte order mark", "save it as UTF-8 without BOM"
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        what = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        return "", CourseProblem(path, *_end_of(before), what, "save the file as UTF-8")
    bad = _FORBIDDEN.search(text)
    if bad:
        what = f"the invisible character U+{ord(bad[0]):04X} is not allowed"
        return "", CourseProblem(path, *_end_of(text[: bad.start()]), what, "delete it")
    return text, None


def _end_of(text: str) -> Position:
    lines = re.split(r"\r\n|\r|\n", text)
    return len(lines), len(lines[-1]) + 1


class _StopError(Exception):
    """Reading cannot go on."""

    def __init__(self, problem: CourseProblem) -> None:
        self.problem = problem


@dataclass(eq=False)
class _Node:
    """``content``: text of a scalar, items of a list, (key, value) pairs of a mapping."""

    kind: str
    place: Position
    content: Any
    literal: bool = False


class _Builder:
    """Turns events into a tree (aliases shared), then the tree into plain data with positions."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[CourseProblem] = []
        self.values: dict[KeyPath, Position] = {}
        self.keys: dict[KeyPath, Position] = {}
        self.literal: set[KeyPath] = set()
        self._anchors: dict[str, _Node | None] = {}
        self._characters = 0

    def report(self, place: Position, what: str, remedy: str = "") -> None:
        self.problems.append(CourseProblem(self.path, *place, what, remedy))

    def stop(self, place: Position, what: str, remedy: str = "") -> _StopError:
        return _StopError(CourseProblem(self.path, *place, what, remedy))

    def tree(self, events: Iterator[yaml.Event]) -> _Node | None:
        """The only document's root, or None (reported) if there is none."""
        root: _Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                place = _place(event)
                if root is not None:
                    raise self.stop(place, "a second document begins", "keep one document per file")
                if event.version or event.tags:
                    raise self.stop(
                        place, "directives (% lines) are not allowed", "delete the line"
                    )
                root = self._node(next(events), events, 0)
        if root is None or (root.kind == "scalar" and root.content is None):
            self.report((1, 1), "is empty", "see the schema that its first line should name")
            return None
        return root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> _Node:
        place = _place(event)
        if depth > MAX_DEPTH:
            raise self.stop(
                place, f"is nested deeper than {MAX_DEPTH} levels", "check the brackets"
            )
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place)
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        anchor = event.anchor
        if anchor is not None:
            if anchor in self._anchors:
                self.report(
                    place, f"the anchor &{anchor} is defined twice", "give each anchor its own name"
                )
            self._anchors[anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, place)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._refuse_tag(event, place, "seq")
            node = _Node("list", place, [])
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                node.content.append(self._node(event, events, depth + 1))
        else:
            self._refuse_tag(event, place, "map")
            node = _Node("mapping", place, [])
            while not isinstance(event := next(events), yaml.MappingEndEvent):
                key = self._node(event, events, depth + 1)
                node.content.append((key, self._node(next(events), events, depth + 1)))
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _alias(self, event: yaml.AliasEvent, place: Position) -> _Node:
        name = event.anchor
        if name not in self._anchors:
            raise self.stop(
                place, f"*{name} refers to no anchor &{name} above it", "put quotes around text"
            )
        node = self._anchors[name]
        if node is None:
            raise self.stop(place, f"*{name} stands inside its own anchor", "write the value out")
        return _Node(node.kind, place, node.content)

    def _refuse_tag(self, event: yaml.CollectionStartEvent, place: Position, allowed: str) -> None:
        if event.tag not in (None, "!", f"tag:yaml.org,2002:{allowed}"):
            self.report(place, f"the tag {event.tag!r} is not allowed here", "delete the tag")

    def _scalar(self, event: yaml.ScalarEvent, place: Position) -> _Node:
        text: str = event.value
        if re.search("[\ud800-\udfff]", text):
            self.report(
                place, "half of a surrogate pair is no character", r"write \U0001F600, not \uD83D"
            )
            text = ""
        value: object = text
        try:
            if event.tag is not None:
                value = resolve_tagged(text, event.tag)
            elif event.implicit[0]:
                value = resolve(text)
        except ValueError as error:
            remedy = "delete the tag" if event.tag else "shorten it, or put quotes around text"
            self.report(place, str(error), remedy)
        if event.tag is None and event.implicit[0] and text == "<<":
            value = _MERGE
        return _Node("scalar", place, value, literal=event.style == "|")

    def expand(self, node: _Node, path: KeyPath = ()) -> Any:
        """Plain data; aliases are written out, up to the bounds."""
        self.values[path] = node.place
        self._characters += len(node.content) if isinstance(node.content, str) else 0
        if (
            len(self.values) > MAX_VALUES
            or self._characters > MAX_CHARACTERS
            or len(path) > MAX_DEPTH
        ):
            raise self.stop(node.place, "holds too many values", "use fewer aliases (*name)")
        if node.literal:
            self.literal.add(path)
        if node.kind == "list":
            return [self.expand(item, (*path, index)) for index, item in enumerate(node.content)]
        if node.kind == "mapping":
            return self._mapping(node, path)
        return None if node.content is _MERGE else node.content

    def _mapping(self, node: _Node, path: KeyPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in node.content:
            name = key.content
            if name is _MERGE:
                self.report(key.place, "merge keys (<<) are not allowed", "write the keys out")
            elif key.kind != "scalar" or not isinstance(name, str):
                shown = "a list or mapping" if key.kind != "scalar" else f"{name!r}"
                self.report(key.place, f"a key must be text, not {shown}", "put quotes around it")
            elif name in result:
                line = self.keys[(*path, name)][0]
                what = f"the key {name!r} stands twice (first in line {line})"
                self.report(key.place, what, "delete one of them")
            else:
                self.keys[(*path, name)] = key.place
                self._characters += len(name)
                result[name] = self.expand(value, (*path, name))
        return result


_MERGE = object()


def _place(event: yaml.Event) -> Position:
    mark = event.start_mark
    assert mark is not None
    return mark.line + 1, mark.column + 1
