"""The command ``gradeprop``: names, options, help. A command's work is imported when it runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from gradeprop import __version__
from gradeprop.cli import authoring as authoring  # registers its commands, which come first
from gradeprop.cli import handing_in as handing_in  # and these after them
from gradeprop.cli.app import app, command
from gradeprop.cli.installed import told
from gradeprop.cli.options import (
    CourseOption,
    DeviceOption,
    EngineOption,
    EverybodyOption,
    ExportedOption,
    Format,
    IsolationOption,
    JsonOption,
    SchedulerOption,
    ShardOption,
    StudentsOption,
    SubmittedOption,
)
from gradeprop.cli.several import merge
from gradeprop.errors import GradepropError
from gradeprop.system import print_anything


@command("Grade what is in submitted/, into results/.")
def grade(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    submitted: SubmittedOption = None,
    student: StudentsOption = None,
    device: DeviceOption = "auto",
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, metavar="N", help="Default: the cores of this machine."),
    ] = None,
    isolation: IsolationOption = "auto",
    force: Annotated[
        bool, typer.Option("--force", help="Grade again what is unchanged since the last time.")
    ] = False,
    shard: ShardOption = None,
    everybody: EverybodyOption = False,
    engine: EngineOption = None,
    scheduler: SchedulerOption = None,
    forget_removed: Annotated[
        bool,
        typer.Option(
            "--forget-removed",
            help="Remove from the gradebook what people gave and wrote for parts that the course "
            "no longer has.",
        ),
    ] = False,
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Grade submitted/<student>/<assignment>/<assignment>.ipynb into results/<assignment>/."""
    from gradeprop.cli.grade import Request, run

    request = Request(
        assignment,
        submitted,
        student or [],
        device,
        workers,
        isolation,
        course,
        force=force,
        as_json=json,
        shard=shard,
        everybody=everybody,
        engine=engine,
        scheduler=scheduler,
        forget_removed=forget_removed,
    )
    sys.exit(run(request))


command("Put together what the shards of a class have graded.")(merge)


@command("Write each student's feedback as a page.")
def feedback(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    student: StudentsOption = None,
    submitted: SubmittedOption = None,
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Write each student's feedback as one page:
    feedback/<student>/<assignment>/<assignment>.html."""
    from gradeprop.cli.feedback import run

    run(assignment, student or [], submitted, course, as_json=json)


@command("Write the marks for a spreadsheet, CI, Canvas, Moodle.")
def export(
    to: Annotated[Format, typer.Option("--to", help="The format.")],
    assignment: Annotated[
        str | None,
        typer.Argument(metavar="ASSIGNMENT", help="Default: the whole course (csv, jsonl)."),
    ] = None,
    output: ExportedOption = None,
    submitted: SubmittedOption = None,
    course: CourseOption = None,
) -> None:
    """Write an assignment's marks for another program: spreadsheet, CI, Gradescope, Canvas, Moodle.

    With code: what each student wrote, for programs that look for copied work.

    Without an assignment: a row per student with the score of each and the course's total by the
    weights of course.yaml, as csv or jsonl. Canvas and Moodle work out a total themselves, so they
    get the assignments one by one; junit, gradescope and code are about the checks of one.
    """
    from gradeprop.cli.export import run

    run(assignment, to, output, submitted, course)


@command("Mark explanations by their rubric, without names.")
def mark(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    exercise: Annotated[
        str | None, typer.Option("--exercise", metavar="EXERCISE", help="Only its explanations.")
    ] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Begin even if every answer is marked, to go through them again."
        ),
    ] = False,
    web: Annotated[
        bool,
        typer.Option("--web", help="In a browser on this machine, by an address with a token."),
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=1, max=65535, metavar="N", help="For --web. Default: one that is free."
        ),
    ] = None,
    submitted: SubmittedOption = None,
    course: CourseOption = None,
) -> None:
    """Mark explanations by their rubric, without names; the same words get their mark once."""
    from gradeprop.cli.mark import Request, run

    run(Request(assignment, exercise, submitted, course, everything, web, port))


@command("Take an unfair or broken check out of everyone's marks.")
def void(
    check_name: Annotated[
        str | None,
        typer.Argument(
            metavar="[CHECK]", help="Or EXERCISE.CHECK. Default: list what is taken out."
        ),
    ] = None,
    assignment: Annotated[
        str | None,
        typer.Option("--assignment", metavar="ASSIGNMENT", help="Look for it only there."),
    ] = None,
    give: Annotated[
        bool,
        typer.Option("--give", help="Give everybody its points; default: they leave the maximum."),
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Let it count again.")] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; students read it.")
    ] = None,
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Take an unfair or broken check out of everyone's marks; `gradeprop grade` then regrades."""
    from gradeprop.cli.void import run

    run(check_name, assignment, reason, course, give=give, undo=undo, as_json=json)


@command("Run a submission again and show all, for an appeal.")
def replay(
    student: Annotated[str, typer.Argument(metavar="STUDENT")],
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT")],
    check_name: Annotated[
        str | None, typer.Option("--check", metavar="NAME", help="Only this check.")
    ] = None,
    submitted: SubmittedOption = None,
    device: DeviceOption = "auto",
    isolation: IsolationOption = "auto",
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Run one submission again with the same hidden inputs and show all of it, for an appeal."""
    from gradeprop.cli import replay

    asked = (student, assignment, check_name, submitted, device, isolation, course)
    sys.exit(replay.run(*asked, as_json=json))


@command("Run a notebook's public checks, as its student.")
def check(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK")],
    json: JsonOption = False,
) -> None:
    """Run a notebook's public checks here, in your own Python, without a sandbox (for students)."""
    from gradeprop.cli.check import run

    run(notebook, as_json=json)


@command("Tell what this machine offers, and what is missing.")
def doctor(json: JsonOption = False) -> None:
    """Tell what this machine offers, what is missing, and the command that mends it."""
    from gradeprop.cli.doctor import run

    sys.exit(run(as_json=json))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gradeprop {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Auto-graded exercises for teaching gradients with PyTorch."""


from gradeprop.cli import desk as desk  # noqa: E402  # registers its commands, which come last
from gradeprop.cli import outgoing as outgoing  # noqa: E402


def _leave(error: GradepropError) -> NoReturn:
    from gradeprop.cli.screen import plain

    print(plain(f"gradeprop: {error}"), file=sys.stderr)
    sys.exit(error.exit_code)


def main() -> None:
    """Entry point: every error becomes its message on stderr and its own exit code."""
    print_anything()
    stdout = sys.stdout
    try:
        app()
    except SystemExit:
        if sys.stdout is stdout:
            raise
        # Typer puts another in its place where nobody reads on, as of `gradeprop … | head`.
        sys.exit(0)
    except GradepropError as error:
        _leave(error)
    except ModuleNotFoundError as absent:
        missing = told(absent)
        if missing is None:
            raise
        _leave(missing)
    except BrokenPipeError:  # the same, met by ourselves
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
