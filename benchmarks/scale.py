"""How far grading on several machines goes.

    python benchmarks/scale.py                                     # quick
    python benchmarks/scale.py --submissions 512 --workers 1 2 4 8 --write docs/several-machines.md

Measures on this machine: results a second with 1, 2, … local Dask workers of one thread, beside the
pool with as many; what the scheduler and the main process spend on a submission that needs no
grading; what recording takes. From these it simulates a run that nobody here has the machines
for."""

from __future__ import annotations

import argparse
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from local_cluster import local_cluster
from prepared_worker import PREPARED
from recording import recording
from report import machine
from scale_model import Assumptions, Costs, Simulated, simulate
from workload import Workload, make_workload

from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.cluster.engine import ORDER, cluster_graders
from gradeprop.grading.run.interface import Load
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import graders
from gradeprop.records.files.submissions import find_submissions
from gradeprop.records.loading import load

_BEGIN: Final = "<!-- measured by benchmarks/scale.py -->"
_LINE: Final = "\n"
_END: Final = "<!-- end of what benchmarks/scale.py measured -->"


@dataclass(frozen=True)
class Throughput:
    """Results a second after the first one, with so many workers."""

    workers: int
    pool: float
    dask: float


@dataclass(frozen=True)
class Overhead:
    """Of one submission that is not graded; seconds of processor time, and wall-clock time.

    Attributes:
        memory: of the scheduler at the end, in MiB.
    """

    submissions: int
    main: float
    scheduler: float
    wall: float
    memory: float


class _Clock:
    """Hears of results."""

    def __init__(self) -> None:
        self.results: list[SubmissionResult] = []
        self._first = self._last = 0.0

    def note(self, result: SubmissionResult) -> None:
        self._last = time.perf_counter()
        self._first = self._first or self._last
        self.results.append(result)

    def per_second(self) -> float:
        return (len(self.results) - 1) / (self._last - self._first)


def throughput(plan: Plan, loads: list[Load], workers: int) -> tuple[Throughput, list[float]]:
    """The pool's and Dask's, and how long each submission took the latter's workers."""
    here, there = _Clock(), _Clock()
    with graders(plan.facilities, workers) as opened:
        opened.grade(plan, loads, here.note)
    with tempfile.TemporaryDirectory() as folder, local_cluster(Path(folder)) as cluster:
        for _ in range(workers):
            cluster.start_worker(1)
        with cluster_graders(cluster.address, _tell) as opened:
            opened.grade(plan, loads, there.note)
    _same(here.results, there.results)
    each = [result.timing.total_s for result in there.results]
    return Throughput(workers, here.per_second(), there.per_second()), each


def overhead(plan: Plan, loads: list[Load], result: SubmissionResult, times: int) -> Overhead:
    """Send ``times`` as many submissions as there are, each under a name of its own, and have a
    prepared result returned for each."""
    many = [
        partial(_renamed, item, f"{number:07}")
        for number, item in enumerate(item for _ in range(times) for item in loads)
    ]
    warm, heard = _Clock(), _Clock()
    with tempfile.TemporaryDirectory() as folder, local_cluster(Path(folder)) as cluster:
        prepared = Path(folder) / "prepared"
        prepared.write_bytes(pickle.dumps(result))
        preload = str(Path(__file__).with_name("prepared_worker.py"))
        environment = {PREPARED: str(prepared)}
        cluster.start_worker(4, "--preload", preload, **environment)
        with cluster_graders(cluster.address, _tell) as opened:
            opened.grade(plan, many[:ORDER], warm.note)  # what starts once is not to be counted
            before, _ = cluster.scheduler_used()
            used = time.process_time()
            opened.grade(plan, many, heard.note)
            main = time.process_time() - used
            after, memory = cluster.scheduler_used()
    count = len(many)
    assert count == len(heard.results)
    wall = 1 / heard.per_second()
    return Overhead(count, main / count, (after - before) / count, wall, memory)


def _renamed(read: Load, student: str) -> Any:
    return replace(read(), student=student)


def _same(here: list[SubmissionResult], there: list[SubmissionResult]) -> None:
    by_student: Callable[[SubmissionResult], str] = lambda result: result.student  # noqa: E731
    pairs = zip(sorted(here, key=by_student), sorted(there, key=by_student), strict=True)
    if any(one.exercises != other.exercises for one, other in pairs):
        raise SystemExit("Dask's results are not the pool's")


def stored(work: Workload) -> dict[str, float]:
    """Bytes of one submission in what `recording` has left."""
    count = len(work.notebooks)
    sizes = {
        name: sum(path.stat().st_size for path in (work.root / name).rglob("*") if path.is_file())
        for name in ("results", "autograded")
    }
    sizes["gradebook.db"] = (work.root / "gradebook.db").stat().st_size
    return {name: size / count for name, size in sizes.items()}


