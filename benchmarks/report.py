"""The figures of a run as a table, and as the page docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from peers import Peer
from timed import Graded

TARGET_RATE, TARGET_START, TARGET_FLOOR = 100, 8.0, 2.5


@dataclass(frozen=True)
class Figures:
    """All that one run measured.

    Attributes:
        runs: of ``gradeprop grade``, by what they are called; the first is the command's default.
        floor: seconds per submission: ``mean``, ``median``, ``graders`` of one process alone.
        floor_together: the same of as many processes as ``runs`` has workers, at the same time.
        recording: seconds to record that many results, nothing else.
        skipped: why a peer was not measured.
        notes: what a reader must know of this run.
    """

    assignment: str
    submissions: int
    runs: Mapping[str, Graded]
    floor: Mapping[str, float]
    floor_together: Sequence[Mapping[str, float]]
    peers: Sequence[Peer]
    recording: float
    skipped: Sequence[str]
    notes: Sequence[str] = ()


GPU_SECTION = "\n## On a GPU\n"
"""Written by hand from the report of `scripts/prove_gpu/`; a new run of the benchmarks keeps it."""


def with_gpu_section(written: str, page_path: Path) -> str:
    """The page with the section that its last version ends with, if it has one."""
    before = page_path.read_text() if page_path.exists() else ""
    _, heading, section = before.partition(GPU_SECTION)
    return f"{written.rstrip()}\n{heading}{section}" if heading else written


@dataclass(frozen=True)
class Row:
    """``each``: seconds that one worker or process needs for a submission; ``rate``: per second."""

    name: str
    each: float
    rate: float


def rows(figures: Figures) -> list[Row]:
    made = [Row(name, run.each, run.per_second) for name, run in figures.runs.items()]
    made.append(Row("floor, one process", figures.floor["mean"], 1 / figures.floor["mean"]))
    together = [item["mean"] for item in figures.floor_together]
    rate = sum(1 / mean for mean in together)
    made.append(Row(f"floor, {len(together)} processes", len(together) / rate, rate))
    for peer in figures.peers:
        made.append(Row(peer.name, peer.seconds, 1 / peer.seconds))
        if peer.warm is not None:
            made.append(Row(f"{peer.name}, without its start", peer.warm, 1 / peer.warm))
    return made


def table(figures: Figures) -> str:
    """Markdown. The ratios compare a row with the first."""
    lines = [
        "| | ms for each submission, one worker | submissions per second, this machine"
        " | times as long per worker | our throughput is |",
        "|---|---:|---:|---:|---:|",
    ]
    ours = rows(figures)[0]
    for row in rows(figures):
        longer, share = row.each / ours.each, ours.rate / row.rate
        lines.append(
            f"| {row.name} | {1000 * row.each:,.0f} | {row.rate:.3g} | {longer:.3g}× | "
            f"{share:.3g}× |"
        )
    return "\n".join(lines)


def targets(figures: Figures) -> str:
    """What was aimed at and what came."""
    run = next(iter(figures.runs.values()))
    alone = figures.runs.get("gradeprop grade, 1 worker", run)
    lines = []
    peer = next((peer for peer in figures.peers if peer.name.startswith("nbgrader")), None)
    if peer is not None:
        ratio = run.per_second * peer.seconds
        lines.append(
            _aim(
                f"{TARGET_RATE}× nbgrader's throughput once warm",
                f"{ratio:.0f}×",
                ratio >= TARGET_RATE,
            )
        )
        if peer.warm is not None:
            lines[-1] += f" ({run.per_second * peer.warm:.0f}× if nbgrader's own start is left out)"
    lines.append(
        _aim(
            f"first result within {TARGET_START:g} s",
            f"{run.first:.1f} s",
            run.first < TARGET_START,
        )
    )
    together = sum(1 / item["mean"] for item in figures.floor_together)
    ratio = run.each / (len(figures.floor_together) / together)
    lines.append(
        _aim(
            f"at most {TARGET_FLOOR:g} times the floor per submission",
            f"{ratio:.1f} times",
            ratio <= TARGET_FLOOR,
        )
    )
    lines[-1] += f" (with one worker alone {alone.each / figures.floor['mean']:.1f} times)"
    return "\n".join(f"- {line}" for line in lines)


def _aim(aim: str, came: str, reached: bool) -> str:
    return f"{aim}: **{came}**, {'reached' if reached else 'missed'}"


def machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB memory, Linux {platform.release()}, "
        f"Python {platform.python_version()}, torch {version('torch')}, IPython "
        f"{version('ipython')}"
    )


def page(figures: Figures, command: str) -> str:
    """docs/benchmarks.md."""
    run, *others = figures.runs.values()
    alone = next((item for item in others if item.workers == 1), run)
    notes = "".join(f"\n{note}\n" for note in (*figures.notes, *figures.skipped))
    return f"""\
