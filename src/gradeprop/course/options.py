"""The options of a choice, as they are told apart."""

from __future__ import annotations


def plain(option: str) -> str:
    """Without what does not count: capitals, and blanks before, after and more than one."""
    return " ".join(option.split()).casefold()
