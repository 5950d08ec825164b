"""The commands of those who look at a whole class: names, options, help. The work of each is
imported when it runs."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from gradeprop.cli.app import command
from gradeprop.cli.options import (
    CourseOption,
    EverybodyOption,
    IsolationOption,
    JsonOption,
    SubmittedOption,
)


@command("Show the class, or one student's result, check by check.")
def show(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    student: Annotated[
        str | None, typer.Argument(metavar="[STUDENT]", help="Default: the whole class.")
    ] = None,
    details: Annotated[
        bool,
        typer.Option(
            "--details", help="Also what only instructors may see: inputs, expected, got."
        ),
    ] = False,
    everybody: EverybodyOption = False,
    submitted: SubmittedOption = None,
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Show one student's kept result: every check, what the student is told and what people have
    marked. Without a student, the class as it stands."""
    if student is None:
        from gradeprop.cli.show_class import run as run_class

        run_class(assignment, submitted, course, everybody=everybody, as_json=json)
        return
    from gradeprop.cli.show import run

    run(assignment, student, course, details=details, as_json=json)


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


@command("Group the wrong answers that nobody foresaw by what they do.")
def discover(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    submitted: SubmittedOption = None,
    isolation: IsolationOption = "auto",
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, metavar="N", help="Default: the cores of this machine."),
    ] = None,
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Ask the wrong answers of which no cause is known again, all on the same inputs, and group
    them by what they do: ten things to read, not sixty. `adopt` makes a misconception of one."""
    from gradeprop.cli.discover import Request, run

    run(Request(assignment, submitted, isolation, workers, course, as_json=json))


@command("Make a group that `discover` has found a misconception.")
def adopt(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    group: Annotated[int, typer.Argument(metavar="GROUP", help="Its number.")],
    name: Annotated[
        str, typer.Option("--id", metavar="ID", help="What it is called in files and tables.")
    ],
    say: Annotated[str, typer.Option("--say", metavar="TEXT", help="What the student is told.")],
    submitted: SubmittedOption = None,
    isolation: IsolationOption = "auto",
    course: CourseOption = None,
) -> None:
    """Write a group of wrong answers into the exercise's YAML, with its shortest answer as the
    sample, after proving that the graders name it and everything else as before. The next `grade`
    names it for everyone who made it."""
    from gradeprop.cli.adopt import Request, run

    run(Request(assignment, group, name, say, submitted, isolation, course))


@command("Find answers that are more alike than they should be.")
def similar(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    least: Annotated[
        int,
        typer.Option(
            "--least", min=1, max=100, metavar="PERCENT", help="Pairs from this likeness on."
        ),
    ] = 60,
    html: Annotated[
        bool,
        typer.Option(
            "--html", help="All pairs side by side on a page: reports/<assignment>-similar.html."
        ),
    ] = False,
    submitted: SubmittedOption = None,
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Find pairs of answers whose code is alike beyond what was given, what is in the solution and
    what most of the class wrote, whatever names stand there. Likeness is a reason to look, and no
    proof; of short answers nothing can be told."""
    from gradeprop.cli.similar import Request, run

    run(Request(assignment, least, submitted, course, as_html=html, as_json=json))
