"""How the notebook's cells ended when they last ran: a check looks at names, and what a cell with
an error in it left there is the version before. So is what a cell left there that no longer has the
name.

IPython tells of every run. Kept of it are a few short texts of cells that failed, and of the others
their sources, which IPython keeps anyway."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from gradeprop.gradients.comparison.render import with_article

__all__ = ["LAST_RUNS", "LastRuns", "Note"]

_MOST_FAILED = 50
_MOST_IDS = 2_000
_MOST_TEXT = 20_000
# Names that are defined or assigned at the top level, also where the code is no valid Python.
_DEFINED = re.compile(
    r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)"
    r"|^([A-Za-z_]\w*(?:[ \t]*,[ \t]*[A-Za-z_]\w*)*)[ \t]*(?::[^=\n]*)?=(?!=)",
    re.MULTILINE,
)
_COMMENT = re.compile(r"#.*")
_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*")  # not an attribute's, as in w.grad
# What can define a name that does not stand in the cell.
_UNSEEN = re.compile(
    r"import\s*\*|\b(?:exec|eval|globals|locals|vars|setattr|get_ipython)\b|^\s*[%!]", re.MULTILINE
)


class Note(NamedTuple):
    """What to say of a cell's last run; ``outdated``: what there is to check is not of that run."""

    words: str
    outdated: bool


@dataclass(frozen=True)
class _Failed:
    """A cell that did not come to its end.

    Attributes:
        cell_id: where the front end sends it.
        names: what it defines.
        how: ``"stopped with a NameError"``.
        ran: whether any of it has run.
        before: whether it had run before; None where that is not known.
    """

    cell_id: str | None
    names: frozenset[str]
    how: str
    ran: bool
    before: bool | None

    def told(self, nothing_there: bool) -> Note:
        words = f"Your last run of this cell {self.how}"
        if nothing_there:
            return Note(f"{words}, so nothing of it is there to check yet.", outdated=True)
        if self.ran and self.before is False:
            return Note(f"{words} before its end: only what it did until then is checked.", False)
        if self.ran:
            words += " before its end; this may be the check of the version before."
            return Note(words, outdated=bool(self.before))
        return Note(f"{words}; this is the check of the version before.", outdated=True)


class LastRuns:
    """The cells that failed when they last ran, and what the others were."""

    def __init__(self) -> None:
        self._shell: Any = None
        self._ids: set[str] = set()
        self._failed: list[_Failed] = []
        self._ran: dict[str, str] = {}

    def install(self) -> None:
        """Begin to listen, if there is a shell; nothing happens the second time."""
        if "IPython" not in sys.modules:
            return
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
        if shell is None or shell is self._shell:
            return
        self._shell, self._ids, self._failed, self._ran = shell, set(), [], {}
        shell.events.register("post_run_cell", self.heard)

    def heard(self, result: Any) -> None:
        """A cell has run. Whatever is wrong with what IPython tells, no student hears of it."""
        try:
            self._note(result)
        except Exception:
            self._failed, self._ran = [], {}

    def _note(self, result: Any) -> None:
        info = result.info
        cell_id = getattr(info, "cell_id", None)  # since IPython 8.3
        cell_id = cell_id if type(cell_id) is str and len(cell_id) < 200 else None
        known = cell_id is not None and len(self._ids) < _MOST_IDS
        before = cell_id in self._ids if known else None
        if cell_id is not None and len(self._ids) < _MOST_IDS:
            self._ids.add(cell_id)
        error = result.error_before_exec or result.error_in_exec
        if cell_id is not None:
            self._ran.pop(cell_id, None)
            if error is None and cell_id in self._ids:
                self._ran[cell_id] = str(info.raw_cell)
        if error is None and not self._failed:
            return  # the most frequent case costs nothing
        names = _names_in(info.raw_cell)
        # What another cell has defined since is no version before; one that failed has perhaps
        # defined nothing.
        ended = names if error is None else frozenset[str]()
        self._failed = [
            item
            for item in self._failed
            if not (ended & item.names or (cell_id is not None and cell_id == item.cell_id))
        ]
        if error is not None and (names or cell_id is not None):
            ran = result.error_before_exec is None
            failed = _Failed(cell_id, names, _how(error), ran, before)
            self._failed = [*self._failed, failed][-_MOST_FAILED:]

    def note_on(
        self,
        place: tuple[str, str],
        places: Mapping[tuple[str, str], Collection[str]],
        *,
        nothing_there: bool,
    ) -> Note | None:
        """What to say of the last run of a part's cell; None if it came to its end and has what is
        asked for, or none of its runs is known.

        Args:
            place: exercise and part.
            places: by exercise and part of the notebook, the names that its cell defines.
            nothing_there: the check found nothing that it could look at.
        """
        mine = "-".join(place)
        ids = {"-".join(other) for other in places}
        for failed in reversed(self._failed):
            if failed.cell_id == mine:
                return failed.told(nothing_there)
            # Where the front end sends ids as the notebook has them, no other cell is meant.
            by_id = mine in self._ids or failed.cell_id in ids
            if not by_id and not failed.names.isdisjoint(places[place]):
                return failed.told(nothing_there)
        return self._without(mine, places[place], nothing_there)

    def _without(self, mine: str, names: Collection[str], nothing_there: bool) -> Note | None:
        """What to say of a cell that ran well without some of its names."""
        source = self._ran.get(mine, "")[:_MOST_TEXT]
        if mine not in self._ran or _UNSEEN.search(source):
            return None
        written = set(_NAME.findall(_COMMENT.sub("", source)))
        missing = sorted(set(names) - written)
        others = [text for cell_id, text in self._ran.items() if cell_id != mine]
        if not missing or any(not _names_in(text).isdisjoint(missing) for text in others):
            return None
        words = f"In this cell, as you ran it last, there is no {_listed(missing)}"
        if nothing_there:
            return Note(f"{words}.", outdated=True)
        return Note(f"{words}; this is the check of the version before.", outdated=True)


def _listed(names: list[str]) -> str:
    *first, last = (f"`{name}`" for name in names)
    return f"{', no '.join(first)} and no {last}" if first else last


def _names_in(source: Any) -> frozenset[str]:
    found: set[str] = set()
    for match in _DEFINED.finditer(str(source)[:_MOST_TEXT]):
        found.update(name.strip() for name in (match[1] or match[2]).split(","))
    return frozenset(found)


def _how(error: object) -> str:
    name = type(error).__name__[:60]
    if name == "KeyboardInterrupt":
        return "was stopped"
    return f"stopped with {with_article(name)}"


LAST_RUNS = LastRuns()
"""Of this process."""
