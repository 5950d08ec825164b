"""What an untrusted session says about a cell, made into plain nbformat outputs or refused."""

from __future__ import annotations

import re
from typing import Any, Final

from gradeprop.session.wire.frames import WireError, clean_text

__all__ = ["clean_outputs", "optional_count", "optional_text"]

MAX_OUTPUTS: Final = 8_000
_MAX_NODES: Final = 100_000
_MAX_DEPTH: Final = 24
_MIME = re.compile(r"[A-Za-z0-9.+-]{1,80}/[A-Za-z0-9.+-]{1,80}")


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
        if kind == "stream" and raw.get("name") in ("stdout", "stderr"):
            return {
                "output_type": "stream",
                "name": raw["name"],
                "text": self.text(raw.get("text")),
            }
        if kind == "error":
            trace = raw.get("traceback")
            if type(trace) is not list:
                raise _malformed()
            return {
                "output_type": "error",
                "ename": self.text(raw.get("ename")),
                "evalue": self.text(raw.get("evalue")),
                "traceback": [self.text(line) for line in trace],
            }
        if kind not in ("display_data", "execute_result"):
            raise _malformed()
        data, metadata = raw.get("data"), raw.get("metadata")
        if type(data) is not dict or type(metadata) is not dict:
            raise _malformed()
        output: dict[str, Any] = {"output_type": kind}
        if kind == "execute_result":
            output["execution_count"] = optional_count(raw.get("execution_count"))
        output["data"] = {key: self.plain(item) for key, item in data.items() if _fits(key, item)}
        output["metadata"] = self.plain(metadata)
        return output

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
    return type(item) is str or (type(item) is list and all(type(line) is str for line in item))


def clean_outputs(raw: Any) -> tuple[dict[str, Any], ...]:
    """``raw`` as nbformat 4 outputs, every field checked.

    Raises:
        WireError: it is no list of outputs.
    """
    if type(raw) is not list or len(raw) > MAX_OUTPUTS:
        raise _malformed()
    cleaner = _Cleaner()
    return tuple(cleaner.output(item) for item in raw)


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
