"""From a download to ``submitted/``: whose each hand-in is, which attempt counts, which file is the
notebook, and what could not be placed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from gradeprop.errors import UsageError
from gradeprop.records.collect.archives import open_archive
from gradeprop.records.collect.brightspace import Brightspace
from gradeprop.records.collect.canvas import Canvas
from gradeprop.records.collect.choosing import NotThere, chosen_notebook
from gradeprop.records.collect.gradescope import Gradescope
from gradeprop.records.collect.interface import (
    Archive,
    Clues,
    HandIn,
    Layout,
    Reading,
    Unplaced,
)
from gradeprop.records.collect.moodle import Moodle, Worksheet
from gradeprop.records.collect.outermost import inside
from gradeprop.records.collect.people import People, Unknown
from gradeprop.records.collect.placing import TOLD_BY, Placed, Placer
from gradeprop.records.collect.plain import Plain
from gradeprop.records.files.collected import Collected, note_collected
from gradeprop.records.files.door import Refused
from gradeprop.records.files.names import shown_id
from gradeprop.records.gradebook.entry import digest
from gradeprop.records.gradebook.given import Person
from gradeprop.wording import counted

__all__ = ["LAYOUTS", "Collection", "Wanted", "collect"]

LAYOUTS: Final = ("brightspace", "canvas", "moodle", "gradescope", "plain")
"""In the order in which they are tried: by how much of an outermost name a student cannot choose.
What Moodle writes could stand at the end of a file's name in the zips of the two before it."""


@dataclass(frozen=True)
class Wanted:
    """What to collect and how.

    Attributes:
        source: the zip or folder.
        submitted: the folder of hand-ins.
        groups: by name, the students of each group: a platform may name hand-ins by groups.
        layout: the platform; None: told by the names.
        attempt: which of a student's several, from 1; None: the last.
        worksheet: by participant's number, Moodle's grading worksheet.
        update, dry: as of `Placer`.
    """

    source: Path
    root: Path
    submitted: Path
    reading: Reading
    roster: Mapping[str, Person] | None
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    layout: str | None = None
    attempt: int | None = None
    worksheet: Mapping[str, Worksheet] | None = None
    update: bool = False
    dry: bool = False


@dataclass(frozen=True)
class Collection:
    """What came of it, by student and by place.

    Attributes:
        together: of each hand-in of several, these, where groups.csv does not have them together.
    """

    layout: Layout
    placed: tuple[Placed, ...]
    unplaced: tuple[Unplaced, ...]
    together: tuple[tuple[str, ...], ...] = ()


def collect(wanted: Wanted) -> Collection:
    """Collect. Whoever cannot be placed keeps nobody else from it.

    Raises:
        UsageError: the download cannot be read, or has other names than the layout asked for.
        StorageError: something cannot be written; what was placed before is.
    """
    with ExitStack() as opened:
        archive = open_archive(wanted.source, opened)
        layout, archive = _layout(wanted, archive)
        hand_ins, unplaced = layout.hand_ins(archive, wanted.reading)
        unplaced = [*archive.refused, *unplaced]
        people = People(wanted.roster, wanted.groups)
        of_student, unknown = _by_student(hand_ins, people)
        placed, left = _placed(wanted, archive, layout, of_student)
    unplaced = [*(_with_student(item, people) for item in unplaced), *unknown, *left]
    together = _in_no_group(of_student, wanted.groups)
    return Collection(layout, tuple(placed), tuple(unplaced), tuple(together))


def _with_student(item: Unplaced, people: People) -> Unplaced:
    """Saying whose it is, in our own words, where that is known."""
    with suppress(Unknown):
        return replace(item, student=people.student_of(item.clues)) if item.clues else item
    return item


