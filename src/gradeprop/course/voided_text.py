"""Change ``voided.yaml`` where it must change, and leave what people wrote there as it is.

The text is edited in place, guided by the positions that PyYAML gives, and then read again: a text
that does not mean exactly what it should is never returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from gradeprop.course.strict_yaml import read_yaml
from gradeprop.course.validate import validate
from gradeprop.course.voided import FILE, Voided, VoidedList, as_yaml, entry_lines, in_quotes
from gradeprop.errors import UsageError


def edited(raw: bytes | None, voided: Sequence[Voided], *, schema: bool) -> bytes | None:
    """What ``voided.yaml`` is to hold for these entries; None if it is no longer needed.

    Comments stay, but for those on the very lines of an entry that goes. A file as this program
    writes it is written anew.

    Args:
        raw: what it holds now, a valid file; None if there is none.
        schema: whether the course has the schema's file, which the first line then names.

    Raises:
        UsageError: it is laid out so that comments would be lost; nothing has been changed.
    """
    fresh = as_yaml(voided, schema=schema) if voided else None
    if raw is None:
        return fresh
    before = _read(raw)
    if before is None or b"#" not in raw or raw in (as_yaml(before), as_yaml(before, schema=True)):
        return fresh
    try:
        text = _Text(raw.decode())
        result = text.changed(
            {entry.key: entry for entry in before}, {entry.key: entry for entry in voided}
        )
    except (_UnfitError, UnicodeDecodeError) as error:
        raise _refusal(before, voided) from error
    after = _read(result.encode())
    if after is None or sorted(after, key=str) != sorted(voided, key=str):
        raise _refusal(before, voided)
    return result.encode()


def _read(raw: bytes) -> tuple[Voided, ...] | None:
    document = read_yaml(raw, FILE)
    spec, problems = validate(VoidedList, document) if document.readable else (None, [])
    return None if spec is None or problems or document.problems else spec.checks


def _refusal(before: Sequence[Voided], after: Sequence[Voided]) -> UsageError:
    gone = [entry for entry in before if entry not in after]
    new = [entry for entry in after if entry not in before]
    remedy = "".join(f"; delete the entry of {'.'.join(entry.key)}" for entry in gone)
    remedy += "".join(f"; add - {{{', '.join(entry_lines(entry))}}}" for entry in new)
    return UsageError(
        "this command cannot change the file without losing a comment",
        where=FILE,
        remedy=f"by hand{remedy}",
    )


class _UnfitError(Exception):
    """The text is laid out in a way that is not edited here."""


@dataclass(frozen=True)
class _Item:
    """An entry in the text. ``start`` and ``end`` bound its lines, ``dash`` and ``column`` are the
    columns of its dash and of its keys; ``values`` are the nodes by key."""

    start: int
    end: int
    dash: int
    column: int
    values: Mapping[str, yaml.ScalarNode]


class _Text:
    """The text with what is known of its layout: a list in block style, of mappings in block
    style."""

    def __init__(self, text: str) -> None:
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.text = text if text.endswith("\n") else text + self.newline
        tokens = list(yaml.scan(self.text, Loader=yaml.SafeLoader))
        if any(
            isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken)
            for token in tokens
        ):
            raise _UnfitError  # the same text may stand for several values
        root = yaml.compose(self.text, Loader=yaml.SafeLoader)
        if not isinstance(root, yaml.MappingNode) or root.flow_style or len(root.value) != 1:
            raise _UnfitError
        self._key, self._list = root.value[0]
        if not isinstance(self._list, yaml.SequenceNode) or (
            self._list.flow_style and self._list.value
        ):
            raise _UnfitError
        self.items = dict(map(self._item, self._list.value))

    def changed(
        self, before: Mapping[tuple[str, str], Voided], after: Mapping[tuple[str, str], Voided]
    ) -> str:
        """The text with the entries of ``after`` in place of those of ``before``."""
        edits: list[tuple[int, int, str]] = []
        for key, item in self.items.items():
            if key not in after:
                edits.append((item.start, item.end, ""))
            elif after[key] != before[key]:
                edits += self._entry(item, before[key], after[key])
        new = [entry for key, entry in after.items() if key not in self.items]
        edits += self._added(new)
        if not after and self.items:
            edits.append((self._colon(), self._colon(), " []"))
        text = self.text
        for start, end, put in sorted(edits, reverse=True):
            text = text[:start] + put + text[end:]
        return text

    def _item(self, node: yaml.Node) -> tuple[tuple[str, str], _Item]:
        if not isinstance(node, yaml.MappingNode) or node.flow_style:
            raise _UnfitError
        start = self.text.rfind("\n", 0, node.start_mark.index) + 1
        lead = self.text[start : node.start_mark.index]
        if lead.strip() != "-":  # the dash on a line of its own
            raise _UnfitError
        values = {key.value: value for key, value in node.value}
        end = self._line_end(self._end(node.value[-1][1]))
        item = _Item(start, end, lead.index("-"), node.start_mark.column, values)
        return (values["exercise"].value, values["check"].value), item

    def _end(self, node: yaml.ScalarNode) -> int:
        """Behind a value's last character: the mark of a block text stands on a later line."""
        end = node.end_mark.index
        return len(self.text[:end].rstrip()) if node.style in ("|", ">") else end

    def _line_end(self, index: int) -> int:
        """Behind the line break that ends this line."""
        return self.text.index("\n", index) + 1

    def _colon(self) -> int:
        return self.text.index(":", self._key.end_mark.index) + 1

    def _added(self, entries: Sequence[Voided]) -> Iterator[tuple[int, int, str]]:
        if not entries:
            return
        if self.items:
            last = max(self.items.values(), key=lambda item: item.end)
            place, dash = last.end, last.dash
        else:  # "checks: []", perhaps with a comment behind it
            first, behind = self._list.start_mark.index, self._list.end_mark.index
            yield first, behind, ""
            place, dash = self._line_end(behind), 2
        lines = []
        for entry in entries:
            first_line, *others = entry_lines(entry)
            lines += [
                f"{' ' * dash}- {first_line}",
                *(f"{' ' * (dash + 2)}{line}" for line in others),
            ]
        yield place, place, "".join(line + self.newline for line in lines)

    def _entry(self, item: _Item, before: Voided, after: Voided) -> Iterator[tuple[int, int, str]]:
        """Edits of an entry that stays: only the keys that change."""
        if before.give != after.give:
            yield self._value(item, "give", "true" if after.give else None, "false")
        if before.reason != after.reason:
            yield self._value(
                item, "reason", None if after.reason is None else in_quotes(after.reason), "null"
            )

    def _value(
        self, item: _Item, name: str, value: str | None, nothing: str
    ) -> tuple[int, int, str]:
        """Set a key's value; with None its line goes, unless a comment stands there."""
        node = item.values.get(name)
        if node is None:
            return item.end, item.end, f"{' ' * item.column}{name}: {value}{self.newline}"
        start, end = node.start_mark.index, self._end(node)
        if value is not None:
            return start, end, value
        line = self.text.rfind("\n", 0, start) + 1
        behind = self.text[end : self._line_end(end)]
        own = self.text[line:start].strip() == f"{name}:" and line > item.start
        return (
            (line, self._line_end(end), "") if own and not behind.strip() else (start, end, nothing)
        )
