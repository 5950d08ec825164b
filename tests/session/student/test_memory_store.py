from __future__ import annotations

from gradeprop.session.student.memory_store import MemoryStore


def test_keys_are_found_by_a_pattern() -> None:
    store = MemoryStore({"autorestore/x": 1, "dhist": []})
    assert list(store.keys()) == ["autorestore/x", "dhist"]
    assert list(store.keys("autorestore/*")) == ["autorestore/x"]


def test_what_is_not_there_can_be_removed() -> None:
    store = MemoryStore(x=1)
    for key in ("x", "y"):
        del store[key]
    assert not store
