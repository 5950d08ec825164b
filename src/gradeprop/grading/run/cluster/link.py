"""The main machine's connection with a Dask scheduler."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from distributed import Client, Future, KilledWorker, as_completed

from gradeprop.grading.run.cluster.address import Address
from gradeprop.grading.run.cluster.quiet import quiet
from gradeprop.grading.run.cluster.reaching import check_reachable, security_for, unreachable

__all__ = ["Answer", "Link", "WorkerFacts", "connected"]

_CONNECT_S: Final = 30.0
"""How long to wait for a scheduler, also for one that is started again in the middle of a run."""
_FAREWELL_S: Final = 5.0


@dataclass(frozen=True)
class Answer:
    """What became of something that was sent.

    Attributes:
        value: what it returned; None if nothing.
        worn_out: whether worker after worker was lost that had it.
        failure: what it raised, in words.
    """

    key: str
    value: bytes | None = None
    worn_out: bool = False
    failure: str | None = None


@dataclass(frozen=True)
class WorkerFacts:
    """What a scheduler knows of a worker."""

    address: str
    name: str
    threads: int
    resources: Mapping[str, float]


class Link:
    """Sends calls to workers and hears what comes of them.

    Args:
        client: connected.
    """

    def __init__(self, client: Client, address: Address) -> None:
        self._client = client
        self._answers = as_completed(loop=client.loop, with_results=True, raise_errors=False)
        self._futures: dict[str, Future[Any]] = {}
        self.address = address
        self.run = uuid.uuid4().hex

    @property
    def is_lost(self) -> bool:
        """Whether the scheduler has gone for good; for a while it is waited for."""
        return self._client.status in ("closing", "closed")

    def workers(self) -> dict[str, WorkerFacts] | None:
        """Those that there are, by address; None while the scheduler does not answer."""
        if self._client.status != "running":
            return None
        try:
            found = self._client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, TypeError, ValueError, RuntimeError):
            return None
        return {
            address: WorkerFacts(
                address, str(facts["name"]), facts["nthreads"], facts.get("resources") or {}
            )
            for address, facts in found.items()
        }

    def send(
        self,
        function: Callable[..., bytes],
        *arguments: Any,
        workers: Collection[str],
        priority: int = 0,
        resources: Mapping[str, float] | None = None,
    ) -> str:
        """Have one of these workers call it; the key that its `Answer` will bear."""
        key = f"gradeprop-{function.__name__}-{uuid.uuid4().hex}"
        future = self._client.submit(
            function,
            *arguments,
            key=key,
            workers=sorted(workers),
            allow_other_workers=False,
            priority=priority,
            resources=dict(resources) if resources else None,
            pure=False,
        )
        self._futures[key] = future
        self._answers.add(future)
        return key

    def answers(self) -> Iterator[Answer]:
        """Those that have come. What was cancelled, or forgotten by a scheduler that was started
        again, answers with nothing at all."""
        while self._answers.has_ready():
            future, value = next(self._answers)
            if self._futures.pop(future.key, None) is None:
                continue
            if future.status == "finished":
                yield Answer(future.key, value)
            elif future.status == "error":
                failure = value[1] if isinstance(value, tuple) else value
                worn_out = isinstance(failure, KilledWorker)
                yield Answer(future.key, None, worn_out, f"{type(failure).__name__}: {failure}")
            else:
                yield Answer(future.key)

    @property
    def has_answers(self) -> bool:
        return bool(self._answers.has_ready())

    def cancel(self, keys: Collection[str]) -> None:
        """Forget these; no answer will come."""
        futures = [self._futures.pop(key) for key in keys if key in self._futures]
        if futures and self._client.status == "running":
            with suppress(Exception):  # a scheduler that has just gone has forgotten them, too
                self._client.cancel(futures, force=True)

    def call_at_once(
        self, function: Callable[..., None], *arguments: Any, workers: Collection[str]
    ) -> None:
        """Have these workers call it, busy or not; wait a moment at most."""
        if not workers or self._client.status != "running":
            return

        def call() -> None:
            with suppress(Exception):  # they may be gone, and clean up by themselves
                self._client.run(function, *arguments, workers=sorted(workers), on_error="ignore")

        caller = threading.Thread(target=call, daemon=True)
        caller.start()
        caller.join(_FAREWELL_S)


@contextmanager
def connected(address: Address) -> Iterator[Link]:
    """Speak with the scheduler there.

    Raises:
        MissingFacility: it does not answer.
    """
    check_reachable(address)
    with quiet():
        try:
            client = Client(
                str(address),
                timeout=_CONNECT_S,
                set_as_default=False,
                security=security_for(address),
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise unreachable(address, str(error)) from None
        link = Link(client, address)
        try:
            yield link
        finally:
            with suppress(Exception):  # nothing depends on it any more
                client.close(timeout=_FAREWELL_S)
