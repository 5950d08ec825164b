"""Whose marks a regrade has changed, from what to what, and why: a table on stderr."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from gradeprop.cli import screen
from gradeprop.cli.class_table import NAME, told_apart
from gradeprop.grading.result.changes import Change, group_in_words
from gradeprop.grading.result.regraded import Regraded
from gradeprop.records.files.names import shown_id
from gradeprop.wording import counted

_ROWS = 20
_REASONS = 3
_NAMED = 10


def print_changes(regraded: Regraded) -> None:
    """Print nothing if nobody was regraded."""
    if not regraded.submissions:
        return
    changed = regraded.changes
    err = screen.err()
    for (before, now), number in regraded.weakened.items():
        err.print(
            f"{counted(number, 'submission')} graded at isolation {now} now, and at {before} "
            "before: `gradeprop doctor` tells why.",
            soft_wrap=True,
        )
    among = counted(regraded.submissions, "regraded submission")
    if not changed:
        err.print(f"No marks changed in {among} (by the checks alone).")
        _print_named(regraded)
        return
    err.print(f"Marks changed in {len(changed)} of {among} (by the checks alone):")
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    shown = changed[:_ROWS]
    names = told_apart([shown_id(item.student) for item in shown])
    table.add_column("student", no_wrap=max(map(len, names)) <= NAME, overflow="fold")
    table.add_column("before", justify="right", no_wrap=True)
    table.add_column("now", justify="right", no_wrap=True)
    table.add_column("why")
    for item, name in zip(shown, names, strict=True):
        table.add_row(
            Text(name),
            str(item.before),
            str(item.after),
            screen.styled(_why(item), ""),
        )
    err.print(table)
    if len(changed) > _ROWS:
        err.print(f"… and {len(changed) - _ROWS} more; --json names all of them.")
    if since := _since(regraded):
        err.print(f"Other than when they were graded before: {since}")
    _print_named(regraded)


def _print_named(regraded: Regraded) -> None:
    """Which causes are told now and were not before, and to whom."""
    if not regraded.named:
        return
    screen.err().print("Told now, and not before:")
    most = sorted(regraded.named.items(), key=lambda item: (-len(item[1]), item[0]))
    for (exercise, cause), students in most[:_ROWS]:
        said = f"  {len(students):3d} × {cause.replace('_', ' ')}  ({exercise})"
        screen.err().print(said, soft_wrap=True)
        for line in _who(students):
            screen.err().print(screen.plain(line), soft_wrap=True)
    if len(most) > _ROWS:
        screen.err().print(f"  … and {len(most) - _ROWS} more causes")


def _who(students: Sequence[str]) -> list[str]:
    """Their names below the cause, of many the first."""
    ids = sorted(map(shown_id, students))
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return textwrap.wrap(
        ", ".join(ids[:_NAMED]) + more,
        min(screen.err().width, 100),
        initial_indent=" " * 8,
        subsequent_indent=" " * 8,
        break_on_hyphens=False,
    )


def _why(change: Change) -> str:
    said = [str(reason) for reason in change.reasons]
    more = len(said) - _REASONS
    return "; ".join(said[:_REASONS]) + (f"; and {more} more" if more > 0 else "")


def _since(regraded: Regraded) -> str:
    """``the course's files (12), torch 2.12.0 → 2.13.0 (12)``: what differs, in how many
    results."""
    words = {"course": "the course's files", "key": "the course key"}
    found: Counter[str] = Counter()
    for item, number in regraded.differences.items():
        what = words.get(item.name) or f"{item.name} {item.before or 'unknown'} → {item.now}"
        if item.name == "group":
            what = group_in_words(item.before, item.now)
        found[what] += number
    return ", ".join(f"{what} ({number})" for what, number in found.items())
