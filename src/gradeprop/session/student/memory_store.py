"""What IPython keeps in a folder of the user's between sessions, in memory: a notebook has none."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from typing import Any

__all__ = ["MemoryStore"]


class MemoryStore(dict[str, Any]):
    """Bookmarks, visited folders and stored variables (``%store``)."""

    def keys(self, pattern: str = "*") -> Iterable[str]:  # type: ignore[override]
        """The keys that fit ``pattern``, which may have wildcards."""
        return fnmatch.filter(list(self), pattern)

    def __delitem__(self, key: str) -> None:
        """Also what is not there is removed without a word, as from a folder."""
        self.pop(key, None)
