"""What one cell prints and displays, as nbformat 4 output dicts, as a notebook's reader sees it.

Keeps within a budget: what is beyond it is counted, not kept, and a notice says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from gradeprop.session.kept_builtins import KEPT

__all__ = ["OutputLog", "encodable", "plain_json"]

__builtins__ = KEPT

_MAX_DEPTH: Final = 20
_ENTRY_COST: Final = 64
# What is remembered of displays, and what their ids may be like.
_MAX_KNOWN: Final = 10_000
_MAX_ID: Final = 200
# Errors have room of their own, so that a flood before one does not hide it.
_ERROR_BYTES: Final = 32 << 10


def encodable(text: str) -> str:
    """``text`` with escapes instead of halves of characters, which no encoding takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def plain_json(thing: object, depth: int = 0) -> Any:
    """``thing`` as what JSON can carry: exact JSON types kept, everything else as text."""
    kind = type(thing)
    if thing is None or kind is bool:
        return thing
    if isinstance(thing, str):
        return encodable(str.__str__(thing))
    if kind is int:
        return thing if thing.bit_length() < 64 else "a large integer"  # type: ignore[attr-defined]
    if kind is float:
        return thing if math.isfinite(thing) else None  # type: ignore[arg-type]
    if depth < _MAX_DEPTH and kind is dict:
        return {encodable(str(key)): plain_json(item, depth + 1) for key, item in thing.items()}  # type: ignore[attr-defined]
    if depth < _MAX_DEPTH and kind in (list, tuple):
        return [plain_json(item, depth + 1) for item in thing]  # type: ignore[attr-defined]
    return f"<{kind.__name__}>"


def _weight(thing: Any) -> int:
    if isinstance(thing, str):
        return len(thing.encode("utf-8", "replace")) + 2
    if isinstance(thing, dict):
        return sum(len(key) + 4 + _weight(item) for key, item in thing.items())
    if isinstance(thing, list):
        return sum(2 + _weight(item) for item in thing)
    return 8


class OutputLog:
    """The outputs of the cell that is running.

    Args:
        cell_bytes: what one cell may keep.
        total_bytes: what all cells together may keep.
        renamed: what output calls folders of this machine, those within others first.
        catch_up: has `add_text` called with what was written past this log, before it goes on.
    """

    def __init__(
        self,
        cell_bytes: int,
        total_bytes: int,
        renamed: Mapping[str, str] | None = None,
        catch_up: Callable[[], None] = lambda: None,
    ) -> None:
        self.cell_bytes = cell_bytes
        self.total_left = total_bytes
        self.renamed = dict(renamed or {})
        self.catch_up = catch_up
        self._known: set[str] = set()
        self.start()

    def start(self) -> None:
        """Begin a new cell."""
        self._forget()
        self._updates: dict[str, dict[str, Any]] = {}
        self._dropped = 0
        self._room = max(0, min(self.cell_bytes, self.total_left))
        self._error_room = _ERROR_BYTES

    def finish(self) -> tuple[list[dict[str, Any]], bool]:
        """The cell's outputs, and whether the submission's budget is spent and some are missing.

        Displays that can be changed later have their id under ``transient``; changes of displays
        of earlier cells follow as ``update_display_data``, as in Jupyter's messages.
        """
        for output in self._outputs:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        outputs = [output for output in self._outputs if output.get("text") != ""]
        kept = sum(_weight(output) for output in outputs)
        spent = self._dropped > 0 and self.total_left < self.cell_bytes
        self.total_left -= kept
        if self._dropped:
            rest = f"{self._dropped:,} bytes"
            limit = f"{self.cell_bytes // 1024} KiB"
            text = f"\n[… the rest of this cell's output ({rest}) is cut: the limit is {limit}]\n"
            outputs.append({"output_type": "stream", "name": "stderr", "text": text})
        outputs += [
            {
                "output_type": "update_display_data",
                "transient": {"display_id": display_id},
                **update,
            }
            for display_id, update in self._updates.items()
            if update
        ]
        if len(self._known) < _MAX_KNOWN:
            self._known.update(self._displays)
        self._forget()
        return outputs, spent

    def clear(self, wait: bool) -> None:
        """``clear_output``: now, or when the next output comes."""
        self.catch_up()
        if wait:
            self._clear_next = True
        else:
            self._forget()

    def stream(self, name: str, text: str) -> None:
        """Text written to ``stdout`` or ``stderr``; joined with what came there just before."""
        self.catch_up()
        self.add_text(name, text)

    def add_text(self, name: str, text: str, lost: int = 0) -> None:
        """The same, knowing that nothing came before it.

        Args:
            lost: bytes that came with it and cannot be kept.
        """
        self._dropped += lost
        if not text:
            return
        text = self._rename(text)
        self._make_way()
        encoded = text.encode("utf-8", "backslashreplace")
        size = len(encoded)
        room = max(0, self._room)
        if size > room:
            self._dropped += size - room
            encoded = encoded[:room]
            size = room
        text = encoded.decode("utf-8", "ignore")
        self._room -= size
        last = self._outputs[-1] if self._outputs else None
        if last is not None and last["output_type"] == "stream" and last["name"] == name:
            last["text"].append(text)
        elif text:
            self._room -= _ENTRY_COST
            self._outputs.append({"output_type": "stream", "name": name, "text": [text]})

    def add(self, output: dict[str, Any], display_id: object = None) -> None:
        """A display, a result or an error."""
        self.catch_up()
        self._make_way()
        if type(display_id) is str:  # what has this id already shows the same from now on
            self.update(output["data"], output["metadata"], display_id)
        output = self._plain(output)
        size = _weight(output) + _ENTRY_COST
        if output["output_type"] == "error" and size <= self._error_room:
            self._error_room -= size
        elif size > self._room:
            self._dropped += size
            return
        else:
            self._room -= size
        self._outputs.append(output)
        if type(display_id) is str and len(display_id) <= _MAX_ID:
            output["transient"] = {"display_id": display_id}
            self._displays.setdefault(display_id, []).append(output)

    def update(self, data: object, metadata: object, display_id: object) -> None:
        """``update_display``: changes what earlier displays show, also those of earlier cells."""
        if type(display_id) is not str:
            return
        outputs = list(self._displays.get(display_id, []))
        if display_id in self._known:
            outputs.append(self._updates.setdefault(display_id, {}))
        for output in outputs:
            new = self._plain({"data": data, "metadata": metadata})
            size = _weight(new)
            if size > self._room:
                self._dropped += size
                return
            self._room -= size
            output.update(new)

    def _plain(self, output: dict[str, Any]) -> Any:
        return plain_json(self._renamed_in(output))

    def _renamed_in(self, output: dict[str, Any]) -> dict[str, Any]:
        """``output`` with folders renamed where a person reads it as text."""
        new = dict(output)
        if type(output.get("data")) is dict:
            new["data"] = {
                mime: self._rename(item) if str(mime).startswith("text/") else item
                for mime, item in output["data"].items()
            }
        if output.get("output_type") == "error":
            new["evalue"] = self._rename(output["evalue"])
            new["traceback"] = [self._rename(line) for line in output["traceback"]]
        return new

    def _rename(self, text: Any) -> Any:
        if not isinstance(text, str):
            return text
        for folder, name in self.renamed.items():
            if folder in text:
                text = text.replace(folder, name)
        return text

    def _make_way(self) -> None:
        if self._clear_next:
            self._forget()

    def _forget(self) -> None:
        self._outputs: list[dict[str, Any]] = []
        self._displays: dict[str, list[dict[str, Any]]] = {}
        self._clear_next = False
