"""What a place remembers: the objects that names were bound to, held weakly."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
import torch

from gradeprop.session.student.places import Bookmark


def namespace(source: str) -> dict[str, Any]:
    found: dict[str, Any] = {"torch": torch}
    exec(source, found)
    return found


@pytest.mark.parametrize(
    "bound",
    [
        "def f(): return 1",
        "f = lambda: 1",
        "class f: pass",
        "f = torch.ones(2)",
        "import functools\nf = functools.partial(print)",
        "f = 2.5",
        "f = 'text'",
        "f = None",
    ],
)
def test_a_name_bound_anew_still_means_what_it_meant(bound: str) -> None:
    names = namespace(bound)
    meant = names["f"]
    place = Bookmark(["f"], names)
    names["f"] = "another"
    found = place.names(["f"])
    assert found is not None
    assert found["f"] is meant


@pytest.mark.parametrize("bound", ["f = torch.ones(2)", "def f(): pass", "class f: pass"])
def test_nothing_lives_longer_than_it_would_have(bound: str) -> None:
    names = namespace(bound)
    place = Bookmark(["f"], names)
    seen = weakref.ref(names["f"])
    del names["f"]
    gc.collect()  # a class refers to itself
    assert seen() is None
    assert place.names(["f"]) is None


@pytest.mark.parametrize("bound", ["f = [1]", "f = {}", "f = 10 ** 3,"])
def test_what_cannot_be_held_weakly_is_not_held(bound: str) -> None:
    assert Bookmark(["f"], namespace(bound)).names(["f"]) is None


def test_a_name_that_was_not_bound_is_not_found_later() -> None:
    names = namespace("g = 1")
    place = Bookmark(["f", "g"], names)
    names["f"] = 2
    assert place.names(["f"]) is None
    assert place.names(["f", "g"]) is None
    assert place.names(["g"]) == {"g": 1}


@pytest.mark.parametrize(
    "change",
    [
        "f.__code__ = (lambda x, h=1: 2 * x).__code__",
        "f.__defaults__ = (3,)",
        "f.__kwdefaults__ = {'k': 3}",
    ],
)
def test_a_function_that_was_given_other_code_is_not_the_same(change: str) -> None:
    names = namespace("def f(x, h=1, *, k=1): return x")
    place = Bookmark(["f"], names)
    f = names["f"]
    f.note = "an attribute does not make it another one"
    assert place.names(["f"]) == {"f": f}
    exec(change, names)
    assert place.names(["f"]) is None
