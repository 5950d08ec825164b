"""A large run, simulated: measured costs, assumptions that are printed with what comes out."""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SEED: Final = 20260101


@dataclass(frozen=True)
class Costs:
    """Of one submission, as measured here. Seconds and bytes.

    Attributes:
        grading: how long a thread of a worker was busy with each of those that were measured.
        main: processor time of the main process for sending it and taking in its result.
        recording: wall-clock time of keeping its result.
        scheduler: processor time of the scheduler.
        stored: by what it is stored in, its bytes.
    """

    grading: Sequence[float]
    main: float
    recording: float
    scheduler: float
    stored: dict[str, float]


@dataclass(frozen=True)
class Assumptions:
    """What was not measured.

    Attributes:
        start_s: from a worker's start until it grades.
        lost_every_s: how long a node lasts on average until it is lost for good.
    """

    submissions: int
    nodes: int
    threads: int
    batch: int
    ahead: int = 2
    start_s: float = 30.0
    lost_every_s: float = 24 * 3600.0


@dataclass(frozen=True)
class Simulated:
    """What came out. Seconds.

    Attributes:
        main_busy, scheduler_busy, threads_busy: shares of the whole time.
        graded_again: submissions that were on nodes which were lost.
    """

    seconds: float
    main_busy: float
    scheduler_busy: float
    threads_busy: float
    graded_again: int
    nodes_lost: int


def simulate(costs: Costs, given: Assumptions) -> Simulated:
    """Batches go to the first thread that is free. The main process takes in one batch after
    another and sends as many as it has taken in, so that never more than ``ahead`` for each thread
    are out."""
    numbers = random.Random(SEED)
    threads = [
        (given.start_s, node * given.threads + number)
        for node in range(given.nodes)
        for number in range(given.threads)
    ]
    heapq.heapify(threads)
    lost = sorted(
        (numbers.expovariate(1 / given.lost_every_s), node) for node in range(given.nodes)
    )
    ends = {node: when for when, node in lost}
    window = given.ahead * len(threads)
    sendable: list[float] = [0.0] * window
    heapq.heapify(sendable)
    left, again, busy = given.submissions, 0, 0.0
    main_free = 0.0
    each_main = costs.main + costs.recording
    finished: list[tuple[float, int]] = []
    while left or finished:
        while left and sendable and threads:
            batch = min(given.batch, left)
            sent = heapq.heappop(sendable)
            free, thread = heapq.heappop(threads)
            took = sum(numbers.choices(costs.grading, k=batch))
            done = max(sent, free) + took
            if done > ends[thread // given.threads]:
                # Another one takes it when this one is lost.
                heapq.heappush(sendable, max(sent, ends[thread // given.threads]))
                again += batch
                continue
            left -= batch
            busy += took
            heapq.heappush(threads, (done, thread))
            heapq.heappush(finished, (done, batch))
        if not finished:
            raise SystemExit("all nodes were lost: too long a run for what was assumed")
        done, batch = heapq.heappop(finished)
        main_free = max(main_free, done) + batch * each_main
        heapq.heappush(sendable, main_free)
    return Simulated(
        seconds=main_free,
        main_busy=given.submissions * each_main / main_free,
        scheduler_busy=given.submissions * costs.scheduler / main_free,
        threads_busy=busy / (main_free * given.nodes * given.threads),
        graded_again=again,
        nodes_lost=sum(when < main_free for when, _ in lost),
    )
