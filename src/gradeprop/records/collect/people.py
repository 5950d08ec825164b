"""Whose a hand-in is: what a platform says of a student, found in the roster.

The surest clue counts: an id or the platform's number, then the e-mail address, then the name, of
a student or a group. Of people whom a clue fits alike none is taken."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from gradeprop.records.collect.interface import Clues
from gradeprop.records.files.groups import FILE as GROUPS
from gradeprop.records.files.names import shown_id
from gradeprop.records.gradebook.given import Person
from gradeprop.records.gradebook.roster import FILE, is_id

__all__ = ["People", "Unknown", "composed"]

_Index: TypeAlias = defaultdict[str, set[str]]

_NO_WORD: Final = re.compile(r"[\W_]+")


class Unknown(Exception):
    """Nobody, or more than one, fits: why, and the remedy."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


class People:
    """Finds students.

    Args:
        roster: by id, everybody in the course; None: students are called by what the platform says.
        groups: by name, the students of each group; its first stands for it.
    """

    def __init__(
        self, roster: Mapping[str, Person] | None, groups: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._groups = {composed(name): students for name, students in groups.items()}
        self._known = roster is not None
        self._ids: _Index = defaultdict(set)
        self._lms: _Index = defaultdict(set)
        self._emails: _Index = defaultdict(set)
        self._names: _Index = defaultdict(set)
        self._bare_names: _Index = defaultdict(set)
        for name, person in (roster or {}).items():
            self._ids[composed(name)].add(name)
            self._lms[person.lms_id].add(name)
            self._emails[person.email.casefold()].add(name)
            first, last = person.first_name, person.last_name
            for whole in (first + last, last + first):
                self._names[_letters(whole)].add(name)
                self._bare_names[_bare_letters(whole)].add(name)

    def student_of(self, clues: Clues) -> str:
        """The id of the student.

        Raises:
            Unknown: nobody fits, or several do.
        """
        group = self._groups.get(composed(clues.name), ()) if clues.may_be_group else ()
        if not self._known:
            nobody_else = {*clues.ids} <= {clues.name} and clues.name not in group
            return group[0] if group and nobody_else else _own_name(clues)
        named = next(filter(None, self._by_name(clues)), set[str]())
        by_address = next(filter(None, self._by_address(clues)), None)
        if by_address is not None:
            student = _only(by_address)
            _refuse_contradiction(student, named | {*group})
            return student
        if named and group and not named <= {*group}:
            raise Unknown(
                f"a student in {FILE} and a group in {GROUPS} are called so",
                f"give the group another name, in {GROUPS} and on the platform, or put it in place "
                "by hand",
            )
        if named:
            return _only(named)
        if group:
            return group[0]
        raise Unknown(
            f"nobody in {FILE} is called so",
            f"add them to {FILE}, or import a newer one: gradeprop roster import CSV",
        )

    def _by_address(self, clues: Clues) -> Iterator[set[str]]:
        """Whom each id and the e-mail address fits, the surest first."""
        for name in clues.ids:
            yield self._ids.get(composed(name), set())
            yield self._lms.get(name, set())
        if clues.email:
            yield self._emails.get(clues.email.casefold(), set())

    def _by_name(self, clues: Clues) -> Iterator[set[str]]:
        said = clues.name or clues.squeezed
        if _letters(said):
            yield self._names.get(_letters(said), set())
            yield self._bare_names.get(_bare_letters(said), set())


def _only(found: set[str]) -> str:
    if len(found) == 1:
        return next(iter(found))
    raise Unknown(
        f"in {FILE} several are called so: {_shown(found)}",
        f"give each their number of the platform in {FILE}, or put it in place by hand",
    )


def _refuse_contradiction(student: str, named: set[str]) -> None:
    """A name may be of the student's own choice: another's id in it must not be believed."""
    if named and student not in named:
        raise Unknown(
            f"by the id it is {shown_id(student)}'s, by the name {_shown(named)}'s",
            "look whose it is, and put it in place by hand",
        )


def _shown(students: set[str]) -> str:
    return ", ".join(map(shown_id, sorted(students)))


def _own_name(clues: Clues) -> str:
    name = next(filter(None, (*clues.ids[:1], clues.name, clues.email, clues.squeezed)), "")
    if clues.squeezed:  # Canvas' number alone would tell a reader nothing
        name = clues.squeezed
    name = composed(" ".join(name.split()))
    if not is_id(name):
        raise Unknown(
            f"{shown_id(name)!r} cannot be a student's id",
            "import a roster, which gives everybody one: gradeprop roster import CSV",
        )
    return name


def composed(name: str) -> str:
    """A name in the form in which most programs write it: some file systems take an accent apart
    from its letter, which nobody sees."""
    return unicodedata.normalize("NFC", name)


def _letters(name: str) -> str:
    """A name without what programs change in one: capitals, blanks, commas, apostrophes."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", name).casefold())


def _bare_letters(name: str) -> str:
    """The same without accents."""
    parts = unicodedata.normalize("NFKD", _letters(name))
    return "".join(char for char in parts if not unicodedata.combining(char))
