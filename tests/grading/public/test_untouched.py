from __future__ import annotations

from typing import Any

import pytest

from gradeprop.grading.public.untouched import untouched

EMPTY = [
    "def f(x): ...",
    "def f(x):\n    # nothing yet\n    ...",
    "def f(x): pass",
    'def f(x):\n    """Doc."""',
    "class f:\n    def forward(self, x): ...\n    @staticmethod\n    def backward(ctx, up): ...",
]
WRITTEN = [
    "def f(x): return 2.0",
    "def f(x): return 'doc'",
    'def f(x):\n    """Doc."""\n    return "other"',
    "def f(x): return x",
    "def f(x): print(x)",
    "def f(x): x += 1",
    "f = lambda x: 2 * x",
    "f = None",
    "f = 3.0",
    "f = print",
    "class f: ...",
    "class f:\n    def forward(self, x): ...\n    def backward(self, up): return up",
]


def made(source: Any) -> Any:
    names = {}
    exec(source, names)
    return names["f"]


@pytest.mark.parametrize("source", [*EMPTY, "f = ..."])
def test_what_a_starter_leaves_is_untouched(source: Any) -> None:
    assert untouched(made(source))


@pytest.mark.parametrize("source", WRITTEN)
def test_whatever_somebody_wrote_is_not(source: Any) -> None:
    assert not untouched(made(source))
