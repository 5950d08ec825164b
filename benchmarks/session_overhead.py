"""What a session costs beyond the student's own code: time to warm, per submission, per level, in
parallel.

The floor is the same cells and the same calls in one warm process, with no session around them::

    OMP_NUM_THREADS=1 python benchmarks/session_overhead.py [--count 40] [--workers 2] [--json]

Prints medians in milliseconds; ratios say more than the numbers.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from gradeprop.session.grader.sandbox import open_sandbox
from gradeprop.session.interface import Ask, Call, CellSource, Limits, Read, Returned
from gradeprop.session.isolation.survey import working

CELLS = [
    "import torch\ntorch.manual_seed(0)",
    "x = torch.tensor([2.0, 3.0], requires_grad=True)\ny = (x**2).sum()",
    "y.backward()\nprint('grad', x.grad)",
    """model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
inputs = torch.randn(64, 4)
targets = inputs @ torch.tensor([[1.0], [2.0], [-1.0], [0.5]])
losses = []
for step in range(100):
    optimizer.zero_grad()
    loss = ((model(inputs) - targets) ** 2).mean()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
print(losses[0], losses[-1])""",
    """def d_square(w):
    return 2 * w

def descend(w, rate=0.1, steps=20):
    for _ in range(steps):
        w = w - rate * 2 * w
    return w""",
]
# After the third cell one check of values, after the last four checks of two calls each.
AFTER_THIRD = 2
NAMES = ("d_square", "descend")


@dataclass
class Row:
    """One line of the table: milliseconds, and submissions per second."""

    what: str
    warm_ms: float
    submission_ms: float
    closed_ms: float
    per_s: float


def checks() -> list[list[Ask]]:
    import torch

    from gradeprop.gradients.values import TensorState

    argument = TensorState(torch.linspace(-1, 1, 12, dtype=torch.float64).reshape(3, 4))
    return [[Call(name, (argument,)) for _ in range(2)] for name in NAMES for _ in range(2)]


def grade(
    run: Callable[[CellSource], object], ask: Callable[[Sequence[Ask]], list[object]]
) -> None:
    for number, source in enumerate(CELLS):
        run(CellSource(source, f"cell {number}"))
        if number == AFTER_THIRD:
            assert all(isinstance(outcome, Returned) for outcome in ask([Read("x"), Read("y")]))
    for asks in checks():
        assert all(isinstance(outcome, Returned) for outcome in ask(asks))


def measure_floor(count: int) -> Row:
    """The cells and calls alone, in a warm shell in this process."""
    from gradeprop.session.student.answering import Answering
    from gradeprop.session.student.shell import NotebookShell
    from gradeprop.session.warm import warmup

    began = time.perf_counter()
    warmup.import_torch()
    shell = NotebookShell()
    warmup.warm_up(shell, backward=True)
    warm = time.perf_counter() - began
    answering = Answering(cell_of=shell.cell_of)
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        grade(
            lambda cell: shell.run_source(cell.source, cell.label),
            lambda asks: list(answering.answer_all(asks, shell.user_ns)),
        )
        taken.append(time.perf_counter() - began)
    return Row("floor", 1e3 * warm, *[1e3 * statistics.median(taken)] * 2, len(taken) / sum(taken))


def measure(level: str, count: int) -> Row:
    began = time.perf_counter()
    with open_sandbox(level) as sandbox:  # type: ignore[arg-type]
        warm = time.perf_counter() - began
        answered, closed = [], []
        for number in range(count + 3):
            began = time.perf_counter()
            with sandbox.open(limits=Limits(), seed=number) as session:
                grade(session.run, lambda asks, session=session: session.ask(asks))  # type: ignore[misc]
                answered.append(time.perf_counter() - began)
            closed.append(time.perf_counter() - began)
    answered, closed = answered[3:], closed[3:]
    return Row(
        level,
        1e3 * warm,
        1e3 * statistics.median(answered),
        1e3 * statistics.median(closed),
        len(closed) / sum(closed),
    )


def measure_parallel(level: str, count: int, workers: int) -> Row:
    """Submissions per second with one sandbox in each of ``workers`` processes."""
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        rows = pool.starmap(measure, [(level, count)] * workers, chunksize=1)
    return Row(
        f"{level}, {workers} workers",
        max(row.warm_ms for row in rows),
        statistics.median(row.submission_ms for row in rows),
        statistics.median(row.closed_ms for row in rows),
        sum(row.per_s for row in rows),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40, help="submissions per measurement")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--levels", nargs="*", default=["none", "restricted", "full"])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--floor", action="store_true", help="print the floor as JSON and stop")
    chosen = parser.parse_args()
    if chosen.floor:
        print(json.dumps(asdict(measure_floor(chosen.count))))
        return
    # In a process of its own: the shell stays in place once it is made.
    command = [sys.executable, __file__, "--floor", "--count", str(chosen.count)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [Row(**json.loads(said.strip().splitlines()[-1]))]
    for level in chosen.levels:
        problem = None if level == "none" else working(level)
        if problem is not None:
            print(f"{level}: {problem}", file=sys.stderr)
            continue
        rows.append(measure(level, chosen.count))
        if chosen.workers > 1:
            rows.append(measure_parallel(level, chosen.count, chosen.workers))
    if chosen.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
        return
    today = time.strftime("%Y-%m-%d")
    print(f"{platform.node()}, {platform.release()}, Python {platform.python_version()}, {today}")
    print(f"{'':24}{'warm ms':>10}{'answered ms':>13}{'closed ms':>11}{'per s':>8}{'× floor':>9}")
    for row in rows:
        ratio = row.submission_ms / rows[0].submission_ms
        line = f"{row.what:24}{row.warm_ms:10.0f}{row.submission_ms:13.1f}{row.closed_ms:11.1f}"
        print(f"{line}{row.per_s:8.1f}{ratio:9.2f}")


if __name__ == "__main__":
    main()
