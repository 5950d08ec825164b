"""The commands of those who write exercises: names, options, help. The work of each is imported
when it runs."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gradeprop.cli.app import command
from gradeprop.cli.options import (
    CourseOption,
    DeviceOption,
    IsolationOption,
    JsonOption,
    Kind,
    MutantsOption,
    SlipsOption,
    WatchOption,
)


@command("Start a course: a small one that verifies.")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    json: JsonOption = False,
) -> None:
    """Start a course in DIR: one assignment with three small exercises, to read and to change."""
    from gradeprop.cli.start import init as run

    run(folder, as_json=json)


@command("Start an exercise: its files and its line in course.yaml.")
def new(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ASSIGNMENT/EXERCISE", help="A new assignment is added to the course."
        ),
    ],
    kind: Annotated[Kind, typer.Option("--kind", help="What students give as an answer.")] = "code",
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Start an exercise that verifies, to make your own: YAML, solution, grader and the line in
    course.yaml, whose comments stay."""
    from gradeprop.cli.start import new as run

    run(name, kind, course, as_json=json)


@command("Write the schemas, for editors.")
def schema(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]")] = Path("schemas"),
    json: JsonOption = False,
) -> None:
    """Write the JSON schemas of a course's YAML files, by which editors complete and check them."""
    from gradeprop.cli.start import schema as run

    run(folder, as_json=json)


@command("Prove the graders with solutions and known mistakes.")
def verify(
    exercises: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EXERCISE]...",
            help="Exercises, assignments, or paths of their files. Default: all.",
        ),
    ] = None,
    course: CourseOption = None,
    device: DeviceOption = "auto",
    isolation: IsolationOption = "auto",
    slips: SlipsOption = False,
    mutants: MutantsOption = False,
    watch: WatchOption = False,
    json: JsonOption = False,
) -> None:
    """Prove the graders: solutions pass, starters earn nothing, known mistakes are named."""
    from gradeprop.cli.verify import Request, run

    request = Request(
        tuple(exercises or ()), course, device, isolation, slips, mutants, as_json=json
    )
    if not watch:
        sys.exit(run(request))
    from gradeprop.cli.watching import at_each_save
    from gradeprop.course.load import find_course

    root = find_course(course)
    sys.exit(at_each_save(root, lambda saved: run(replace(request, saved=saved))))


@command("Show what a student would read for an answer.", name="try")
def try_answer(
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE", help="Or a path of its files.")],
    answer: Annotated[
        Path,
        typer.Argument(
            metavar="ANSWER.py", help="With a line '# %% part: PART' above each answer, or plain."
        ),
    ],
    device: DeviceOption = "auto",
    isolation: IsolationOption = "auto",
    course: CourseOption = None,
    json: JsonOption = False,
) -> None:
    """Show what a student would read for an answer: public and hidden checks, points and cause.

    ANSWER.py has the format of solutions; code for an exercise with a single part needs no marker.
    Parts that it leaves out hold the solution.
    """
    from gradeprop.cli.try_answer import run

    sys.exit(run(exercise, answer, device, isolation, course, as_json=json))


@command("Write the notebooks, with solutions and for students.")
def build(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="[ASSIGNMENT]...", help="Default: all.")
    ] = None,
    watch: WatchOption = False,
    course: CourseOption = None,
    isolation: IsolationOption = "auto",
    json: JsonOption = False,
) -> None:
    """Write the notebooks: source/ (with solutions) and release/ (for students)."""
    from gradeprop.cli.build import run

    names = assignments or []
    if not watch:
        run(names, course, isolation, as_json=json)
        return
    from gradeprop.cli.watching import at_each_save
    from gradeprop.course.load import find_course
    from gradeprop.grading.run.facilities import KeptSandboxes

    root = find_course(course)
    with closing(KeptSandboxes()) as kept:
        again = partial(run, names, course, isolation, as_json=json, kept=kept)
        at_each_save(root, lambda saved: again(saved=saved))
