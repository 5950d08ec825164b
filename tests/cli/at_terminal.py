"""Marking in a real terminal: a program that is started there, looked at and typed to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pexpect

from cli.conftest import COMMAND


class Marker:
    """A person at an 80-column terminal, who marks a01_slopes of a course."""

    def __init__(
        self,
        root: Path,
        *arguments: str,
        environment: Mapping[str, str] = os.environ,
        patience_s: float = 60,
    ) -> None:
        self._child = pexpect.spawn(
            COMMAND[0],
            [*COMMAND[1:], "mark", "a01_slopes", *arguments],
            cwd=str(root),
            env={**environment, "TERM": "xterm-256color"},
            encoding="utf-8",
            dimensions=(40, 80),
            timeout=patience_s,
        )

    def sees(self, text: str) -> str:
        """What is drawn up to the text, which is drawn in one go."""
        self._child.expect_exact(text)
        return str(self._child.before)

    def presses(self, keys: str) -> None:
        self._child.send(keys)

    def ends(self, sent: int) -> None:
        """The terminal goes away with this signal."""
        self._child.kill(sent)

    def leaves(self) -> tuple[str, int | None]:
        """The last that was said, and the exit status."""
        self._child.expect(pexpect.EOF)
        self._child.close()
        return str(self._child.before), self._child.exitstatus
