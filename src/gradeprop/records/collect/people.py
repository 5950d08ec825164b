"""Whose a hand-in is: what a platform says of a student, found in the roster.

The surest clue counts: an id or the platform's number, then the e-mail address, then the name. Of
people whom a clue fits alike none is taken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from gradeprop.records.collect.interface import Clues
from gradeprop.records.files.names import shown_id
from gradeprop.records.gradebook.given import Person
from gradeprop.records.gradebook.roster import FILE, is_id

__all__ = ["Unknown", "student_of"]

_NO_WORD: Final = re.compile(r"[\W_]+")


class Unknown(Exception):
    """Nobody, or more than one, fits: why, and the remedy."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


def student_of(clues: Clues, roster: Mapping[str, Person] | None) -> str:
    """The id of the student.

    Args:
        roster: by id, everybody in the course; None: students are called by what the platform says.

    Raises:
        Unknown: nobody fits, or several do.
    """
    if roster is None:
        return _own_name(clues)
    for fits in (*_by_id(clues), *_by_email(clues), *_by_name(clues)):
        found = [name for name, person in roster.items() if fits(name, person)]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(map(shown_id, sorted(found)))
            raise Unknown(
                f"in {FILE} several are called so: {names}",
                f"give each their number of the platform in {FILE}, or put it in place by hand",
            )
    raise Unknown(
        f"nobody in {FILE} is called so",
        f"add them to {FILE}, or import a newer one: gradeprop roster import CSV",
    )


def _own_name(clues: Clues) -> str:
    name = next(filter(None, (*clues.ids[:1], clues.name, clues.email, clues.squeezed)), "")
    if clues.squeezed:  # Canvas' number alone would tell a reader nothing
        name = clues.squeezed
    name = " ".join(name.split())
    if not is_id(name):
        raise Unknown(
            f"{shown_id(name)!r} cannot be a student's id",
            "import a roster, which gives everybody one: gradeprop roster import CSV",
        )
    return name


_Fits = Callable[[str, Person], bool]


def _by_id(clues: Clues) -> Iterable[_Fits]:
    for wanted in clues.ids:
        yield lambda name, _, wanted=wanted: name == wanted  # type: ignore[misc]
        yield lambda _, person, wanted=wanted: person.lms_id == wanted  # type: ignore[misc]


def _by_email(clues: Clues) -> Iterable[_Fits]:
    if clues.email:
        yield lambda _, person: person.email.casefold() == clues.email.casefold()


def _by_name(clues: Clues) -> Iterable[_Fits]:
    said = clues.name or clues.squeezed
    if not said:
        return
    for written in (_letters, _bare_letters):
        wanted = written(said)
        if wanted:
            yield (
                lambda _, person, written=written, wanted=wanted: (
                    wanted
                    in (  # type: ignore[misc]
                        written(person.first_name + person.last_name),
                        written(person.last_name + person.first_name),
                    )
                )
            )


def _letters(name: str) -> str:
    """A name without what programs change in one: capitals, blanks, commas, apostrophes."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", name).casefold())


def _bare_letters(name: str) -> str:
    """The same without accents."""
    parts = unicodedata.normalize("NFKD", _letters(name))
    return "".join(char for char in parts if not unicodedata.combining(char))
