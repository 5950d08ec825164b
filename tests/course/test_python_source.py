from __future__ import annotations

import ast
import warnings
from typing import Any

import pytest

from gradeprop.course.python_source import (
    assigned_literals,
    collected_tests,
    parse_python,
    same_code,
)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("x = 1\ny = (\n", 2, 5),
        ("return 1", 1, 1),
        ("%matplotlib inline", 1, 1),
        ("x = 'a\x00'", 1, 1),
        ("(" * 5000, 1, None),
        ("-" * 100_000 + "1", 1, None),
    ],
)
def test_what_is_not_python_has_a_place(text: str, line: int, column: int | None) -> None:
    tree, fault = parse_python(text)
    assert tree is None
    assert fault is not None
    assert fault.line == line
    assert column in (None, fault.column)


def test_await_is_allowed_and_nothing_warns() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse_python("'\\lambda'\nawait x\n")[1] is None


def test_same_code_ignores_layout_and_comments_only() -> None:
    assert same_code("x = 1  # one", "x=1\n\n")
    assert not same_code("x = 1", "x = 2")
    assert not same_code("x = (", "x = (")


@pytest.mark.parametrize(
    ("text", "value"),
    [("d = 'a'", "a"), ("d: str = 'a'", "a"), ("d = 'a'\nd = 'b'", "b"), ("c = d = 'a'", "a"), ("d = f()", None),
     ("e = 'a'", None), ("d = 1\nd = f()", None), ("c, d = 1, -2.5", -2.5), ("c, d = f()", None), ("d = ['a', 'b']", ["a", "b"])],
)  # fmt: skip
def test_the_last_assignment_counts_if_it_is_a_literal(text: str, value: Any) -> None:
    assert assigned_literals(ast.parse(text)).get("d") == value


def test_collected_tests_are_those_of_pytest() -> None:
    tree = ast.parse(
        "def test_a(): ...\ndef helper():\n def test_b(): ...\nasync def test_c(): ...\n"
    )
    assert [node.name for node in collected_tests(tree)] == ["test_a", "test_c"]
