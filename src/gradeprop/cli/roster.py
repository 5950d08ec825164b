"""``gradeprop roster import``: a platform's list of students into roster.csv and the gradebook."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from gradeprop.cli import screen
from gradeprop.cli.selection import open_course
from gradeprop.records.collect.exported_rosters import read_exported
from gradeprop.records.collect.joining_rosters import joined
from gradeprop.records.gradebook.given import Person
from gradeprop.records.gradebook.roster import read_roster, write_roster
from gradeprop.wording import counted


def run(exported: Path, id_column: str | None, folder: Path | None, *, as_json: bool) -> None:
    """Import a list.

    Raises:
        UsageError: it is no list of students that is known, or students of it are in roster.csv
            under other ids.
        MissingFacility, StorageError: roster.csv or the gradebook cannot be written.
    """
    root, course = open_course(folder)
    before = read_roster(root) or {}
    found = read_exported(exported, id_column, known=before)
    merged = joined(before, found)
    path = write_roster(root, merged)
    added = [name for name in found.people if name not in before]
    changed = [name for name in found.people if name in before and merged[name] != before[name]]
    in_gradebook = _into_gradebook(root, merged, course.spec.gradebook)
    if as_json:
        screen.print_json(
            {
                "source": found.source,
                "id_column": found.id_column,
                "added": added,
                "changed": changed,
                "students": len(merged),
                "left_out": list(found.left_out),
                "in_gradebook": in_gradebook,
            }
        )
        return
    screen.out().print(str(path.relative_to(root)))
    err = screen.err()
    err.print(
        f"{found.source}, ids from the column “{found.id_column}”: "
        f"{counted(len(added), 'student')} added, {len(changed)} changed, {len(merged)} in all.",
        soft_wrap=True,
    )
    for line in found.left_out:
        err.print(screen.plain(f"Left out: {line}"), soft_wrap=True)
    if in_gradebook:
        err.print("The gradebook has their names, too.")
    err.print("It holds names and addresses: keep it out of git.")


def _into_gradebook(root: Path, people: dict[str, Person], configured: str | None) -> bool:
    if importlib.util.find_spec("nbgrader") is None:
        return False
    if configured is None and not (root / "gradebook.db").exists():
        return False  # nbgrader takes seconds to load
    from gradeprop.records.gradebook.people import put_into_gradebook

    return put_into_gradebook(root, people, configured)
