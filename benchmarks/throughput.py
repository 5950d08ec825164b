"""How fast submissions are graded: by gradeprop, by its peers, and at best (the floor). One run,
one table.

    python benchmarks/throughput.py --submissions 512 --write docs/benchmarks.md

Asserts nothing about time.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import peers
from recording import recording
from report import Figures, machine, page, table, targets, with_gpu_section
from timed import CommandFailedError, Graded, grade
from workload import ROOT, Workload, make_workload

import gradeprop

OTTER = ROOT / "build" / "benchmarks" / "otter"


def main() -> None:
    options = _options()
    # As pip does when it installs: the peers are compiled, too.
    compileall.compile_dir(Path(gradeprop.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory(prefix="gradeprop-benchmark-") as folder:
        figures = measure(Path(folder), options)
    print(f"\n{machine()}\n\n{table(figures)}\n\n{targets(figures)}")
    for text in figures.skipped:
        print(text)
    if options.write is not None:
        written = page(figures, "benchmarks/throughput.py " + " ".join(sys.argv[1:]))
        options.write.write_text(with_gpu_section(written, options.write))
        print(f"\nwrote {options.write}")


def measure(folder: Path, options: argparse.Namespace) -> Figures:
    _say(f"{options.submissions} submissions of {options.assignment}")
    make = partial(
        make_workload,
        assignment=options.assignment,
        submissions=options.submissions,
        exercises=options.exercises,
    )
    work = make(folder / "course", later=options.later)
    runs: dict[str, Graded] = {}
    name = "gradeprop grade"
    for label, workers, gradebook in (
        (f"{name}, {options.workers or os.cpu_count()} workers", options.workers, True),
        (f"{name}, 1 worker", 1, True),
        (
            f"{name}, {options.workers or os.cpu_count()} workers, without a gradebook",
            options.workers,
            False,
        ),
    ):
        run = grade(work, workers=workers, gradebook=gradebook)
        _say(
            f"{label}: first result after {run.first:.1f} s, then {run.per_second:.1f} per second, "
            f"{run.again:.0%} of the questions asked twice"
        )
        runs.setdefault(label, run)
    _say("recording alone")
    recorded, _ = recording(make(folder / "recorded"))
    _say("the floor")
    together = next(iter(runs.values())).workers
    (alone,) = floor(work, 1)
    several = floor(work, together)
    measured, skipped = _peers(work, folder, options.peer_submissions)
    return Figures(
        _named(options.assignment, work),
        options.submissions,
        runs,
        alone,
        several,
        measured,
        recorded,
        skipped,
        options.note,
    )


def _named(assignment: str, work: Workload) -> str:
    """The assignment with its exercises, in words."""
    parts = sum(len(item.spec.parts) for item in work.assignment.exercises)
    checks = sum(len(list(item.checks())) for item in work.assignment.exercises)
    slugs = ", ".join(item.slug for item in work.assignment.exercises)
    return f"`{assignment}` ({slugs}: {parts} parts, {checks} checks)"


def floor(work: Workload, processes: int) -> list[dict[str, float]]:
    """Run as many floors at the same time, each over the whole class."""
    program = Path(__file__).with_name("floor.py")
    command = [sys.executable, str(program), str(work.root), work.assignment.id]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    for process in running:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise CommandFailedError("the floor does not start")
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    return [json.loads(process.communicate()[0]) for process in running]


def _peers(work: Workload, folder: Path, submissions: int) -> tuple[list[peers.Peer], list[str]]:
    students = list(work.notebooks)[:submissions]
    measures: dict[str, Callable[[], peers.Peer]] = {
        "nbgrader": lambda: peers.nbgrader(work, students, folder / "nbgrader"),
        "Otter-Grader": lambda: peers.otter(work, students, folder / "otter", OTTER),
        "a kernel for each": lambda: peers.kernel(work, students),
    }
    measured, skipped = [], []
    for name, measure_one in measures.items() if students else ():
        try:
            measured.append(measure_one())
            _say(f"{measured[-1].name}: {measured[-1].seconds:.2f} s for each submission")
        except (peers.SkippedError, CommandFailedError) as error:
            skipped.append(f"Not measured: {name}. {error}")
            _say(skipped[-1])
    return measured, skipped


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--submissions", type=int, default=512, metavar="N")
    parser.add_argument("--peer-submissions", type=int, default=6, metavar="N", help="0: no peers")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="default: as `gradeprop grade` chooses"
    )
    parser.add_argument("--assignment", default="a04_descent")
    parser.add_argument(
        "--exercises", nargs="+", default=[], metavar="NAME", help="these alone of the assignment"
    )
    parser.add_argument(
        "--later", metavar="CODE", help="a cell at the end of each, after which all is asked twice"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="the page to write")
    parser.add_argument(
        "--note", action="append", default=[], help="a sentence for the page; repeatable"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
