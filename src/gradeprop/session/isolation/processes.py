"""Processes as the kernel knows them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["processes_below"]


def processes_below(pid: int) -> list[int]:
    """All descendants of ``pid`` as far as they still hang together."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        for listing in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                children = [int(word) for word in listing.read_text().split()]
            except OSError:
                continue
            found += children
            waiting += children
    return found
