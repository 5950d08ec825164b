"""What an untrusted session says about a cell, made into plain nbformat outputs or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from gradeprop.session.interface import DisplayUpdate
from gradeprop.session.wire.frames import WireError, clean_text

__all__ = ["CleanCell", "clean_cell", "clean_outputs", "optional_count", "optional_text"]

MAX_OUTPUTS: Final = 8_000
_MAX_NODES: Final = 100_000
_MAX_DEPTH: Final = 24
_MAX_ID: Final = 200
_MIME = re.compile(r"[A-Za-z0-9.+-]{1,80}/[A-Za-z0-9.+-]{1,80}")


@dataclass(frozen=True)
class CleanCell:
    """What a cell put out, every field checked; see `CellOutcome`."""

    outputs: tuple[dict[str, Any], ...]
    displays: dict[int, str]
    updates: tuple[DisplayUpdate, ...]


class _Cleaner:
    def __init__(self) -> None:
        self.nodes = 0

    def plain(self, raw: Any, depth: int = 0) -> Any:
        self.nodes += 1
        if self.nodes > _MAX_NODES or depth > _MAX_DEPTH:
            raise WireError("too_big", "outputs with too many parts")
        if type(raw) is str:
            return clean_text(raw)
        if type(raw) is list:
            return [self.plain(item, depth + 1) for item in raw]
        if type(raw) is dict:
            return {clean_text(key): self.plain(item, depth + 1) for key, item in raw.items()}
        if type(raw) is int and raw.bit_length() > 64:
            return str(raw)
        return raw

    def output(self, raw: Any) -> dict[str, Any]:
        if type(raw) is not dict:
            raise _malformed()
        kind = raw.get("output_type")
        if kind == "stream":
            return self._stream(raw)
        if kind == "error":
            return self._error(raw)
        if kind in ("display_data", "execute_result"):
            return self._display(raw, kind)
        raise _malformed()

    def _stream(self, raw: dict[str, Any]) -> dict[str, Any]:
        name = raw.get("name")
        if name not in ("stdout", "stderr"):
            raise _malformed()
        return {"output_type": "stream", "name": name, "text": self.text(raw.get("text"))}

    def _error(self, raw: dict[str, Any]) -> dict[str, Any]:
        trace = raw.get("traceback")
        if type(trace) is not list:
            raise _malformed()
        return {
            "output_type": "error",
            "ename": self.text(raw.get("ename")),
            "evalue": self.text(raw.get("evalue")),
            "traceback": [self.text(line) for line in trace],
        }

    def _display(self, raw: dict[str, Any], kind: str) -> dict[str, Any]:
        data = raw.get("data")
        metadata = raw.get("metadata")
        if type(data) is not dict or type(metadata) is not dict:
            raise _malformed()
        output: dict[str, Any] = {"output_type": kind}
        if kind == "execute_result":
            output["execution_count"] = optional_count(raw.get("execution_count"))
        output["data"] = {
            mime: self.plain(item) for mime, item in data.items() if _fits(mime, item)
        }
        output["metadata"] = self.plain(metadata)
        return output

    def update(self, raw: dict[str, Any]) -> DisplayUpdate:
        display_id = self.display_id(raw)
        if display_id is None:
            raise _malformed()
        new = self._display(raw, "display_data")
        return DisplayUpdate(display_id, new["data"], new["metadata"])

    def display_id(self, raw: dict[str, Any]) -> str | None:
        transient = raw.get("transient")
        named = transient.get("display_id") if type(transient) is dict else None
        return clean_text(named[:_MAX_ID]) if type(named) is str else None

    def text(self, raw: Any) -> str:
        self.nodes += 1
        if type(raw) is not str or self.nodes > _MAX_NODES:
            raise _malformed()
        return clean_text(raw)


def _fits(mime: str, item: Any) -> bool:
    """Whether nbformat allows this entry of a mime bundle."""
    if not _MIME.fullmatch(mime):
        return False
    if mime == "application/json" or mime.endswith("+json"):
        return True
    if type(item) is list:
        return all(type(line) is str for line in item)
    return type(item) is str


def clean_outputs(raw: Any) -> tuple[dict[str, Any], ...]:
    """``raw`` as nbformat 4 outputs, every field checked.

    Raises:
        WireError: it is no list of outputs.
    """
    return clean_cell(raw).outputs


def clean_cell(raw: Any) -> CleanCell:
    """The same, with what ``raw`` says of displays that change.

    Raises:
        WireError: it is no list of outputs and updates.
    """
    if type(raw) is not list or len(raw) > MAX_OUTPUTS:
        raise _malformed()
    cleaner = _Cleaner()
    outputs: list[dict[str, Any]] = []
    displays: dict[int, str] = {}
    updates: list[DisplayUpdate] = []
    for item in raw:
        if type(item) is dict and item.get("output_type") == "update_display_data":
            updates.append(cleaner.update(item))
            continue
        outputs.append(cleaner.output(item))
        display_id = cleaner.display_id(item)
        if display_id is not None:
            displays[len(outputs) - 1] = display_id
    return CleanCell(tuple(outputs), displays, tuple(updates))


def optional_count(raw: Any) -> int | None:
    """An execution count, or None."""
    if raw is None or (type(raw) is int and 0 <= raw < 1_000_000):
        return raw
    raise _malformed()


def optional_text(raw: Any, cap: int = 8_000) -> str | None:
    """A text of at most ``cap`` characters, or None."""
    if raw is None:
        return None
    if type(raw) is not str:
        raise _malformed()
    return clean_text(raw[:cap])


def _malformed() -> WireError:
    return WireError("malformed", "not valid outputs")
