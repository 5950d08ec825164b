"""Cells as data, and what of their outputs can be compared between a kernel and a session."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BEGIN = re.compile(r"^# %%(?: differs: (.*))?\n", re.MULTILINE)
_IMAGE = re.compile(r"<svg.*|<\?xml.*", re.DOTALL)
# What may differ in the words of two runs of one cell, and what stands for it.
_CHANCE = (
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    (re.compile(r"\r\n"), "\n"),
    (re.compile(r"(?:CPU times|Wall time).*|.* per loop \(mean.*"), "‹timing›"),
    (re.compile(r"\bin \d+\.\d+s"), "‹timing›"),
    (re.compile(r"[^\s\"'(]*/site-packages/"), "‹packages›/"),
    (re.compile(r"[^\s\"'(]*/bin/python[\d.]*"), "‹interpreter›"),
    (re.compile(r"[^\s\"'(]*/lib/python3\.\d+/"), "‹python›/"),
    (re.compile(r"[^\s\"'(]*/ipykernel_\d+/\d+\.py|\d+\.py(?=, line)"), "‹cell›"),
    (re.compile(r"\b(?:0x)?[0-9a-f]{12}\b|Task-\d+|name=\d+"), "‹number›"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "‹model›"),
)


@dataclass(frozen=True)
class ComparedCell:
    """A cell to run both ways.

    Attributes:
        reason: why a session may show something else than a kernel; None if it may not.
    """

    source: str
    reason: str | None


def read_cells(path: Path) -> list[ComparedCell]:
    """The cells of a file, each begun by a line ``# %%``; ``# %% differs: why`` where it may."""
    _, *rest = _BEGIN.split("# %%\n" + path.read_text())
    return [
        ComparedCell(source.strip("\n"), reason or None)
        for reason, source in zip(rest[::2], rest[1::2], strict=True)
    ]


def comparable(outputs: Sequence[Any], folder: str) -> tuple[dict[str, str], list[Any]]:
    """What a reader sees: both streams, and the other outputs in order, without what is chance.

    When a kernel flushes either stream is chance, too.

    Args:
        folder: the notebook's.
    """
    streams: dict[str, str] = {}
    others: list[Any] = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            streams[output["name"]] = streams.get(output["name"], "") + output["text"]
        elif kind == "error":
            lines = "\n".join(output["traceback"])
            others.append((kind, output["ename"], _plain(output["evalue"], folder)))
            others.append(_plain(lines, folder))
        else:
            data = {mime: _plain(item, folder, mime) for mime, item in output["data"].items()}
            others.append((kind, output.get("execution_count"), data))
    return {name: _plain(text, folder) for name, text in streams.items()}, others


def _plain(thing: Any, folder: str, mime: str = "text/plain") -> Any:
    if mime.startswith("image/"):
        return "‹image›"
    if isinstance(thing, dict):
        return {key: _plain(item, folder) for key, item in thing.items()}
    if not isinstance(thing, str):
        return thing
    text = _IMAGE.sub("‹image›", thing) if "matplotlib" in thing else thing
    text = text.replace(folder, "‹folder›").replace(str(Path(folder).parent), "‹above›")
    for pattern, instead in _CHANCE:
        text = pattern.sub(instead, text)
    return text
