"""What a cluster gives is what the pool gives."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course.minimal import GRADER, replaced
from gradeprop.errors import MissingFacility
from gradeprop.grading.checks.seeds import group_seed
from gradeprop.grading.run.cluster.address import scheduler_address
from gradeprop.grading.run.cluster.crew import Crew
from gradeprop.grading.run.cluster.engine import cluster_graders
from gradeprop.grading.run.cluster.link import Link
from gradeprop.grading.run.cluster.travelling import unpack
from grading.conftest import KEY
from grading.run.cluster.conftest import Class, Cluster, canonical, free_port, wait_until


def kept_folders(cluster: Cluster) -> list[Path]:
    return [*cluster.folder.glob("worker-*/**/gradeprop-course-*")]


@pytest.mark.slow
def test_the_results_are_the_pools_but_for_times_and_nothing_stays(
    a_class: Class, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.start_worker()
    cluster.start_worker()
    sent: list[Any] = []
    send = Link.send

    def noted(self: Link, function: Any, *arguments: Any, **options: Any) -> str:
        sent.append((function.__name__, arguments))
        return send(self, function, *arguments, **options)

    monkeypatch.setattr(Link, "send", noted)
    there = a_class.graded(cluster.address)
    assert canonical(there) == canonical(a_class.graded_here())
    assert not [sentence for sentence in a_class.told if "not used" in sentence]
    wait_until(lambda: not kept_folders(cluster))
    # The course key stays here; what else is secret travels, so that the search would find it.
    opened = b"".join(map(_opened, sent))
    assert {name for name, _ in sent} == {"look", "install", "grade"}
    assert KEY not in opened
    assert KEY.hex().encode() not in opened
    assert next(iter(there.values())).seed in opened.hex()
    assert b"def test_matches_autograd" in opened


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["full", "auto"])
def test_in_sandboxes_the_results_are_the_pools(
    a_class: Class, cluster: Cluster, asked: str
) -> None:
    cluster.start_worker()
    loads = a_class.loads(6)
    there = a_class.graded(cluster.address, loads, plan=a_class.plan(asked))
    assert {result.isolation for result in there.values()} == {"full"}
    assert canonical(there) == canonical(a_class.graded_here(loads, a_class.plan("full")))
    assert {result.status for result in there.values()} == {"needs_manual"}


@pytest.mark.slow
def test_a_groups_seed_travels_in_place_of_its_students(a_class: Class, cluster: Cluster) -> None:
    cluster.start_worker()
    (load, *_) = a_class.loads(1)
    seed = group_seed(KEY, "pair")
    there = a_class.graded(cluster.address, [lambda: replace(load(), seed=seed, group="pair")])
    assert [result.seed for result in there.values()] == [seed.hex()]


def _opened(sent: tuple[str, tuple[Any, ...]]) -> bytes:
    _, arguments = sent
    unpacked = [unpack(item) if isinstance(item, bytes) else item for item in arguments]
    return pickle.dumps(unpacked)


@pytest.mark.slow
def test_a_worker_that_has_the_parcel_is_not_sent_it_again_and_can_leave_with_idle_children(
    a_class: Class, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = cluster.start_worker()
    sent: list[Mapping[str, Any]] = []
    send = Link.send

    def noted(self: Link, function: Any, *arguments: Any, **options: Any) -> str:
        if function.__name__ == "install":
            sent.append({"packed": arguments[1]})
        return send(self, function, *arguments, **options)

    monkeypatch.setattr(Link, "send", noted)
    monkeypatch.setattr(Crew, "dismiss", lambda _: None)  # as where the main machine is cut off
    plan = a_class.plan()
    a_class.graded(cluster.address, plan=plan)
    assert kept_folders(cluster)
    a_class.graded(cluster.address, plan=plan)
    assert [item["packed"] is None for item in sent] == [False, True]
    worker.send_signal(signal.SIGTERM)
    worker.wait(60)
    assert not kept_folders(cluster)


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["    import os; os._exit(3)\n", "    raise OSError(__file__)\n"], ids=["ends", "fails"]
)
def test_a_grader_that_fails_is_told_as_the_pool_tells_it(
    tmp_path: Path, sandbox: Any, cluster: Cluster, line: str
) -> None:
    head = "def test_matches_autograd(student, reference, device):\n"
    a_class = Class(tmp_path / "course", sandbox, replaced(GRADER, head, head + line))
    cluster.start_worker()
    loads = a_class.loads(6)
    there = a_class.graded(cluster.address, loads)
    assert canonical(there) == canonical(a_class.graded_here(loads))
    assert "error" in {result.status for result in there.values()}


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_finished_and_the_next_run_needs_nothing_else(
    a_class: Class, cluster: Cluster
) -> None:
    cluster.start_worker()
    loads, kept = a_class.loads(40), []

    def keep(result: Any) -> None:
        if not kept:
            os.kill(os.getpid(), signal.SIGINT)
        kept.append(result.student)

    with pytest.raises(KeyboardInterrupt):
        a_class.graded(cluster.address, loads, keep)
    assert 0 < len(kept) < 40
    rest = [load for load in loads if load().student not in kept]
    assert len(a_class.graded(cluster.address, rest)) + len(kept) == 40


def test_nobody_listening_is_told_with_the_address_and_the_remedy() -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    with (
        pytest.raises(
            MissingFacility, match=f"no Dask scheduler answers at {address}: .*start one"
        ),
        cluster_graders(address, print),
    ):
        pass


@pytest.mark.slow
def test_without_workers_it_waits_says_so_and_gives_up(a_class: Class, cluster: Cluster) -> None:
    import dask

    with (
        dask.config.set({"gradeprop.wait-for-workers": "1s"}),
        pytest.raises(MissingFacility, match=r"no worker is left at .*start workers with"),
    ):
        a_class.graded(cluster.address)
    (told,) = a_class.told
    command = scheduler_address(cluster.address).worker_command
    assert told == (
        f"Waiting for workers at {cluster.address}, 1 s at most; one is started with `{command}`"
    )
