"""What a worker keeps of a run is given up when nobody needs it, and what fails there is told."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gradeprop.grading.run.cluster import lodging, on_worker
from gradeprop.grading.run.cluster.lodging import Lodging
from gradeprop.grading.run.cluster.travelling import Done, Order, pack, parcel_of, unpack
from gradeprop.grading.run.worker import Batch
from grading.run.cluster.conftest import Class, Cluster, wait_until

ADDRESS = "tcp://127.0.0.1:1"


class Child:
    """Stands in for a process that grades."""

    def __init__(self) -> None:
        self.pipe = SimpleNamespace(send=lambda _: None)
        self.ended = False

    def stop(self, *, patient: bool) -> None:
        self.ended = patient


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Stands in for Dask's, in which the functions are called."""
    (tmp_path / "local").mkdir()
    fake = SimpleNamespace(
        address=ADDRESS,
        local_directory=str(tmp_path / "local"),
        plugins={on_worker._CloseAll.name: None},
    )
    monkeypatch.setattr(on_worker, "get_worker", lambda: fake)
    yield fake
    on_worker._close_all(ADDRESS)


def held() -> tuple[str, ...]:
    return unpack(on_worker.look("none")).holds  # type: ignore[no-any-return]


def install(digest: str, packed: bytes | None, guest: str) -> Done:
    return unpack(on_worker.install(digest, packed, guest))  # type: ignore[no-any-return]


def grade(digest: str, *submissions: Any) -> Done:
    order = pack(Order(digest, Batch(submissions), alone=False))
    return unpack(on_worker.grade(digest, order))  # type: ignore[no-any-return]


@pytest.mark.usefixtures("worker")
def test_what_has_closed_by_itself_is_not_held_any_more_and_is_taken_in_again(
    a_class: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lodging, "IDLE_S", 0.2)
    parcel = parcel_of(a_class.plan())
    assert not install(parcel.digest, parcel.packed, "a run that dies").unknown
    first = on_worker._LODGINGS[ADDRESS, parcel.digest]
    wait_until(lambda: not first.is_open)
    assert held() == ()
    assert not on_worker._LODGINGS
    assert install(parcel.digest, None, "the next").unknown
    assert not install(parcel.digest, parcel.packed, "the next").unknown


