"""Places in a notebook that can be gone back to, to answer there what is asked after the last cell.

A part is judged on the state right after its own place. A fork at every place would keep that state, but a
fork of a process with torch in it costs some 12 ms (made, its pages copied at their first use, ended):
more than all that most checks ask. So the process itself remembers at each place which names there were
and what could be seen of their values. When something is asked later, the names are bound as they were, the
random numbers go on from where they stood, and what the answer can depend on is looked at again. Only if
all of that is as it was is the question answered here; otherwise the grader has another process run the
cells up to the place. Asking last has a second use: no cell can tell what a check has asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import Any, Final

from gradeprop.session.fingerprint import (
    Budget,
    Facts,
    facts_of,
    numbers,
    put_back,
    surroundings,
    thread_count,
)

__all__ = ["Place"]

# Names that IPython keeps for itself, which change with every cell.
_OF_THE_SHELL: Final = re.compile(r"In|Out|get_ipython|exit|quit|_+|_i+|_i?\d+|_[dio]h|__\w+__")
# Code with one of these may look at any name.
_ANYTHING: Final = frozenset(
    {"globals", "locals", "vars", "eval", "exec", "get_ipython", "__main__", "__import__", "import_module"}
)
# What all values of one place may take together.
_OBJECTS: Final = 50_000
_TENSOR_BYTES: Final = 16 << 20


class Place:
    """Where the notebook stands now.

    Args:
        names: the student's global names, the very mapping in which the student's functions look them up.
        folder: the working folder.
        threads: how many threads this process has of its own; with more, something may change at any time.
    """

    def __init__(self, names: MutableMapping[str, Any], folder: Path, threads: int = 1) -> None:
        self._live, self._folder, self._threads = names, folder, threads
        self._surroundings = surroundings(folder)
        self._numbers = numbers()
        budget = Budget(_OBJECTS, _TENSOR_BYTES)
        self._names: dict[str, Any] = {}
        self._facts: dict[str, Facts] = {}
        # Names whose values nothing is known of. The values are not kept either: a cell that deletes what is
        # large, to make room, must have the room.
        self._unseen: set[str] = set()
        for name, value in names.items():
            facts = None if is_of_the_shell(name) else facts_of(value, names, str(folder), budget)
            if facts is None:
                self._unseen.add(name)
            else:
                self._names[name], self._facts[name] = value, facts

    def go_back(self, asked: Iterable[str]) -> bool:
        """Bind all names as they were here, and set the random numbers back.

        Returns: whether all that the names in ``asked`` can depend on is as it was. If not, what they are
            now says nothing about this place.
        """
        for name in [name for name in self._live if not is_of_the_shell(name)]:
            del self._live[name]
        self._live.update(self._names)
        put_back(self._numbers)
        if thread_count() > self._threads or surroundings(self._folder) != self._surroundings:
            return False
        reached = self._reached_from(asked)
        return not reached & self._unseen and all(map(self._is_as_it_was, reached))

    def _is_as_it_was(self, name: str) -> bool:
        return facts_of(self._names[name], self._live, str(self._folder)) == self._facts[name]

    def _reached_from(self, asked: Iterable[str]) -> set[str]:
        """The names that matter to these: themselves, and what their code may look up."""
        reached: set[str] = set()
        waiting = list(asked)
        while waiting:
            name = waiting.pop()
            if name in reached or not (name in self._names or name in self._unseen):
                continue
            reached.add(name)
            if name in self._names:
                refers = self._facts[name].refers
                waiting += refers
                if refers & _ANYTHING:
                    waiting += self._names
                    waiting += (other for other in self._unseen if not is_of_the_shell(other))
        return reached


def is_of_the_shell(name: str) -> bool:
    """Whether IPython keeps this name for itself."""
    return _OF_THE_SHELL.fullmatch(name) is not None
