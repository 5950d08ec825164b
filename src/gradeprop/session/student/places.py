"""Places in a notebook that can be gone back to, to answer there what is asked after the last cell.

A part is judged on the state right after its own place. A fork at every place would keep that
state, but a fork of a process with torch in it (made, its pages copied at their first use, ended)
costs more than all that most checks ask. So the process itself remembers at each place which names
there were and what could be seen of their values. When something is asked later, the names are
bound as they were, the random numbers go on from where they stood, and what the answer can depend
on is looked at again. Only if all of that is as it was is the question answered here; otherwise the
grader has another process run the cells up to the place. Asking last has a second use: no cell can
tell what a check has asked."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, MutableMapping, Sequence
from pathlib import Path
from typing import Any, Final

from gradeprop.session.student.fingerprint import Budget, Facts, facts_of
from gradeprop.session.student.surroundings import (
    listing,
    numbers,
    put_back,
    python_threads,
    surroundings,
)

__all__ = ["Bookmark"]

# Names that IPython keeps for itself, which change with every cell.
_OF_THE_SHELL: Final = re.compile(r"In|Out|get_ipython|exit|quit|_+|_i+|_i?\d+|_[dio]h|__\w+__")
# Code with one of these may look at any name.
_ANYTHING: Final = frozenset({
    "globals", "locals", "vars", "eval", "exec", "get_ipython", "__main__",
    "__import__", "import_module", "modules",
    "__globals__", "f_globals", "f_locals", "f_back",
})  # fmt: skip
# A file changed so shortly before could be changed again without a sign of it in its times.
_FRESH_NS: Final = 20_000_000
# What all values of one place may take together.
_OBJECTS: Final = 50_000
_TENSOR_BYTES: Final = 16 << 20


class Bookmark:
    """Where the notebook stands now, to go back there.

    Args:
        names: the student's global names, the very mapping in which the student's functions look
            them up.
        folder: the working folder.
        threads: how many threads this process has of its own; with more, something may change at
            any time.
        imported_from: where besides the working folder modules of the student's may come from.
    """

    def __init__(
        self,
        names: MutableMapping[str, Any],
        folder: Path,
        threads: int = 1,
        *,
        imported_from: Sequence[Path] = (),
    ) -> None:
        self._live = names
        self._folder = folder
        self._threads = threads
        self._own = tuple(map(str, (folder, *imported_from)))
        self._surroundings = surroundings()
        self._files = listing(folder)
        now = time.time_ns()
        self._unsettled = any(now - changed < _FRESH_NS for _, _, changed in self._files)
        self._numbers = numbers()
        self._names: dict[str, Any] = {}
        self._facts: dict[str, Facts] = {}
        # Names whose values nothing is known of. The values are not kept either: a cell that
        # deletes what is large, to make room, must have the room.
        self._unseen: set[str] = set()
        budget = Budget(_OBJECTS, _TENSOR_BYTES)
        for name, value in names.items():
            facts = None if is_of_the_shell(name) else facts_of(value, names, self._own, budget)
            if facts is None:
                self._unseen.add(name)
            else:
                self._names[name] = value
                self._facts[name] = facts

    def go_back(self, called: Iterable[str], read: Iterable[str] = ()) -> bool:
        """Bind all names as they were here, and set the random numbers back.

        Args:
            called: the names of what is to be called.
            read: the names whose values are only looked at.

        Returns: whether all that the answers can depend on is as it was. If not, what the names are
            now says nothing about this place.
        """
        self._bind_names()
        put_back(self._numbers)
        if python_threads() > self._threads or self._unsettled:
            return False
        if surroundings() != self._surroundings or listing(self._folder) != self._files:
            return False
        run = self._reached_from(called)
        if any(self._facts[name].graph for name in run & self._facts.keys()):
            return False
        reached = run | self._reached_from(read)
        return reached <= self._facts.keys() and all(map(self._is_as_it_was, reached))

    def _bind_names(self) -> None:
        later = [name for name in self._live if not is_of_the_shell(name)]
        for name in later:
            del self._live[name]
        self._live.update(self._names)

    def _is_as_it_was(self, name: str) -> bool:
        return facts_of(self._names[name], self._live, self._own) == self._facts[name]

    def _is_known(self, name: str) -> bool:
        """Whether this is one of the student's names here, or one that the shell may bind."""
        if name in self._names or name in self._unseen:
            return True
        return is_of_the_shell(name) and not name.startswith("__")

    def _reached_from(self, asked: Iterable[str]) -> set[str]:
        """The names that matter to these: themselves, and what their code may look up."""
        reached: set[str] = set()
        waiting = list(asked)
        while waiting:
            name = waiting.pop()
            if name in reached or not self._is_known(name):
                continue
            reached.add(name)
            if name not in self._names:
                continue
            refers = self._facts[name].refers
            waiting += refers
            if refers & _ANYTHING:
                waiting += self._names
                waiting += (other for other in self._unseen if not is_of_the_shell(other))
        return reached


def is_of_the_shell(name: str) -> bool:
    """Whether IPython keeps this name for itself."""
    return _OF_THE_SHELL.fullmatch(name) is not None
