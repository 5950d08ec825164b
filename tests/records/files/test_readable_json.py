"""JSON for people: indented, UTF-8, and never in the way of what a student wrote."""

from __future__ import annotations

import json

from gradeprop.records.files.readable_json import readable_json


def test_it_is_indented_and_keeps_letters() -> None:
    text = readable_json({"b": "∇ é", "a": [1.5, None, True]}).decode()
    assert text == '{\n  "b": "∇ é",\n  "a": [\n    1.5,\n    null,\n    true\n  ]\n}\n'
    assert list(json.loads(readable_json({"b": 1, "a": 2}, sort_keys=True))) == ["a", "b"]


def test_half_characters_come_back_or_become_question_marks() -> None:
    data = {"name": "caf\udce9", "words": "∇"}
    assert json.loads(readable_json(data)) == data
    replaced = readable_json(data, half_characters="replace")
    assert json.loads(replaced) == {"name": "caf?", "words": "∇"}
    assert replaced.endswith(b"\n")


def test_numbers_of_any_size() -> None:
    assert json.loads(readable_json({"n": 2**70})) == {"n": 2**70}
