"""The commands that hand marks on to others: names, options, help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from gradeprop.cli.app import command
from gradeprop.cli.options import CourseOption, JsonOption


@command("Write an autograder for Gradescope, Classroom 50.")
def bundle(
    platform: Annotated[
        Literal["gradescope", "classroom50"],
        typer.Argument(metavar="gradescope|classroom50", help="The platform."),
    ],
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE.zip", help="Default: dist/<assignment>-<platform>.zip."
        ),
    ] = None,
    index: Annotated[
        str | None,
        typer.Option(
            "--extra-index-url",
            metavar="URL",
            help="A further package index for the platform's machine to install from. PyTorch has "
            "one with builds without CUDA, gigabytes smaller; its address is on PyTorch's page "
            "about installation.",
        ),
    ] = None,
    on_runner: Annotated[
        str | None,
        typer.Option(
            "--course-on-runner",
            metavar="DIR",
            help="Classroom 50 only: leave the course out of the zip; it lies here on a runner of "
            "your own. What is in the zip, Classroom 50 publishes.",
        ),
    ] = None,
    course: CourseOption = None,
) -> None:
    """Write an autograder for another platform, which then grades each submission as `grade`
    does. The zip holds this assignment of the course and no other."""
    from gradeprop.cli.bundle import run

    run(platform, assignment, output, index, on_runner, course)


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