# How fast it grades

Written by `benchmarks/throughput.py`; do not edit. Measured {datetime.now(UTC):%Y-%m-%d} on
{machine()}.
{notes}
{figures.submissions} submissions of {figures.assignment}, no two alike: each part holds the course's own
solution or the sample of a known mistake. All rows come from one run of the script, on the same notebooks;
the peers, being slow, graded the first {figures.peers[0].submissions if figures.peers else 0} of them.

{table(figures)}

Against what was aimed at:

{targets(figures)}

## What each row is

- **gradeprop grade**: the whole command with isolation `full`, hidden checks, diagnosis, result files and
  the gradebook. The throughput is that of all results after the first. The first came {run.first:.1f} s
  after the command's start (Python, torch, the course, {run.workers} workers and their sandboxes); the whole
  command took {run.command:.1f} s, and {1000 * run.busy / run.submissions:.0f} ms of the machine's processor
  time for each submission, its start included.
- Of that, recording all {figures.submissions} results in nbgrader's gradebook (SQLite), in autograded/ and in
  result files takes {figures.recording:.1f} s, {1000 * figures.recording / figures.submissions:.0f} ms each.
- **without a gradebook**: the same where nbgrader is not installed.
- **floor**: the same cells and the same calls (public and hidden) in one warm process, compared with answers
  known beforehand: no isolation, no grader, no files. The graders' own work, drawing the hidden inputs and
  working out the right answers once for each of the 64 sets, takes {1000 * figures.floor["graders"]:.0f} ms more for each submission and
  is not in the floor.
- **nbgrader**: `nbgrader autograde` without our hook, on the notebook that `nbgrader generate_assignment`
  makes of our source. It runs the public checks only. Its time is the whole command's, divided by the
  submissions; a second row leaves out its start.
- **Otter-Grader**: `otter run` for each submission, with tests that call the same functions with as many
  inputs.
- **a kernel for each**: `nbclient` runs the restored notebook with its public checks; nothing is recorded.

The peers grade one submission after the other. "Times as long per worker" compares that with one of our
workers; the last column compares throughput, ours with {run.workers} workers.

## Where the time goes

Medians of the `timing` in the result files, in ms, and the class's share of questions that were asked
again at their own place:

| | in all | cells | checks, in the sandbox | the grader's own work | questions asked twice |
|---|---:|---:|---:|---:|---:|
{_parts(f"{run.workers} workers", run)}
{_parts("1 worker", alone)}

Both cores are busy nearly all the time. Of the 65 ms of processor time of a submission, sampled with `perf`
on 2026-11-26 while two workers graded, 22 ms were the graders' (hidden inputs and right answers, comparing,
naming causes, pytest, talking to the sandbox), 3 ms the recording process's, and 37 ms the sandbox's: 27 ms
Python and torch, of which the student's own functions take some 17, and 10 ms the kernel's work for a process
of its own. There is one fork for each submission: 1.3 ms to make it, 2.8 ms for its namespaces and the other
layers, some 2,400 pages copied at their first use (7 to 10 ms), 2 to 3 ms to end it. What runs in a fresh
process runs slower, too: the cells take twice as long there as in one that has run them before. The rest is
waiting, and the kernel's own threads.

