"""A change of a few characters in Python source, found in its tree and made in its text, so that
all the rest stays as it was written."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """Bytes ``begin`` to ``end`` of a source become ``text``; ``what`` says it in a few words."""

    begin: int
    end: int
    text: str
    what: str


class Source:
    """Python source and where the nodes of its tree stand in it.

    Args:
        text: parses as Python.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._bytes = text.encode()
        self._lines = [0]
        for line in self._bytes.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def begin(self, node: ast.expr | ast.stmt) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._lines[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: ast.expr | ast.stmt) -> str:
        return self.between(self.begin(node), self.end(node))

    def between(self, begin: int, end: int) -> str:
        return self._bytes[begin:end].decode()

    def whole_lines(self, node: ast.stmt) -> tuple[int, int] | None:
        """From the beginning of a statement's first line to the end of its last; None if anything
        else stands there."""
        begin, end = self._lines[node.lineno - 1], self._line_end(node)
        before = self.between(begin, self.begin(node))
        after = self.between(self.end(node), end).strip()
        return (begin, end) if not before.strip() and after[:1] in ("", "#") else None

    def with_edit(self, edit: Edit) -> str:
        changed = self._bytes[: edit.begin] + edit.text.encode() + self._bytes[edit.end :]
        return changed.decode()

    def _line_end(self, node: ast.stmt) -> int:
        assert node.end_lineno is not None
        return self._lines[node.end_lineno]
