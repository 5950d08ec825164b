"""What was handed in by whom, where groups hand in together: one hand-in counts for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gradeprop.course.model import Course
from gradeprop.errors import UsageError
from gradeprop.records.enrolment import Everybody
from gradeprop.records.files.groups import FILE, read_groups
from gradeprop.records.files.handed_time import handed_time
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.submissions import Handed, chosen, find_submissions

__all__ = ["HandIns", "hand_ins", "sharing"]


@dataclass(frozen=True)
class HandIns:
    """What was handed in.

    Attributes:
        handed: for each student, in order of their ids.
        notes: sentences about groups that handed in more than once, as far as asked for.
        refused: sentences about such groups of which it cannot be told which hand-in counts; none
            of their students is among ``handed``.
    """

    handed: list[Handed]
    notes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def hand_ins(
    root: Path, course: Course, submitted: Path, assignment: str, students: Sequence[str] = ()
) -> HandIns:
    """The hand-ins of an assignment, those of a group for each of its students.

    Args:
        root: the course folder.
        submitted: the folder of hand-ins.
        students: only these; all if empty.

    Raises:
        UsageError: as of `find_submissions`; groups.csv or roster.csv cannot be read, or a group
            has somebody whom nobody knows.
        StorageError: a file or folder cannot be read.
        MissingFacility: as of `Everybody.demand`.
    """
    groups = read_groups(root, Everybody(root, course, submitted))
    if not groups:
        return HandIns(find_submissions(submitted, assignment, students))
    own = {item.student: item for item in find_submissions(submitted, assignment)}
    found = dict(own)
    notes: list[str] = []
    refused: list[str] = []
    untold: set[str] = set()
    for name, members in groups.items():
        if students and not {*members} & {*students}:
            continue  # another group's trouble is not theirs
        theirs = [own[student] for student in members if student in own]
        for student in members:
            found.pop(student, None)
        if not theirs:
            continue
        found_one = _counting(theirs)
        names = " and ".join(f"“{shown_id(item.student)}”" for item in theirs)
        if found_one is None:
            untold |= {*members}
            refused.append(
                f"the group “{shown_id(name)}” has several hand-ins, by {names}, and nothing tells "
                f"which is the later; remove all but one from {submitted.name}/"
            )
            continue
        counts, what = found_one
        if len(theirs) > 1:
            notes.append(
                f"The group “{shown_id(name)}” has several hand-ins, by {names}: that of "
                f"“{shown_id(counts.student)}”, {what}, counts for all"
            )
        found |= {student: replace(counts, student=student, group=name) for student in members}
    if untold & {*students}:
        raise UsageError("; ".join(refused), where=FILE)
    everybody = [found[student] for student in sorted(found)]
    return HandIns(
        chosen(everybody, submitted, assignment, students),
        tuple(notes),
        tuple(refused),
    )


def sharing(handed: Sequence[Handed]) -> dict[str, list[Handed]]:
    """By the student in whose name it is run, all whose hand-in it is: a group's is run once."""
    run: dict[str, str] = {}
    found: dict[str, list[Handed]] = {}
    for item in handed:
        first = item.student
        if item.group is not None:
            first = run.setdefault(item.group, first)
        found.setdefault(first, []).append(item)
    return found


def _counting(theirs: Sequence[Handed]) -> tuple[Handed, str] | None:
    """The one that counts, and what it is of them all: the latest, and where others are the same as
    that one, the first of these, since all was done by then; None if that cannot be told."""
    times = [handed_time(item.path.parent).time for item in theirs]
    read = [item.read() for item in theirs]
    known = [time for time in times if time is not None]
    what, counts = "the same as the others", {*read}
    if len(counts) > 1:
        if len(known) < len(times):
            return None
        latest = max(known)
        counts = {content for content, time in zip(read, times, strict=True) if time == latest}
        if len(counts) > 1:
            return None
        what = "the later"
    same = [
        (time, item)
        for content, time, item in zip(read, times, theirs, strict=True)
        if content in counts
    ]
    timed = [(time, item) for time, item in same if time is not None]
    if not timed:
        return same[0][1], what
    _, first = min(timed, key=lambda one: one[0])
    if len(same) > 1:
        what = "the first of those that are the same"
    return first, what
