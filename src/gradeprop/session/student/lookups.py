"""What the names in a function's code can come to outside of the notebook: libraries, modules."""

from __future__ import annotations

import builtins
import itertools
import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any, Final

import torch

__all__ = ["in_libraries", "is_own", "own_modules", "within_torch"]

# Student code that replaces parts of a library may do so in any module or class that other code
# names. Only what that code names is looked up: looking at all there is copies its pages in each
# child.
_EVERYWHERE: Final = (torch.Tensor, builtins)
# What calls inside torch end in.
_WITHIN_TORCH: Final = tuple(
    (variables, name)
    for variables, name in itertools.product(
        (vars(torch), vars(torch.Tensor), vars(torch.autograd)), ("backward", "grad")
    )
    if name in variables
)


def within_torch() -> list[int]:
    """The identities of what calls inside torch end in."""
    return [id(variables.get(name)) for variables, name in _WITHIN_TORCH]


def in_libraries(names: Sequence[str], notebook: Mapping[str, Any]) -> list[int]:
    """The identities of what ``names`` mean in modules and classes that code comes to by them.

    Args:
        names: those in the code.
        notebook: the student's global names.
    """
    places: list[Any] = list(_EVERYWHERE)
    for name in names:
        meant = notebook.get(name)
        if _is_place(meant):
            places.append(meant)
    known = set(map(id, places))
    found: list[int] = []
    for place in places:  # grows on the way
        variables = vars(place)
        for name in names:
            if name not in variables:
                continue
            meant = variables[name]
            found.append(id(meant))
            if _is_place(meant) and id(meant) not in known:
                known.add(id(meant))
                places.append(meant)
    return found


def own_modules(
    names: Sequence[str], notebook: Mapping[str, Any], folders: tuple[str, ...]
) -> list[types.ModuleType]:
    """The imported modules among ``names`` that the student wrote."""
    modules = [sys.modules[name] for name in names if name in sys.modules]
    return [module for module in modules if is_own(vars(module), notebook, folders)]


def is_own(
    variables: Mapping[str, Any], notebook: Mapping[str, Any], folders: tuple[str, ...]
) -> bool:
    """Whether these are the variables of a module that the student wrote.

    Args:
        variables: of the module.
        notebook: the student's global names, which are no module's.
        folders: where the student's modules lie; empty if nobody knows.
    """
    if variables is notebook:
        return False
    file = variables.get("__file__")
    if type(file) is not str:
        return variables.get("__spec__") is None  # a module that nothing was loaded for
    return bool(folders) and (not file.startswith("/") or file.startswith(folders))


def _is_place(thing: Any) -> bool:
    return type(thing) is types.ModuleType or isinstance(thing, type)