def page(
    options: argparse.Namespace,
    throughputs: list[Throughput],
    cost: Overhead,
    costs: Costs,
    runs: list[tuple[Assumptions, Simulated]],
) -> str:
    """The measured part of docs/several-machines.md."""
    command = f"python benchmarks/scale.py {' '.join(sys.argv[1:])}".strip()
    rows = [
        f"| {item.workers} | {item.pool:.1f} | {item.dask:.1f} | {item.dask / item.pool:.2f} |"
        for item in throughputs
    ]
    mean = sum(costs.grading) / len(costs.grading)
    simulated = [
        f"| {given.nodes} × {given.threads} | {run.seconds / 3600:.2f} | {run.threads_busy:.0%} |"
        f" {run.main_busy:.0%} | {run.scheduler_busy:.0%} | {run.nodes_lost} | {run.graded_again} |"
        for given, run in runs
    ]
    given = runs[0][0]
    disk = " · ".join(
        f"`{name}` {size * given.submissions / 2**30:.1f} GiB"
        for name, size in costs.stored.items()
    )
    return f"""Measured on {datetime.now(UTC):%Y-%m-%d} with `{command}` on {machine()}.

Results a second of all of {options.assignment}, the pool's and those of as many Dask workers with
one thread each on the same machine; the results are the same:

| workers | pool | Dask | ratio |
|---|---|---|---|
{_LINE.join(rows)}

A submission that needs no grading ({cost.submissions} of them, {ORDER} to a task, 4 threads that
return a prepared result) takes {1000 * cost.wall:.2f} ms: {1000 * cost.scheduler:.2f} ms of the
scheduler's processor, {1000 * cost.main:.2f} ms of the main process's. The scheduler has
{cost.memory:.0f} MiB at the end.

**{given.submissions:,} submissions, simulated**, not run. Measured here: grading one takes a thread
{1000 * mean:.0f} ms on average (each simulated one takes as long as one that was measured),
recording it {1000 * costs.recording:.2f} ms of the main process, one after another, and the
overheads above. Assumed: nodes as fast as this machine, with as many free cores as threads; ready
{given.start_s:.0f} s after they start; each lost for good after
{given.lost_every_s / 3600:.0f} h on average, and not replaced; a network that is never what is
waited for; recording that takes as long into a large gradebook as into that of
{options.submissions}.

| nodes × threads | hours | threads busy | main busy | scheduler busy | lost | graded again |
|---|---|---|---|---|---|---|
{_LINE.join(simulated)}

Stored then: {disk}. Where the main process is busy all the time, more nodes make nothing faster:
then it is recording that decides."""


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="gradeprop-benchmark-") as folder:
        work = make_workload(Path(folder) / "course", options.assignment, options.submissions)
        handed = find_submissions(work.root / "submitted", work.assignment.id, [])
        name, key = work.assignment.id, b"benchmark" * 4
        plan = Plan(work.course, name, work.release, key, ("cpu",), options.isolation)
        loads: list[Load] = [partial(load, plan, item) for item in handed]
        measured = [throughput(plan, loads, count) for count in options.workers]
        result = _one(plan, loads)
        cost = overhead(plan, loads, result, options.times)
        seconds, _ = recording(work)
        grading = measured[0][1]
        costs = Costs(grading, cost.main, seconds / len(handed), cost.scheduler, stored(work))
        runs = []
        for nodes in options.nodes:
            given = Assumptions(options.large, nodes, options.threads, ORDER)
            runs.append((given, simulate(costs, given)))
    text = page(options, [item for item, _ in measured], cost, costs, runs)
    print(text)
    if options.write is not None:
        _write(options.write, text)


def _one(plan: Plan, loads: list[Load]) -> SubmissionResult:
    heard = _Clock()
    with graders(plan.facilities, 1) as opened:
        opened.grade(plan, loads[:1], heard.note)
    return heard.results[0]


def _write(path: Path, text: str) -> None:
    before, _, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
    _, marker, after = rest.partition(_END)
    if not marker:
        raise SystemExit(f"{path} has no place for it")
    path.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{after}", encoding="utf-8")


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--assignment", default="a04_descent")
    parser.add_argument("--submissions", type=int, default=64, metavar="N")
    parser.add_argument("--isolation", default="auto")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, os.cpu_count() or 1])
    parser.add_argument("--times", type=int, default=50, help="the class so often for the overhead")
    parser.add_argument("--large", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--nodes", type=int, nargs="+", default=[100, 10, 4])
    parser.add_argument("--threads", type=int, default=16, help="of each simulated node")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    return parser.parse_args()


if __name__ == "__main__":
    main()
