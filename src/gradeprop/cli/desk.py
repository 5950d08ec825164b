"""The commands of those who look at a whole class: names, options, help. The work of each is
imported when it runs."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from gradeprop.cli.app import command
from gradeprop.cli.options import CourseOption, JsonOption, SubmittedOption


@command("See the class: what it misunderstood, and how each check did.")
def report(
    assignment: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ASSIGNMENT]...", help="Default: all, and the course's own page."),
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    anonymous: Annotated[
        bool,
        typer.Option("--anonymous", help="Without ids, names and links, for showing it in class."),
    ] = False,
    to: Annotated[
        Literal["csv"] | None,
        typer.Option(
            "--to", metavar="csv", help="No page: a row per student and check, on stdout."
        ),
    ] = None,
    submitted: SubmittedOption = None,
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Write how the class did: a page for each assignment, reports/<assignment>.html, and one for
    the whole course, reports/course.html. What was misunderstood is told by its cause.

    With --json the same figures for a program, with --to csv what they are made of."""
    from gradeprop.cli.report import Request, run

    run(
        Request(
            assignment or [],
            submitted,
            course,
            anonymous=anonymous,
            opens=open_it,
            as_csv=to == "csv",
            as_json=json,
        )
    )
