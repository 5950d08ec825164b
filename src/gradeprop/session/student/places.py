"""Places in a notebook, so that what is asked after the last cell goes to the objects that were
there.

A part is judged on the state right after its own place. What is asked later meets another state,
and Python's state cannot be enumerated; so a later answer is only ever worth something if it is
right (see `gradeprop.session.interface.Session.recall`), and a place need not remember what the
state was. It remembers which objects the names were bound to that will be asked about, weakly: a
later cell that binds the name anew earns nothing for an earlier part, and nothing lives longer than
it would have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Any, Final
from weakref import ref

from gradeprop.session.kept_builtins import KEPT

__all__ = ["Bookmark"]

__builtins__ = KEPT

# What cannot change, and mostly cannot be held weakly.
_VALUES: Final = frozenset({type(None), bool, int, float, complex, str, bytes})


class Bookmark:
    """Where the notebook stands now.

    Args:
        names: those that will be asked about.
        namespace: the notebook's global names.
    """

    def __init__(self, names: Iterable[str], namespace: Mapping[str, Any]) -> None:
        self._held: dict[str, Callable[[], Any]] = {}
        self._codes: dict[str, tuple[object, ...]] = {}
        for name in names:
            if name in namespace:
                self._hold(name, namespace[name])

    def _hold(self, name: str, value: Any) -> None:
        if type(value) in _VALUES:
            self._held[name] = lambda: value
            return
        try:
            self._held[name] = ref(value)
        except TypeError:  # of a kind that cannot be held so
            return
        self._codes[name] = _code_of(value)

    def names(self, wanted: Iterable[str]) -> dict[str, Any] | None:
        """What ``wanted`` were bound to here; None if that is not known or gone for any of them,
        or is a function that has been given other code."""
        found = {}
        for name in wanted:
            hold = self._held.get(name)
            value = None if hold is None else hold()
            if hold is None or (value is None and isinstance(hold, ref)):
                return None
            if name in self._codes and self._codes[name] != _code_of(value):
                return None
            found[name] = value
        return found


def _code_of(thing: object) -> tuple[object, ...]:
    """What a function does, but for what its names mean; only the code, which has nothing of a
    notebook's objects in it, is kept alive."""
    if type(thing) is not FunctionType:
        return ()
    return thing.__code__, id(thing.__defaults__), id(thing.__kwdefaults__)
