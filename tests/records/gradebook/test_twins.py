"""Students whom the gradebook would take for one are found before it does."""

from __future__ import annotations

import os

import pytest

from gradeprop.records.gradebook.twins import twins

NOT_UNICODE = os.fsdecode(b"caf\xe9")
LIKE_IT = "caf%E9"
LONG = "x" * 200


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_where_every_character_counts_only_a_stand_in_can_meet_another_id(backend: str) -> None:
    different = ["ada", "Ada", "ada ", "adá", "ada\u0301", LONG, LONG + "y"]
    assert twins(different, backend) == []
    assert twins([*different, NOT_UNICODE, LIKE_IT], backend) == [(LIKE_IT, NOT_UNICODE)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ada", "ada"),
        ("ada", "ada "),
        ("adá", "ada\u0301"),
        ("jose", "josé"),
        ("straße", "STRASSE"),
        ("ﬁn", "fin"),
        (LIKE_IT, NOT_UNICODE),
    ],
)
def test_another_database_may_overlook_more(first: str, second: str) -> None:
    assert twins([first, "bob", second], "mysql") == [tuple(sorted((first, second)))]