def test_it_stays_for_as_long_as_runs_come(
    a_class: Class, worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lodging, "IDLE_S", 60.0)
    parcel = parcel_of(a_class.plan())
    install(parcel.digest, parcel.packed, "one")
    first = on_worker._LODGINGS[ADDRESS, parcel.digest]
    first._used -= 50.0
    assert not install(parcel.digest, None, "two").unknown
    assert time.monotonic() - first._used < 50.0, "it did not begin to wait anew"
    assert held() == (parcel.digest,)
    on_worker.leave(parcel.digest, "one", worker)
    assert held() == (parcel.digest,)
    on_worker.leave(parcel.digest, "two", worker)
    assert held() == ()
    wait_until(lambda: not [*Path(worker.local_directory).iterdir()])


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), MemoryError(), OSError(24, "Too many files")]
)
def test_a_machine_that_cannot_is_unfit_whatever_it_says(
    a_class: Class, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    parcel = parcel_of(a_class.plan())
    install(parcel.digest, parcel.packed, "run")

    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(lodging, "Watched", fails)
    done = grade(parcel.digest, a_class.loads(1)[0]())
    assert done.unfit is not None
    assert type(error).__name__ in done.unfit
    assert str(error) in done.unfit
    assert not done.results


@pytest.mark.usefixtures("worker")
def test_a_process_is_not_left_over_where_hearing_it_fails(
    a_class: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel = parcel_of(a_class.plan())
    install(parcel.digest, parcel.packed, "run")
    child: Any = Child()

    def taken(self: Lodging) -> Any:
        self._busy.add(child)
        return child

    def fails(_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(Lodging, "_take", taken)
    monkeypatch.setattr(lodging, "_next_word", fails)
    assert grade(parcel.digest, a_class.loads(1)[0]()).unfit == "it cannot grade: MemoryError: "
    assert child.ended
    assert not on_worker._LODGINGS[ADDRESS, parcel.digest]._busy


def test_files_that_cannot_be_written_leave_no_folder(
    worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lodging, "unwrap", fails)
    with pytest.raises(OSError, match="No space"):
        on_worker.install("digest", b"", "run")
    assert not [*Path(worker.local_directory).iterdir()]
    assert held() == ()


def test_a_process_that_starts_while_it_closes_is_ended(a_class: Class, tmp_path: Path) -> None:
    parcel = parcel_of(a_class.plan())
    room = Lodging(parcel.packed, ADDRESS, str(tmp_path))
    room.close()
    child = room._started()
    child.process.join(20)
    assert child.process.exitcode == -signal.SIGKILL
    child.close()


@pytest.mark.usefixtures("worker")
def test_results_of_a_lodging_that_was_closed_meanwhile_do_not_count(
    a_class: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel = parcel_of(a_class.plan())
    install(parcel.digest, parcel.packed, "run")
    room = on_worker._LODGINGS[ADDRESS, parcel.digest]
    monkeypatch.setattr(Lodging, "_take", lambda _: Child())

    def closes(_: Any) -> str:
        room.close()
        return "a result"

    monkeypatch.setattr(lodging, "_next_word", closes)
    done = grade(parcel.digest, a_class.loads(1)[0]())
    assert done.unknown
    assert not done.results


def test_two_runs_that_come_at_once_add_the_plugin_once(a_class: Class, worker: Any) -> None:
    worker.plugins.clear()
    added: list[str] = []

    async def add(_: Any, name: str) -> None:
        await asyncio.sleep(0.2)
        added.append(name)
        worker.plugins[name] = None

    loop = asyncio.new_event_loop()
    worker.plugin_add, worker.loop = add, SimpleNamespace(asyncio_loop=loop)
    runner = threading.Thread(target=loop.run_forever)
    runner.start()
    try:
        parcel = parcel_of(a_class.plan())
        runs = [
            threading.Thread(target=install, args=(parcel.digest, parcel.packed, guest))
            for guest in ("one", "two")
        ]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        runner.join()
        loop.close()
    assert added == [on_worker._CloseAll.name]


SHORT = "import gradeprop.grading.run.cluster.lodging as lodging\n\nlodging.IDLE_S = 0.2\n"


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["over", "killed"])
def test_a_second_run_is_not_kept_waiting_by_what_the_first_has_left(
    a_class: Class, cluster: Cluster, tmp_path: Path, ending: str
) -> None:
    preload = tmp_path / "short.py"
    preload.write_text(SHORT)
    cluster.start_worker("--no-nanny", "--nthreads", "1", "--preload", str(preload))
    plan, loads = a_class.plan(), a_class.loads(6)
    if ending == "killed":
        _killed_in_the_middle(a_class, cluster, tmp_path)
    else:
        assert len(a_class.graded(cluster.address, loads, plan=plan)) == 6
    time.sleep(1)
    assert len(a_class.graded(cluster.address, loads, plan=plan)) == 6
    assert not [said for said in a_class.told if "not used" in said]


def _killed_in_the_middle(a_class: Class, cluster: Cluster, tmp_path: Path) -> None:
    """A process that grades the class, killed when it has its first result."""
    import multiprocessing

    first = tmp_path / "first"
    context = multiprocessing.get_context("fork")
    run = context.Process(
        target=_grade_and_tell, args=(cluster.address, a_class.plan(), a_class.loads(6), str(first))
    )
    run.start()
    wait_until(first.exists)
    run.kill()
    run.join()


def _grade_and_tell(address: str, plan: Any, loads: Any, first: str) -> None:
    from gradeprop.grading.run.cluster.engine import cluster_graders

    with cluster_graders(address, print) as graders:
        graders.grade(plan, loads, lambda _: Path(first).touch())
