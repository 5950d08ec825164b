"""Run a command and tell how long it took, or measure `gradeprop grade` by the files that it
leaves."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workload import Workload

from gradeprop.records.files.results import result_path

# The command, and the command as it is where nbgrader is not installed: then there is no gradebook.
_COMMAND = "from gradeprop.cli.main import main; main()"
_WITHOUT_NBGRADER = f"import sys; sys.modules['nbgrader'] = None; {_COMMAND}"


class CommandFailedError(Exception):
    """A command that is measured did not do its work; the text ends with what it said."""


@dataclass(frozen=True)
class Graded:
    """One run of ``gradeprop grade`` over the class. Times in seconds.

    Attributes:
        command: the whole command.
        first: from the command's start to the first result on the disk.
        per_second: results after the first, per second.
        busy: processor time of the whole machine meanwhile. (What the sandboxes' children used is
            lost with their namespaces; nothing else is meant to be running.)
        medians: of each result's own timing.
        again: which share of the class's questions was asked again.
    """

    workers: int
    submissions: int
    command: float
    first: float
    per_second: float
    busy: float
    medians: dict[str, float]
    again: float

    @property
    def each(self) -> float:
        """How long a worker is busy with one submission once it is warm."""
        return self.workers / self.per_second


def busy() -> float:
    """Seconds of processor time that this machine has used since it started."""
    user, nice, system, _, _, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def run(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None
) -> float:
    """Seconds on the clock.

    Raises:
        CommandFailedError: it exits with another code than 0.
    """
    began = time.monotonic()
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        shown = " ".join(str(word) for word in command)
        raise CommandFailedError(f"{shown}: exit code {done.returncode}\n{done.stdout[-2000:]}")
    return time.monotonic() - began


def grade(work: Workload, *, workers: int | None, gradebook: bool = True) -> Graded:
    """Grade the whole class as ``gradeprop grade`` does, all of it anew."""
    name = work.assignment.id
    program = _COMMAND if gradebook else _WITHOUT_NBGRADER
    command = [sys.executable, "-c", program, "grade", name, "--isolation", "full", "--force"]
    if workers is not None:
        command += ["--workers", str(workers)]
    began, before = time.time(), busy()
    seconds, used = run(command, work.root), busy() - before
    paths = [result_path(work.root, name, student) for student in work.notebooks]
    written = sorted(path.stat().st_mtime for path in paths)
    if written[0] < began:
        raise CommandFailedError("a result is older than the command that should have written it")
    results = [json.loads(path.read_bytes()) for path in paths]
    levels = {result["isolation"] for result in results}
    if levels != {"full"}:
        raise CommandFailedError(f"graded at isolation {levels}")
    timings = [result["timing"] for result in results]
    return Graded(
        workers=workers or os.cpu_count() or 1,
        submissions=len(paths),
        command=seconds,
        first=written[0] - began,
        per_second=(len(written) - 1) / (written[-1] - written[0]),
        busy=used,
        medians={key: statistics.median(timing[key] for timing in timings) for key in timings[0]},
        again=sum(timing["asked_again"] for timing in timings)
        / max(1, sum(timing["asked"] for timing in timings)),
    )
