"""What is called on workers. It is sent by name, so that scheduler and workers need gradeprop, and
nothing of it is imported before they are asked to."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from typing import TYPE_CHECKING

from distributed import Worker, WorkerPlugin, get_worker

from gradeprop.errors import MissingFacility
from gradeprop.grading.run.cluster.software import software

if TYPE_CHECKING:
    from gradeprop.grading.run.cluster.lodging import Lodging
    from gradeprop.session.isolation.survey import Isolation

__all__ = ["grade", "install", "leave", "look"]

_LODGINGS: dict[tuple[str, str], Lodging] = {}
"""By the worker's address and the parcel's digest: several workers may live in one process."""
_LOCK = threading.Lock()
_PLUGIN_LOCK = threading.Lock()
"""Another one: while the event loop adds a plugin it may be asked to `leave`, too."""


class _CloseAll(WorkerPlugin):
    """A worker that ends takes its lodgings along."""

    name = "gradeprop-lodgings"

    async def teardown(self, worker: Worker) -> None:
        await asyncio.to_thread(_close_all, worker.address)


def look(isolation: Isolation) -> bytes:
    """A packed `Offer`: what this worker is and has."""
    from gradeprop.grading.run.cluster.travelling import Offer, pack
    from gradeprop.session.isolation.survey import chosen_level

    level, lacks = None, ""
    try:
        level = chosen_level(isolation)
    except MissingFacility as error:
        lacks = str(error)
    address = get_worker().address
    with _LOCK:
        _forget_closed()
        holds = tuple(digest for where, digest in _LODGINGS if where == address)
    return pack(
        Offer(software(), multiprocessing.current_process().daemon, level, lacks, holds),
    )


def install(digest: str, packed: bytes | None, guest: str) -> bytes:
    """Take in what a parcel holds, for a run; without its content if it is here already.

    Returns: a packed `Done` without results.

    Raises:
        OSError: it cannot be written here.
    """
    from gradeprop.grading.run.cluster.lodging import Lodging
    from gradeprop.grading.run.cluster.travelling import Done, pack

    worker = get_worker()
    where = (worker.address, digest)
    with _LOCK:
        _forget_closed()
        lodging = _LODGINGS.get(where)
        if lodging is None or not lodging.take_in(guest):
            if packed is None:
                return pack(Done(worker.address, unknown=True))
            lodging = _LODGINGS[where] = Lodging(packed, worker.address, worker.local_directory)
            lodging.take_in(guest)
    with _PLUGIN_LOCK:
        if _CloseAll.name not in worker.plugins:
            adding = worker.plugin_add(_CloseAll(), name=_CloseAll.name)
            loop = worker.loop.asyncio_loop  # type: ignore[attr-defined]
            asyncio.run_coroutine_threadsafe(adding, loop).result()
    return pack(Done(worker.address))


def grade(digest: str, packed: bytes) -> bytes:
    """Carry out a packed `Order` for the parcel of that digest; a packed `Done`, whatever fails."""
    from gradeprop.grading.run.cluster.travelling import Done, pack, unpack

    address = get_worker().address
    with _LOCK:
        lodging = _LODGINGS.get((address, digest))
    if lodging is None or not lodging.is_open:
        return pack(Done(address, unknown=True))
    try:
        return pack(lodging.grade(unpack(packed)))
    except Exception as error:  # a full disk, no memory, no file to open: others may have them
        if not lodging.is_open:
            return pack(Done(address, unknown=True))
        return pack(Done(address, unfit=f"it cannot grade: {type(error).__name__}: {error}"))


def leave(digest: str, guest: str, dask_worker: Worker) -> None:
    """A run is over: what no other run uses is closed. Called in the worker's event loop, which
    must not wait for it."""
    with _LOCK:
        lodging = _LODGINGS.get((dask_worker.address, digest))
        if lodging is None:
            return
        lodging.guests.discard(guest)
        if lodging.guests:
            return
        del _LODGINGS[dask_worker.address, digest]
    threading.Thread(target=lodging.close).start()


def _forget_closed() -> None:
    """Those that closed by themselves: nothing came, or the main machine was gone. Call it with
    the lock."""
    for where in [where for where, lodging in _LODGINGS.items() if not lodging.is_open]:
        del _LODGINGS[where]


def _close_all(address: str) -> None:
    with _LOCK:
        mine = [where for where in _LODGINGS if where[0] == address]
        lodgings = [_LODGINGS.pop(where) for where in mine]
    for lodging in lodgings:
        lodging.close()