def _in_no_group(
    of_student: Mapping[str, Sequence[HandIn]], groups: Mapping[str, tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Who handed in at once, and is in no group of groups.csv with the others."""
    sharing: defaultdict[HandIn, list[str]] = defaultdict(list)
    for student, hand_ins in of_student.items():
        for hand_in in hand_ins:
            sharing[hand_in].append(student)
    several = {tuple(students) for students in sharing.values() if len(students) > 1}
    known = [{*members} for members in groups.values()]
    return sorted(item for item in several if not any({*item} <= group for group in known))


def _layout(wanted: Wanted, archive: Archive) -> tuple[Layout, Archive]:
    """The layout, and the archive without a folder around everything."""
    plain = Plain()
    platforms: tuple[Layout, ...] = (
        Brightspace(),
        Canvas(),
        Moodle(wanted.worksheet),
        Gradescope(),
    )
    within = inside(archive, wanted.reading.students)
    for place in filter(None, (archive, within)):
        for layout in platforms:
            if wanted.layout in (None, layout.name) and layout.fits(place.files):
                return layout, place
    if wanted.layout in (None, plain.name):
        return plain, archive
    asked = next(layout for layout in platforms if layout.name == wanted.layout)
    raise UsageError(
        f"most of it is not named as {asked.title} does",
        where=archive.shown,
        remedy="leave --layout out, so that the names tell",
    )


def _by_student(
    hand_ins: Sequence[HandIn],
    people: People,
) -> tuple[dict[str, list[HandIn]], list[Unplaced]]:
    """By id, each student's hand-ins. Two people of the platform that would be one id are none."""
    found: defaultdict[str, list[tuple[Clues, HandIn]]] = defaultdict(list)
    unplaced = []
    for hand_in in hand_ins:
        for clues in hand_in.students:
            try:
                found[people.student_of(clues)].append((clues, hand_in))
            except Unknown as unknown:
                whose = (
                    hand_in.place
                    if len(hand_in.students) == 1
                    else (f"{hand_in.place} ({clues.shown})")
                )
                unplaced.append(Unplaced(shown_id(whose), unknown.why, unknown.remedy))
    sure: dict[str, list[HandIn]] = {}
    for student, named in sorted(found.items()):
        if len({clues.key for clues, _ in named if clues.key}) < 2:
            sure[student] = [hand_in for _, hand_in in named]
            continue
        for _, hand_in in named:
            why = f"several people would be {shown_id(student)!r}"
            remedy = "give each an id and the platform's number in roster.csv, or place it by hand"
            unplaced.append(Unplaced(shown_id(hand_in.place), why, remedy))
    return sure, unplaced


def _placed(
    wanted: Wanted,
    archive: Archive,
    layout: Layout,
    of_student: Mapping[str, Sequence[HandIn]],
) -> tuple[list[Placed], list[Unplaced]]:
    assignment = wanted.reading.assignment
    placer = Placer(
        wanted.root,
        wanted.submitted,
        assignment,
        update=wanted.update,
        asked=wanted.attempt is not None,
        dry=wanted.dry,
    )
    placed, unplaced = [], []
    noted: dict[str, Collected] = {}
    try:
        for student, hand_ins in of_student.items():
            place = shown_id(hand_ins[0].place)
            try:
                hand_in = _attempt(hand_ins, wanted.attempt)
                place = shown_id(hand_in.place)
                notebook = chosen_notebook(archive, hand_in, assignment)
                done = placer.place(student, hand_in, notebook)
            except NotThere as lacking:
                unplaced.append(Unplaced(place, lacking.why, lacking.remedy, student=student))
                continue
            except Refused as refused:
                why = f"what is in submitted/ for {shown_id(student)} {refused}"
                remedy = "move it away, then collect again"
                unplaced.append(Unplaced(place, why, remedy, student=student))
                continue
            placed.append(done)
            if done.state in TOLD_BY:
                source = f"{hand_in.place}: {notebook.name}"
                noted[student] = Collected(layout.name, source, done.late, digest(notebook.data))
    finally:
        if noted and not wanted.dry:
            note_collected(wanted.root, assignment, noted)
    return placed, unplaced


def _attempt(hand_ins: Sequence[HandIn], asked: int | None) -> HandIn:
    """The attempt asked for, by time, else by the platform's own order.

    Raises:
        NotThere: there are fewer, or nothing tells their order.
    """
    if len(hand_ins) == 1 and asked in (None, 1):
        return hand_ins[0]
    if asked is not None and asked > len(hand_ins):
        there = counted(len(hand_ins), "attempt")
        raise NotThere(f"there is no attempt {asked}, but {there}", "take --attempt last")
    keys = [(item.time.timestamp() if item.time else 0.0, item.order) for item in hand_ins]
    if len({*keys}) < len(keys):
        raise NotThere(
            f"{counted(len(hand_ins), 'hand-in')} of one student, and nothing tells which is the "
            "last",
            "put the right one in place by hand",
        )
    ordered = [item for _, item in sorted(zip(keys, hand_ins, strict=True), key=lambda x: x[0])]
    return ordered[-1 if asked is None else asked - 1]
