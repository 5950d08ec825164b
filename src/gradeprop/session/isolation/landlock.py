"""Landlock: how a process gives up paths, TCP and signals to others for good. Linux only."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from os import O_CLOEXEC, O_PATH, close, fstat
from os import open as open_descriptor
from stat import S_ISDIR
from struct import pack
from typing import Final

from gradeprop.session.isolation.syscalls import checked, libc, no_new_privileges
from gradeprop.session.kept_builtins import KEPT

__all__ = ["restrict", "restrict_writes", "version"]

__builtins__ = KEPT

# System calls with the same numbers on every architecture.
_CREATE: Final = 444
_ADD_RULE: Final = 445
_RESTRICT: Final = 446

_EXECUTE: Final = 1 << 0
_WRITE_FILE: Final = 1 << 1
_READ_FILE: Final = 1 << 2
_READ_DIR: Final = 1 << 3
_REFER: Final = 1 << 13
_TRUNCATE: Final = 1 << 14
_IOCTL_DEV: Final = 1 << 15
_OF_VERSION_1: Final = (1 << 13) - 1
# The rights that later versions know besides.
_LATER: Final = ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV))
_READING: Final = _EXECUTE | _READ_FILE | _READ_DIR
_ON_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_BIND_AND_CONNECT_TCP: Final = 3
_SCOPE_SOCKETS_AND_SIGNALS: Final = 3


def version() -> int:
    """The kernel's version of Landlock, 0 if it has none."""
    return max(0, _ask_version())


def restrict(reading: Iterable[str], writing: Iterable[str]) -> int:
    """Allow this process and its children to read below ``reading``, to do all below ``writing``.

    And nothing else in the file system; no TCP, and signals and abstract sockets only among
    themselves, as far as the kernel knows these. Paths that do not exist are left out.

    Returns: the version (signals are kept in from 6 on, TCP from 4, truncation from 3).
    """
    known = checked(_ask_version(), "landlock")
    handled = _rights(known, _LATER)
    network = _BIND_AND_CONNECT_TCP if known >= 4 else 0
    _restrict(known, handled, network, [(reading, _READING), (writing, handled)])
    return known


def restrict_writes(writing: Iterable[str]) -> None:
    """Allow this process and its children to write, create and remove below ``writing`` only.

    And to signal only one another where the kernel knows that; reading stays as it was."""
    known = checked(_ask_version(), "landlock")
    # Not the commands of devices: they are not only for writing.
    handled = _rights(known, _LATER[:2]) & ~_READING
    _restrict(known, handled, 0, [(writing, handled)])


def _ask_version() -> int:
    return int(libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1))


def _rights(known: int, later: Iterable[tuple[int, int]]) -> int:
    rights = _OF_VERSION_1
    for since, right in later:
        if known >= since:
            rights |= right
    return rights


def _restrict(
    known: int, handled: int, network: int, rules: Iterable[tuple[Iterable[str], int]]
) -> None:
    scoped = _SCOPE_SOCKETS_AND_SIGNALS if known >= 6 else 0
    size = 8
    if known >= 4:
        size = 16
    if known >= 6:
        size = 24
    attributes = pack("=QQQ", handled, network, scoped)[:size]
    created = libc.syscall(_CREATE, attributes, ctypes.c_size_t(size), 0)
    ruleset = checked(created, "landlock_create_ruleset")
    try:
        for paths, rights in rules:
            for path in paths:
                _allow(ruleset, path, rights & handled)
        no_new_privileges()
        checked(libc.syscall(_RESTRICT, ruleset, 0), "landlock_restrict_self")
    finally:
        close(ruleset)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        below = open_descriptor(path, O_PATH | O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not S_ISDIR(fstat(below).st_mode):
            rights &= _ON_FILES
        rule = pack("=Qi", rights, below)
        checked(libc.syscall(_ADD_RULE, rules, 1, rule, 0), f"landlock_add_rule {path}")
    finally:
        close(below)