Since 2026-11-27 right answers are worked out once for each set of inputs, the same answers to the same questions are
judged once, and a hand-in's long set-up cell is not looked through again and again. Processor time for each
submission before and after, in alternating runs on a machine that had other work, too:

| | before | after |
|---|---:|---:|
| the graders' process (192 submissions, no two of one text) | 24.5 ms | 16 ms |
| the set-up cell in a fresh process | 5.7 ms | 3.6 ms |
| the whole command, one worker (105 and 111 ms; 87 and 78 ms) | 108 ms | 83 ms |

To copy the pages that every child will touch in one call, ahead of their first use, was tried and saves nothing:
the copying itself takes that time.
Nor does torch's code on huge pages of the warm process: a fork leaves out the mappings of files, and with a copy on 52
huge pages in their place a first training step takes 244 faults in place of 405, but the submission's processor time
stayed the same to 2 %, for 104 MB more in each worker.
Nor, on Python 3.13, to make all objects of the warm process immortal, so that no child writes their counters of references:
1,590 faults in place of 2,065, and 1 of 28 ms. Nor to leave out the network namespace: 0.6 ms with one worker, nothing that
could be measured with two.
Not built, for what they could save: to compile once per worker the cells that are the release's own, since Python takes
1.2 ms to compile the locked cells of all seven exercises; and to fork the next submission's process ahead, since both
cores are busy all the time. A submission's process is forked while the grader prepares its first question.

A class of 1,024, on 2026-11-28, when the machine was slower: 27.2 submissions per second, 75 times nbgrader's throughput in
the same run, 5.5 times the floor. Read from `/proc` while two workers graded 600, a submission's 68 ms of processor time
were: 20 ms the graders, 4 ms the process that records, 43 ms the sandboxes (25 ms student code and what asks it, 15 ms the
kernel's work for a process of its own, 3 ms the process that forks), 1 ms the kernel's own threads. A hundred times
nbgrader would be 55 ms. Most of what is left is the price of a process of its own, and of the student's own 216 backward
passes.

## Memory

![Resident memory of each process while 10,000 small submissions are graded](memory.png)

Each line is a process that lasts for the whole run; the children that run student code come and go. Made by
`python benchmarks/memory.py --submissions 10000 --write docs/memory.png`.
Workers grow while they meet the 64 sets of hidden inputs and the class's answers: what they keep of each is bounded, and
from half of this class on hardly anything is added.

Of each result the command itself keeps some 380 bytes, measured up to 100,000 results in the main process by
`python benchmarks/memory.py --main-process --submissions 100000`; a test holds it under 1 KiB.

## What an instructor waits for

On the same machine, quiet, on 2026-11-27: the bundled class's a04_descent graded again for one student takes 3.9 to 4.2 s
from the command to its end (it was 5.8 s; the aim is 3 s), and nearly all of that is starting: Python, torch, the
sandbox. On 2026-11-28 the same command for the whole class, of which one hand-in has changed, took 4.5 to 4.7 s;
before the graders started at once, without waiting for torch to tell whom, 6.1 to 6.9 s.
`gradeprop report` for a thousand students takes 3.3 to 4.3 s (`python benchmarks/class_report.py`).

## To repeat it

    make bench
    make bench-quick    # under two minutes: a small class, no peers, a table on the screen and no page

This page came from

    {command}

Nothing else should be running: a figure varies by some 10 % from run to run on a quiet machine, and by far
more on a shared one.
"""


def _parts(name: str, run: Graded) -> str:
    total, cells, checks = (1000 * run.medians[key] for key in ("total_s", "run_s", "checks_s"))
    own = total - cells - checks
    return f"| {name} | {total:.0f} | {cells:.0f} | {checks:.0f} | {own:.0f} | {run.again:.0%} |"
