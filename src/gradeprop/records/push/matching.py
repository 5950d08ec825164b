"""Which of our students is which of Canvas': by ids and addresses that are equal, never by
names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gradeprop.records.marks import Marks
from gradeprop.records.push.there import CanvasStudent


@dataclass(frozen=True)
class Matched:
    """Pairs of ours and Canvas', and who has no partner, with the reason."""

    pairs: tuple[tuple[Marks, CanvasStudent], ...]
    unmatched: tuple[tuple[Marks, str], ...]


def match(ours: Sequence[Marks], theirs: Sequence[CanvasStudent]) -> Matched:
    """Match by the gradebook's ``lms_user_id``, then by our id, then by the e-mail address.

    The ``lms_user_id`` is Canvas' own number, or the SIS or login id. Whoever fits several people
    there, and people whom several of ours fit, are left out: a guess would give a mark to the
    wrong person.
    """
    found: list[tuple[Marks, CanvasStudent]] = []
    unmatched: list[tuple[Marks, str]] = []
    for marks in ours:
        fitting = _fitting(marks, theirs)
        if len(fitting) == 1:
            found.append((marks, fitting[0]))
        elif fitting:
            names = ", ".join(f"{item.name} ({item.id})" for item in fitting)
            unmatched.append((marks, f"fits several in Canvas: {names}"))
        else:
            unmatched.append((marks, "no student of the Canvas course has this id or address"))
    times = Counter(student.id for _, student in found)
    pairs = []
    for marks, student in found:
        if times[student.id] > 1:
            unmatched.append((marks, f"several of ours fit {student.name} ({student.id})"))
        else:
            pairs.append((marks, student))
    return Matched(tuple(pairs), tuple(unmatched))


def _fitting(marks: Marks, theirs: Sequence[CanvasStudent]) -> list[CanvasStudent]:
    """Whom the first key fits that fits anybody."""
    for ask in _questions(marks):
        if fitting := [student for student in theirs if ask[0] in _keys(student, ask[1])]:
            return fitting
    return []


def _questions(marks: Marks) -> Iterator[tuple[str, str]]:
    """What to look for, and among which of Canvas' keys; the surest first."""
    person, own = marks.person, marks.result.student
    asked = (
        (person.lms_id, "id"),
        (person.lms_id, "named"),
        (own, "named"),
        (person.email, "email"),
        (own, "email"),
    )
    return ((_plain(text), among) for text, among in asked if text.strip())


def _keys(student: CanvasStudent, among: str) -> set[str]:
    keys: Iterable[str]
    if among == "id":
        keys = (str(student.id),)
    elif among == "named":
        keys = (student.login, student.sis)
    else:
        # Many schools take the address for the login.
        keys = (student.email, student.login)
    return {_plain(key) for key in keys if key}


def _plain(text: str) -> str:
    """Canvas compares logins and addresses without regard to case."""
    return text.strip().casefold()
