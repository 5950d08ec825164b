"""The commands of the desk where hand-ins come in: names, options, help. The work of each is
imported when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from gradeprop.cli.app import app, command
from gradeprop.cli.options import CourseOption, JsonOption, SubmittedOption

Layout = Literal["gradescope", "moodle", "brightspace", "canvas", "plain"]

roster = typer.Typer(
    name="roster", help="Who is in the course.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(roster, short_help="Who is in the course: import a platform's list.")


@command("Take in what students handed in elsewhere.")
def collect(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    source: Annotated[
        Path,
        typer.Option(
            "--from",
            metavar="ZIP|DIR",
            help="What Moodle, Canvas, Gradescope or Brightspace gives out, or a folder.",
        ),
    ],
    layout: Annotated[
        Layout | None,
        typer.Option("--layout", help="Whose names it has. Default: the names tell."),
    ] = None,
    attempt: Annotated[
        str,
        typer.Option(
            "--attempt", metavar="first|last|N", help="Which of a student's several counts."
        ),
    ] = "last",
    worksheet: Annotated[
        Path | None,
        typer.Option(
            "--worksheet",
            metavar="CSV",
            help="Moodle's grading worksheet: its zip does not say when they handed in.",
        ),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            "--timezone",
            metavar="ZONE",
            help="Of times without one, e.g. Europe/Berlin. Default: this machine's.",
        ),
    ] = None,
    update: Annotated[
        bool,
        typer.Option(
            "--update",
            help="Also replace where nothing tells whether this is the later one, or it is the "
            "attempt that was asked for.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")
    ] = False,
    submitted: SubmittedOption = None,
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Take hand-ins from a platform's download into
    submitted/<student>/<assignment>/<assignment>.ipynb.

    Whose each is, roster.csv says (see `gradeprop roster import`). What is there already stays,
    unless it is replaced by a later one; then it is kept in .gradeprop/replaced/.
    """
    from gradeprop.cli.collect import Request, run

    request = Request(
        assignment,
        source,
        layout,
        attempt,
        worksheet,
        timezone,
        submitted,
        course,
        update=update,
        dry_run=dry_run,
        as_json=json,
    )
    sys.exit(run(request))


@command("Let a student hand in later.")
def extend(
    student: Annotated[str, typer.Argument(metavar="STUDENT")],
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    until: Annotated[
        str | None,
        typer.Argument(
            metavar="[DATE]",
            help="2026-12-03 (to the end of that day), 2026-12-03T18:00+01:00, +3d or +12h after "
            "the due date, or none to take it back. Default: say what there is.",
        ),
    ] = None,
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Let a student hand in an assignment later, without a penalty until DATE.

    It is kept in extensions.csv and, once there is a submission, in nbgrader's gradebook. The next
    `gradeprop grade` works out how late the hand-in is.
    """
    from gradeprop.cli.extend import run

    run(student, assignment, until, course, as_json=json)


@command("Take a platform's list of students into roster.csv.", name="import", of=roster)
def import_roster(
    exported: Annotated[Path, typer.Argument(metavar="CSV")],
    id_column: Annotated[
        str | None,
        typer.Option(
            "--id", metavar="COLUMN", help="The column whose content is the id. Default: see above."
        ),
    ] = None,
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Take students from CSV into roster.csv, and their names into the gradebook.

    CSV is Canvas' gradebook, Moodle's participants or grades, Gradescope's roster, Brightspace's
    classlist, or has a header id,first_name,last_name,email,lms_id. The id is Canvas' SIS Login ID,
    Moodle's username, Gradescope's SID, Brightspace's Username; where these are not there, the next
    best, which is told.

    Who is in roster.csv already stays, and keeps what the new list does not say.
    """
    from gradeprop.cli.roster import run

    run(exported, id_column, course, as_json=json)
