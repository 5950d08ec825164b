"""Which checks are functions of our own fixtures and nothing else, so that pytest need not do for
them what it does around a test."""

from __future__ import annotations

import inspect

import pytest

__all__ = ["FIXTURES", "TARGET", "CheckNotPassedError", "is_plain"]

FIXTURES = frozenset({"student", "reference", "device", "stated"})
TARGET = "gradeprop_target"
_CLOSURE = FIXTURES | {TARGET, "request"}
"""All that our own fixtures need in turn."""


class CheckNotPassedError(Exception):
    """A check's verdict, raised so that pytest counts it as a failed test."""


def is_plain(item: pytest.Item) -> bool:
    """Whether a check is a function of our own fixtures and nothing else: no fixtures, parameters
    or marks of its own, no class, no coroutine."""
    return (
        type(item) is pytest.Function
        and item.cls is None
        and _CLOSURE.issuperset(item.fixturenames)
        and "request" not in item._fixtureinfo.argnames
        and all(mark.name == "parametrize" for mark in item.iter_markers())
        and not inspect.iscoroutinefunction(item.obj)
    )
