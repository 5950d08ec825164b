"""A newer list of students joined to the roster that is there."""

from __future__ import annotations

from collections.abc import Mapping

from gradeprop.errors import UsageError
from gradeprop.records.collect.exported_rosters import Exported
from gradeprop.records.files.names import shown_id
from gradeprop.records.gradebook.given import Person
from gradeprop.records.gradebook.roster import FILE
from gradeprop.records.marks import named

__all__ = ["joined"]


def joined(before: Mapping[str, Person], found: Exported) -> dict[str, Person]:
    """By id, everybody of both; what the newer list says stands before what the older one knew.

    Raises:
        UsageError: somebody of the newer list is in the older one under another id. Everybody
            would be there twice.
    """
    new = {name: person for name, person in found.people.items() if name not in before}
    if renamed := _under_other_ids(before, new):
        pairs = [f"{shown_id(name)} is {shown_id(there)}" for name, there in renamed.items()]
        raise UsageError(
            f"by number or e-mail address, students of this list are in {FILE} under other ids: "
            f"{named(pairs)}",
            where=f"column “{found.id_column}”",
            remedy=f"take the column that has the ids of {FILE}: --id COLUMN; if an id is another "
            f"one now, change it in {FILE} first",
        )
    return {
        **before,
        **{
            name: _completed(person, before.get(name, Person()))
            for name, person in found.people.items()
        },
    }


def _under_other_ids(before: Mapping[str, Person], new: Mapping[str, Person]) -> dict[str, str]:
    """By new id, the id of whom has the same number of the platform or address."""
    clues = {clue: name for name, person in before.items() for clue in _clues(person)}
    return {
        name: clues[clue]
        for name, person in new.items()
        for clue in _clues(person)
        if clue in clues
    }


def _clues(person: Person) -> list[tuple[str, str]]:
    said = (("number", person.lms_id), ("address", person.email.casefold()))
    return [clue for clue in said if clue[1]]


def _completed(person: Person, before: Person) -> Person:
    """What the new list says, and what only the old one knew."""
    return Person(
        person.first_name or before.first_name,
        person.last_name or before.last_name,
        person.email or before.email,
        person.lms_id or before.lms_id,
    )
