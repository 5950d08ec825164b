"""Memory of the grading processes while a large class is graded: does it stay flat?

    python benchmarks/memory.py                      # quick: 300 small submissions
    python benchmarks/memory.py --submissions 10000 --write docs/memory.png
    python benchmarks/memory.py --main-process --submissions 100000

Samples the resident memory of the command, its workers and their warm processes (what the
short-lived children add is given back when they end). Prints first, last and largest figures.

With --main-process only what records is measured, by itself: a few submissions of one exercise are
graded for real and recorded under the names of all students."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
from main_process import main_process
from report import machine
from workload import Workload, make_workload

MIB = 2**20
_STARTING = 20  # MiB; smaller ones are on their way to becoming something else


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="gradeprop-benchmark-") as folder:
        if options.main_process:
            main_process(Path(folder), options.assignment, [options.exercise], options.submissions)
            return
        work = make_workload(Path(folder) / "course", options.assignment, options.submissions)
        samples = lasting(list(sample(work, options.workers, options.every)))
    settled = [item for item in samples if item[1] >= options.submissions // 10]
    for name in sorted({name for _, _, found in samples for name in found}):
        sizes = [found[name] for _, _, found in settled if name in found]
        if sizes:
            print(
                f"{name:16}{sizes[0]:7.0f} MiB after a tenth,{sizes[-1]:7.0f} at the end,"
                f"{max(sizes):7.0f} at most"
            )
    if options.write is not None:
        plot(samples, options, options.write)
        print(f"wrote {options.write}")


def sample(
    work: Workload, workers: int | None, every: float
) -> Iterator[tuple[float, int, dict[str, float]]]:
    """Grade the class; yield seconds, results so far, and MiB by process."""
    command = [sys.executable, "-m", "gradeprop", "grade"]
    command += [work.assignment.id, "--isolation", "full"]
    if workers is not None:
        command += ["--workers", str(workers)]
    results = work.root / "results" / work.assignment.id
    names: dict[int, str] = {}
    began = time.monotonic()
    with subprocess.Popen(command, cwd=work.root, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            done = len(list(results.glob("*.json"))) if results.is_dir() else 0
            found = memory(psutil.Process(process.pid), names)
            if done and found:
                yield time.monotonic() - began, done, found
            time.sleep(every)
    if process.returncode != 0:
        raise SystemExit(f"gradeprop grade: exit code {process.returncode}")


def lasting(
    samples: list[tuple[float, int, dict[str, float]]],
) -> list[tuple[float, int, dict[str, float]]]:
    """Without processes that were there for less than half of the time: children caught as they
    started."""
    seen = Counter(name for _, _, found in samples for name in found)
    return [
        (when, done, {name: size for name, size in found.items() if 2 * seen[name] >= len(samples)})
        for when, done, found in samples
    ]


def memory(command: psutil.Process, names: dict[int, str]) -> dict[str, float]:
    """MiB by process, for the processes that stay; ``names`` remembers what each is called."""
    found = {}
    for process in (command, *command.children(recursive=True)):
        try:
            size = process.memory_info().rss / MIB
            if size < _STARTING:
                continue
            if process.pid not in names:
                names[process.pid] = _name(process, command, names)
            name = names[process.pid]
            if name:
                found[name] = size
        except psutil.Error:
            continue  # it has ended
    return dict(sorted(found.items()))


def _name(process: psutil.Process, command: psutil.Process, names: dict[int, str]) -> str:
    """Empty for what is of no interest: helpers, and the warm processes' own children."""
    words = " ".join(process.cmdline())
    if process.pid == command.pid:
        name = "command"
    elif "spawn_main" in words:
        name = "worker"
    elif "session" in words and "bwrap" not in words and "stepdown" not in words:
        parent = process.parent()
        if parent is None or parent.cmdline() == process.cmdline():
            return ""
        name = "warm process"
    else:
        return ""
    count = sum(known.startswith(name) for known in names.values())
    return f"{name} {count + 1}" if name != "command" else name


def plot(
    samples: list[tuple[float, int, dict[str, float]]], options: argparse.Namespace, path: Path
) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for name in sorted({name for _, _, found in samples for name in found}):
        points = [(done, found[name]) for _, done, found in samples if name in found]
        axes.plot(*zip(*points, strict=True), label=name, linewidth=1)
    axes.set(xlabel="submissions graded", ylabel="resident memory in MiB")
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", fontsize="small")
    took = samples[-1][0]
    axes.set_title(
        f"gradeprop grade, {options.submissions:,} submissions of {options.assignment} in "
        f"{took:.0f} s,"
        f" {datetime.now(UTC):%Y-%m-%d}\n{machine()}",
        fontsize=7,
    )
    figure.savefig(path, dpi=150)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--submissions", type=int, default=300, metavar="N")
    parser.add_argument("--assignment", default="a01_slopes")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="default: as `gradeprop grade` chooses"
    )
    parser.add_argument(
        "--every", type=float, default=1.0, metavar="SECONDS", help="between two samples"
    )
    parser.add_argument(
        "--main-process", action="store_true", help="measure what records, by itself"
    )
    parser.add_argument(
        "--exercise", default="square_derivative", help="the one that --main-process leaves"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="the plot, a PNG")
    return parser.parse_args()


if __name__ == "__main__":
    main()
