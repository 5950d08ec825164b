"""A function of a grader's as code that travels: with all that it names, and nothing else."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from gradeprop.course.harness import PythonFile, travelling
from gradeprop.session.interface import Code

__all__ = ["code_of"]

_KNOWN: WeakKeyDictionary[Any, Code] = WeakKeyDictionary()


def code_of(function: Any) -> Code:
    """The source of ``function`` and of what it names in its file.

    Raises:
        TypeError: it is no function at the top level of a file, or names what does not travel.
    """
    plain = inspect.unwrap(function) if callable(function) else None
    if not isinstance(plain, FunctionType):
        raise TypeError(
            f"{function!r} is no function of this file or of graders/shared/: only those run on"
            " the student's side"
        )
    name = plain.__qualname__
    if not name.isidentifier():
        raise TypeError(
            f"{name} is not defined at the top level of its file, so that it cannot run on the"
            " student's side: move it there with def, and pass it what it needs as arguments"
        )
    if plain not in _KNOWN:
        _KNOWN[plain] = _code(name, Path(plain.__code__.co_filename))
    return _KNOWN[plain]


def _code(name: str, path: Path) -> Code:
    found = travelling(name, _read(path), _shared_beside(path))
    if found.refused:
        raise TypeError("; ".join(map(str, found.refused)))
    return Code(name, found.source)


def _shared_beside(path: Path) -> Mapping[str, PythonFile]:
    """The files of graders/shared/ of the course that the grader is in."""
    graders = next((parent for parent in path.parents if parent.name == "graders"), None)
    if graders is None:
        return {}
    return {item.stem: _read(item) for item in sorted((graders / "shared").glob("*.py"))}


def _read(path: Path) -> PythonFile:
    text = path.read_text("utf-8-sig")
    places = path.parts
    inside = [n for n, place in enumerate(places) if place == "graders"]
    below = places[inside[-1] :] if inside else places[-1:]
    return PythonFile("/".join(below), text, ast.parse(text))
