from __future__ import annotations

import pytest

from gradeprop.session.student.commands import _LISTING


@pytest.mark.parametrize("command", ["ls", " ls", "ls -a", "ls data/"])
def test_a_listing_alone_is_in_columns(command: str) -> None:
    assert _LISTING.sub("ls -C -w 80", command, count=1).startswith("ls -C -w 80")


@pytest.mark.parametrize(
    "command",
    [
        "ls | wc -l",
        "ls > files.txt",
        "lsblk",
        "echo ls",
        "tput cols",
        "cd x; ls",
        "ls && pwd",
        "ls\npwd",
    ],
)
def test_whatever_else_is_left_alone(command: str) -> None:
    assert _LISTING.search(command) is None
