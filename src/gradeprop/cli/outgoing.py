"""The commands that hand marks on to others: names, options, help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from gradeprop.cli.app import command
from gradeprop.cli.options import JsonOption


@command("Put an assignment's totals into Canvas' gradebook.")
def push(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    to: Annotated[  # noqa: ARG001 (there is one so far)
        Literal["canvas"], typer.Option("--to", metavar="canvas", help="Where to.")
    ],
    canvas_course: Annotated[
        str,
        typer.Option(
            "--course", metavar="ID", help="Canvas' course: the number in its address there."
        ),
    ],
    assignment_id: Annotated[
        int | None,
        typer.Option(
            "--assignment-id",
            metavar="N",
            help="Canvas' assignment. Default: the one that has our title.",
        ),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="https://…", help="Canvas. Default: CANVAS_API_URL."),
    ] = None,
    scale: Annotated[
        bool,
        typer.Option("--scale", help="Multiply our points where Canvas has another maximum."),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Send them. Without it, only show what would change.")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--course-folder",
            metavar="DIR",
            help="The course folder. Default: the nearest one upward with a course.yaml.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Put an assignment's totals into Canvas' gradebook; without --yes, show what would change.

    The token is read from CANVAS_API_TOKEN or the keyring. Only totals that are certain are sent,
    students are matched by ids and addresses, and a score that Canvas has already is left alone.
    """
    from gradeprop.cli.push import Request, run

    run(Request(assignment, canvas_course, assignment_id, url, folder, scale, yes, json))
