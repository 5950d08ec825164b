"""matplotlib's list of fonts, made once: to look for them takes seconds of a student's time.

Runs on the untrusted side, before any student code."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

__all__ = ["FontList"]

# With thousands of fonts and no cache of fontconfig's. After that notebooks look for themselves.
_SCAN_S: Final = 60.0
_SCAN: Final = "import sys; sys.path[:] = sys.argv[1:]; import matplotlib.font_manager"


class FontList:
    """Looks for fonts in a process of its own, while this one imports torch.

    Args:
        packages: what the warm process imports; with matplotlib among them it has the list itself.
    """

    def __init__(self, packages: Sequence[str]) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = ""
        preloaded = any(name.partition(".")[0] == "matplotlib" for name in packages)
        if preloaded or importlib.util.find_spec("matplotlib") is None:
            return
        self._folder = tempfile.mkdtemp(prefix="fonts-")
        with contextlib.suppress(OSError):
            self._process = subprocess.Popen(
                [sys.executable, "-S", "-s", "-B", "-c", _SCAN, *sys.path],
                env={**os.environ, "MPLCONFIGDIR": self._folder, "MPLBACKEND": "agg"},
                stdin=subprocess.DEVNULL,
            )

    def files(self) -> dict[str, bytes]:
        """What to put into a notebook's ``MPLCONFIGDIR``, by name; waits for it.

        Nothing if there is no matplotlib, if it has been imported already, or if it fails."""
        if self._process is None:
            return {}
        try:
            self._process.wait(_SCAN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return {}
        finally:
            self._process = None
        return {path.name: path.read_bytes() for path in Path(self._folder).glob("fontlist-*.json")}
