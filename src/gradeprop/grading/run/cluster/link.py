"""The main machine's connection with a Dask scheduler."""

from __future__ import annotations

import logging
import socket
import threading
import uuid
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from distributed import Client, Future, KilledWorker, Security, as_completed

from gradeprop.errors import MissingFacility
from gradeprop.grading.run.cluster.address import PAGE, Address

__all__ = ["Answer", "Link", "WorkerFacts", "check_reachable", "connected"]

_CONNECT_S: Final = 30.0
"""How long to wait for a scheduler, also for one that is started again in the middle of a run."""
_REACH_S: Final = 10.0
_FAREWELL_S: Final = 5.0
_LOGGERS: Final = ("distributed.client", "distributed.core", "distributed.comm")


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


def check_reachable(address: Address) -> None:
    """See that somebody listens there, and that there is what TLS needs.

    Raises:
        MissingFacility: it is not so.
    """
    if address.encrypted:
        _security(address)
    try:
        socket.create_connection((address.host, address.port), timeout=_REACH_S).close()
    except OSError as error:
        raise _unreachable(address, str(error)) from None


@contextmanager
def connected(address: Address) -> Iterator[Link]:
    """Speak with the scheduler there.

    Raises:
        MissingFacility: it does not answer.
    """
    with _quiet():
        try:
            client = Client(
                str(address),
                timeout=_CONNECT_S,
                set_as_default=False,
                security=_security(address) if address.encrypted else None,
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise _unreachable(address, str(error)) from None
        link = Link(client, address)
        try:
            yield link
        finally:
            with suppress(Exception):  # nothing depends on it any more
                client.close(timeout=_FAREWELL_S)


def _security(address: Address) -> Security:
    try:
        security = Security(require_encryption=True)
        context = security.get_connection_args("client")["ssl_context"]
    except (OSError, ValueError) as error:
        raise MissingFacility(
            f"the certificates for {address} cannot be read: {error}",
            remedy=f"see distributed.comm.tls in Dask's configuration, and {PAGE}",
        ) from None
    if context is None:
        raise MissingFacility(
            f"Dask's configuration names no certificates for {address}",
            remedy=(
                "set distributed.comm.tls.ca-file, .client.cert and .client.key, for example "
                f"DASK_DISTRIBUTED__COMM__TLS__CA_FILE=ca.pem; see {PAGE}"
            ),
        )
    return security


def _unreachable(address: Address, why: str) -> MissingFacility:
    return MissingFacility(
        f"no Dask scheduler answers at {address}: {why}",
        remedy=f"start one with `dask scheduler`, and workers with `dask worker`; see {PAGE}",
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """What Dask would log and warn of is told in our own words, or mended."""
    before = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="distributed")
        try:
            yield
        finally:
            for name, level in before.items():
                logging.getLogger(name).setLevel(level)
