"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Device = Literal["auto", "cpu", "cuda"]


Isolation = Literal["auto", "full", "restricted", "none"]


Kind = Literal["code", "choice", "prediction", "repair", "explanation"]


Format = Literal["csv", "junit", "gradescope", "canvas", "moodle", "jsonl", "code"]


CourseOption = Annotated[
    Path | None,
    typer.Option(
        "--course",
        metavar="DIR",
        help="The course folder. Default: the nearest one upward with a course.yaml.",
    ),
]


SubmittedOption = Annotated[
    Path | None,
    typer.Option("--submitted", metavar="DIR", help="Default: submitted/ in the course folder."),
]


StudentsOption = Annotated[
    list[str] | None,
    typer.Option("--student", metavar="ID", help="Only this one; repeatable."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON on stdout.")]


EverybodyOption = Annotated[
    bool, typer.Option("--all", help="List all students of a large class, too.")
]


SlipsOption = Annotated[
    bool,
    typer.Option(
        "--slips",
        help="Also grade the everyday wrong answers of tests/content/slips: is one given a wrong "
        "cause?",
    ),
]


MutantsOption = Annotated[
    bool,
    typer.Option(
        "--mutants",
        help="Also grade each solution with one small fault at a time: does a check see it?",
    ),
]


WatchOption = Annotated[
    bool,
    typer.Option("--watch", help="Once more at each save, for what was saved, until Ctrl-C."),
]


DeviceOption = Annotated[
    Device,
    typer.Option(
        "--device", help="auto: the CPU, and the GPU if the course asks for it and there is one."
    ),
]


EngineOption = Annotated[
    Literal["local", "dask"] | None,
    typer.Option(
        "--engine",
        help="Where to grade: this machine, or the workers of a Dask scheduler. Default: "
        "course.yaml's, else local.",
    ),
]


SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="With --engine dask: tcp://127.0.0.1:8786, or tls:// on another machine.",
    ),
]


IsolationOption = Annotated[
    Isolation,
    typer.Option(
        "--isolation",
        help=(
            "How student code is kept apart. auto: the best there is, never none. none: no "
            "protection."
        ),
    ),
]

ExportedOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FILE",
        help="Default: stdout. For gradescope and code a folder is required.",
    ),
]


ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Only the I-th of N parts of the class, without the gradebook; `gradeprop merge` puts "
        "them together.",
    ),
]
