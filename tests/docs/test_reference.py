"""Every public name is on a page of the reference, and every name on a page has words of its
own."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "reference").glob("*.md"))
NAMED = [
    name
    for page in PAGES
    for name in re.findall(r"^::: (\S+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
]
PUBLIC = ("gradeprop", "gradeprop.errors", "gradeprop.gradients", "gradeprop.session.interface")


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_name_is_on_a_page(module: str) -> None:
    absent = {f"{module}.{name}" for name in _public_names(importlib.import_module(module))}
    assert absent - set(NAMED) == set()


@pytest.mark.parametrize("name", NAMED)
def test_every_name_on_a_page_has_words(name: str) -> None:
    module_name, _, last = name.rpartition(".")
    module = importlib.import_module(module_name)
    thing = getattr(module, last)
    if not (inspect.isclass(thing) or inspect.isfunction(thing)):
        assert _words_below(module, last), f"{name} has no docstring below it"
        return
    assert list(_silent(thing, name)) == []


def _public_names(module: ModuleType) -> set[str]:
    """What a module offers: its ``__all__``, or else the classes and functions that it defines."""
    listed = getattr(module, "__all__", None) or [
        name
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", None) == module.__name__ and not name.startswith("_")
    ]
    return {name for name in listed if not name.startswith("__")}


def _silent(thing: Any, name: str) -> Iterator[str]:
    """What has no docstring: the thing, or a public member that no base class explains."""
    written = thing.__doc__ or ""
    if not written or written.startswith(f"{thing.__name__}("):  # as dataclasses write it
        yield name
    if not inspect.isclass(thing):
        return
    for member, value in vars(thing).items():
        is_code = inspect.isroutine(value) or isinstance(value, property | classmethod)
        if is_code and not member.startswith("_") and not inspect.getdoc(getattr(thing, member)):
            yield f"{name}.{member}"


def _words_below(module: ModuleType, name: str) -> bool:
    """Whether a string stands below the assignment of this name, here or where it comes from."""
    body = ast.parse(inspect.getsource(module)).body
    for statement, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.ImportFrom) and statement.module:
            if name in {alias.name for alias in statement.names}:
                return _words_below(importlib.import_module(statement.module), name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = getattr(statement, "targets", None) or [statement.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                match following:
                    case ast.Expr(ast.Constant(str())):
                        return True
                return False
    return False
