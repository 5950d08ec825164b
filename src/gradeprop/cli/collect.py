"""``gradeprop collect``: hand-ins from a platform's download into submitted/."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from gradeprop.cli import screen
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.errors import UsageError
from gradeprop.records.collect.collecting import Collection, Wanted, collect
from gradeprop.records.collect.interface import Reading
from gradeprop.records.collect.moodle import Worksheet, worksheet_in
from gradeprop.records.collect.people import composed
from gradeprop.records.collect.placing import Placed, State
from gradeprop.records.enrolment import Everybody
from gradeprop.records.files.groups import FILE as GROUPS
from gradeprop.records.files.groups import read_groups
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.submissions import student_folders
from gradeprop.records.files.table import read_table
from gradeprop.records.gradebook.roster import FILE, read_roster
from gradeprop.records.marks import named
from gradeprop.wording import counted

_SAID: Final[dict[State, str]] = {
    "new": "new",
    "replaced": "replaced the one before",
    "unchanged": "unchanged",
    "mended": "the same notebook",
    "again": "handed in again unchanged, and the first time counts",
    "older": "not taken: the one in submitted/ is later",
    "differs": "not taken: another one is in submitted/, and nothing tells which is later",
}


@dataclass(frozen=True)
class Request:
    """What the command line asks for.

    Attributes:
        source: the zip or folder.
        layout: whose names it has; None: the names tell.
        attempt: ``first``, ``last`` or a number from 1.
        worksheet: Moodle's grading worksheet.
        timezone: of times without one; None: this machine's.
        submitted: the folder of hand-ins; None: the course's own.
        folder: where the course is; None: the nearest one upward.
    """

    assignment: str
    source: Path
    layout: str | None
    attempt: str
    worksheet: Path | None
    timezone: str | None
    submitted: Path | None
    folder: Path | None
    update: bool
    dry_run: bool
    as_json: bool


def run(request: Request) -> int:
    """Collect; return the exit code: 2 if something could not be placed, was left because nothing
    tells which is later, or is an attempt that was asked for and left; else 0.

    Raises:
        UsageError: no such assignment, attempt or zone, or nothing that can be read.
        StorageError: something cannot be written.
    """
    root, course = open_course(request.folder)
    named_assignment(course, request.assignment)
    attempt = _attempt(request.attempt)
    submitted = request.submitted or root / "submitted"
    names = tuple(item.id for item in course.assignments)
    submitted = request.submitted or root / "submitted"
    roster = read_roster(root)
    # Without a roster those who hand in for the first time are known only when this is done.
    everybody = None if roster is None else Everybody(root, course, submitted)
    found = collect(
        Wanted(
            request.source,
            root,
            submitted,
            Reading(request.assignment, names, _zone(request.timezone), tuple(roster or ())),
            roster,
            read_groups(root, everybody),
            request.layout,
            attempt,
            _worksheet(request.worksheet),
            update=request.update,
            dry=request.dry_run,
        )
    )
    asked = attempt is not None
    if request.as_json:
        screen.print_json(_as_json(found, dry=request.dry_run))
    else:
        for line in _lines(found, asked=asked):
            screen.out().print(screen.plain(line), soft_wrap=True)
    known = roster is not None
    for line in _notes(found, submitted, asked=asked, has_roster=known, dry=request.dry_run):
        screen.err().print(screen.plain(line), soft_wrap=True)
    left = _undecided(found) or (asked and _earlier(found))
    return UsageError.exit_code if found.unplaced or left else 0


def _earlier(found: Collection) -> list[str]:
    """The students whose hand-in is earlier than what is in submitted/."""
    return [item.student for item in found.placed if item.state == "older"]


def _undecided(found: Collection) -> list[str]:
    """The students of whom nothing tells which hand-in is the later."""
    return [item.student for item in found.placed if item.state == "differs"]


def _twice(found: Collection, submitted: Path) -> list[str]:
    """Students beside whose folder there is one of the same name in other characters."""
    folders = {*student_folders(submitted)} if submitted.is_dir() else set()
    counts = Counter(map(composed, folders | {item.student for item in found.placed}))
    return [item.student for item in found.placed if counts[composed(item.student)] > 1]


def _attempt(text: str) -> int | None:
    if text in ("first", "last"):
        return 1 if text == "first" else None
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise UsageError(
        f"{text!r} is no attempt", remedy="take --attempt first, last or a number from 1"
    )


def _zone(name: str | None) -> Callable[[datetime], datetime]:
    if name is None:
        return datetime.astimezone  # this machine's, with its summer time of that day
    try:
        zone = ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise UsageError(
            f"there is no time zone {name!r}", remedy="write it as Europe/Berlin or UTC"
        ) from error
    return lambda time: time.replace(tzinfo=zone)


def _worksheet(path: Path | None) -> dict[str, Worksheet] | None:
    if path is None:
        return None
    found = worksheet_in(read_table(path))
    if found is None:
        raise UsageError(
            "this is not Moodle's grading worksheet: it has no columns Identifier and Last "
            "modified (submission)",
            where=str(path),
            remedy="turn on “Offline grading worksheet” in the assignment's settings, and download "
            "it from Submissions",
        )
    return found


def _lines(found: Collection, *, asked: bool) -> Iterator[str]:
    for item in found.placed:
        about = [_said(item, asked=asked)]
        if item.time is not None:
            about.append(f"handed in {item.time:%Y-%m-%d %H:%M %Z}")
        if item.late:
            about.append(f"late, says {found.layout.title}")
        if item.kept is not None:
            about.append(f"what was there is in {item.kept}")
        yield f"{shown_id(item.student)}: {'; '.join(about)}  ({shown_id(item.source)})"


def _said(item: Placed, *, asked: bool) -> str:
    """What became of one.

    Args:
        asked: whether one attempt was asked for, which may be an earlier one.
    """
    said = _SAID[item.state]
    takes = " (--update takes this one)"
    before = "" if item.before is None else f"{item.before:%Y-%m-%d %H:%M:%S %Z}"
    if item.state == "mended" and item.before != item.time:
        return f"{said}, its time mended, which was {before or 'not known'}"
    if item.state == "mended":
        return f"{said}, no longer called late" if not item.late else f"{said}, called late now"
    if item.state == "again":
        return f"{said}{before and f', {before}'} (--update takes the new time)"
    if item.state == "differs" and item.time is not None and item.before == item.time:
        return f"not taken: another one, as old as this, is in submitted/{takes}"
    return (
        f"{said}{takes}" if item.state == "differs" or (asked and item.state == "older") else said
    )


def _notes(
    found: Collection, submitted: Path, *, asked: bool, has_roster: bool, dry: bool
) -> Iterator[str]:
    taken = sum(item.state in ("new", "replaced") for item in found.placed)
    verb = "would be taken" if dry else "taken"
    yield (
        f"From {found.layout.title}: {counted(taken, 'notebook')} {verb}, "
        f"{len(found.placed) - taken} left as they are, {len(found.unplaced)} not placed."
    )
    if asked and (earlier := _earlier(found)):
        yield (
            "This attempt is earlier than what is in submitted/: "
            f"{named(list(map(shown_id, earlier)))}. --update takes these and keeps what was there."
        )
    if twice := _twice(found, submitted):
        yield (
            "In submitted/ two folders look like one, since accents are written in two ways: "
            f"{named(list(map(shown_id, twice)))}. Keep one of each."
        )
    if undecided := _undecided(found):
        yield (
            "Another notebook than in submitted/, and nothing tells which is later: "
            f"{named(list(map(shown_id, undecided)))}. --update takes these and keeps what was "
            "there; without it, that counts."
        )
    if not has_roster and found.placed and found.layout.name != "plain":
        yield (
            f"There is no {FILE}, so students are called as {found.layout.title} calls them. "
            "`gradeprop roster import CSV` gives them your ids; import it before you collect."
        )
    if found.layout.name in ("moodle", "canvas") and any(
        item.time is None for item in found.placed
    ):
        how = " Take --worksheet CSV." if found.layout.name == "moodle" else ""
        yield f"{found.layout.title}'s zip does not say when they handed in.{how}"
    if found.together:
        teams = "; ".join(" and ".join(map(shown_id, team)) for team in found.together)
        yield (
            f"Handed in together, says {found.layout.title}: {teams}. Each has a copy in "
            f"submitted/ and is graded alone. Write them into {GROUPS} if they are a group: then "
            "they are graded once, as one."
        )
    if found.unplaced:
        yield "Not placed:"
        yield from (f"  {item}" for item in found.unplaced)


def _as_json(found: Collection, *, dry: bool) -> dict[str, Any]:
    return {
        "layout": found.layout.name,
        "dry_run": dry,
        "placed": [_placed_as_json(item) for item in found.placed],
        "unplaced": [
            {
                "place": item.place,
                "student": item.student or None,
                "why": item.why,
                "remedy": item.remedy,
            }
            for item in found.unplaced
        ],
        "together": [list(team) for team in found.together],
    }


def _placed_as_json(item: Placed) -> dict[str, Any]:
    return {
        "student": item.student,
        "state": item.state,
        "source": item.source,
        "handed_in": item.time and item.time.isoformat(),
        "late": item.late,
        "before": item.before and item.before.isoformat(),
        "kept": item.kept and item.kept.as_posix(),
    }
