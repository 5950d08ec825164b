"""What the command line offers for several machines that know nothing of each other."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from gradeprop.cli.options import CourseOption, JsonOption, SubmittedOption


def merge(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FOLDER]...",
            help="Copies of the course in which shards were graded, where they do not share this "
            "folder.",
        ),
    ] = None,
    submitted: SubmittedOption = None,
    isolation: Annotated[
        Literal["auto", "none"],
        typer.Option(
            "--isolation",
            help="none: also take results that were graded with `--isolation none`.",
        ),
    ] = "auto",
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Put what `gradeprop grade --shard` has graded, here and in copies of the course, into the
    gradebook."""
    from gradeprop.cli.merge import run

    sys.exit(run(assignment, folders or [], submitted, course, isolation=isolation, as_json=json))
