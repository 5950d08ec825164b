"""Whatever is lost in the middle of a run: nothing is lost of the class, and nothing comes twice
(`Class.graded` sees to that)."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from gradeprop.errors import MissingFacility
from gradeprop.grading.run.cluster import link
from grading.run.cluster.conftest import Class, Cluster, canonical

pytestmark = pytest.mark.slow
NUMBER = 40


def after_first(act: Callable[[], None]) -> Callable[[Any], None]:
    """Act once, as soon as the first result is here."""
    heard: list[Any] = []

    def keep(result: Any) -> None:
        heard.append(result)
        if len(heard) == 1:
            act()

    return keep


@pytest.mark.parametrize("allowed_failures", ["3", "0"])
def test_a_killed_worker_loses_nothing(
    a_class: Class, start_cluster: Callable[..., Cluster], allowed_failures: str
) -> None:
    cluster = start_cluster(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=allowed_failures)
    doomed = cluster.start_worker()
    cluster.start_worker()
    loads = a_class.loads(NUMBER)
    there = a_class.graded(cluster.address, loads, after_first(doomed.kill))
    assert any(said.startswith("Lost 1 worker: worker-0 (tcp://") for said in a_class.told)
    assert canonical(there) == canonical(a_class.graded_here(loads))


def test_a_killed_process_that_grades_leaves_its_worker_and_loses_nothing(
    a_class: Class, cluster: Cluster
) -> None:
    worker = cluster.start_worker()
    loads = a_class.loads(NUMBER)

    def kill_children() -> None:
        children = psutil.Process(worker.pid).children()
        graders = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        assert graders
        for child in graders:
            child.kill()

    there = a_class.graded(cluster.address, loads, after_first(kill_children))
    assert canonical(there) == canonical(a_class.graded_here(loads))
    assert worker.poll() is None


def test_a_worker_that_stops_answering_loses_nothing(
    a_class: Class, start_cluster: Callable[..., Cluster]
) -> None:
    cluster = start_cluster(DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL="4s")
    stopped = cluster.start_worker()
    cluster.start_worker()
    loads = a_class.loads(NUMBER)
    there = a_class.graded(
        cluster.address, loads, after_first(lambda: stopped.send_signal(signal.SIGSTOP))
    )
    assert canonical(there) == canonical(a_class.graded_here(loads))


def test_the_only_worker_is_replaced_by_another(a_class: Class, cluster: Cluster) -> None:
    first = cluster.start_worker()

    def replace() -> None:
        first.kill()
        cluster.start_worker()

    assert (
        len(a_class.graded(cluster.address, a_class.loads(NUMBER), after_first(replace))) == NUMBER
    )


def test_the_scheduler_is_started_again_with_its_workers(a_class: Class, cluster: Cluster) -> None:
    worker = cluster.start_worker()

    def restart() -> None:
        cluster.scheduler.kill()
        cluster.scheduler.wait()
        worker.wait(60)  # it does not outlive its scheduler
        cluster.start_scheduler()
        cluster.start_worker()

    loads = a_class.loads(NUMBER)
    there = a_class.graded(cluster.address, loads, after_first(restart))
    assert canonical(there) == canonical(a_class.graded_here(loads))


def test_a_scheduler_that_stays_away_ends_the_run_and_keeps_what_is_finished(
    a_class: Class, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "_CONNECT_S", 5.0)
    cluster.start_worker()
    kept: list[str] = []
    act = after_first(cluster.scheduler.kill)

    def keep(result: Any) -> None:
        kept.append(result.student)
        act(result)

    with pytest.raises(MissingFacility, match="was lost; what was graded is kept"):
        a_class.graded(cluster.address, a_class.loads(NUMBER), keep)
    assert 0 < len(kept) < NUMBER
