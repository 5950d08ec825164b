from __future__ import annotations

import pytest

from gradeprop.notebook.sources import defined_names, functions_and_classes, plain


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(w):\n    g = 1", {"f"}),
        ("async def f(): ...\nclass C: ...", {"f", "C"}),
        ("f = lambda w: w == 1", {"f"}),
        ("a, b = 1, 2\nc: int = 3", {"a", "b", "c"}),
        ("a == 1\na.b = 2\na[0] = 3\nprint(x=1)", set()),
        ("# def f(): ...", set()),
    ],
)
def test_names_at_the_top_level_are_found(source: str, names: set[str]) -> None:
    assert defined_names(source) == names


def test_functions_are_told_from_variables() -> None:
    assert functions_and_classes("def f(): ...\nx = 1") == {"f"}


def test_plain_ignores_what_editors_change() -> None:
    assert plain("\n\na  \n  b\t\n\n") == "a\n  b"
