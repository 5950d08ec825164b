"""Whether a Dask scheduler answers at an address, and why not: Dask's client would wait for ever
for another program that listens there, and does not tell one reason from another."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

import dask
from distributed import Security
from distributed.comm.core import connect

from gradeprop.errors import MissingFacility
from gradeprop.grading.run.cluster.address import PAGE, Address
from gradeprop.grading.run.cluster.quiet import quiet

__all__ = ["check_reachable", "security_for", "unreachable"]

_REACH_S: Final = 10.0
_ANSWER_S: Final = 20.0
"""How long a busy scheduler may take to say that it is one."""
_ONE_AUTHORITY: Final = "give all machines certificates of one authority"


def security_for(address: Address) -> Security | None:
    """What TLS needs to speak with this address; None for one that is spoken to without.

    Raises:
        MissingFacility: there are no certificates that can be used.
    """
    if not address.encrypted:
        return None
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


def check_reachable(address: Address) -> None:
    """Greet the scheduler there. Afterwards there is no thread and no connection of this.

    Raises:
        MissingFacility: it does not answer as one, or not with the certificates of here.
    """
    security = security_for(address)
    arguments = security.get_connection_args("client") if security else {}
    try:
        socket.create_connection((address.host, address.port), timeout=_REACH_S).close()
    except OSError as error:
        raise unreachable(address, str(error)) from None
    try:
        with quiet():
            _finish(_greet(address, arguments))
    except (OSError, ValueError) as error:
        raise unreachable(address, *_why(address, error)) from None


def unreachable(address: Address, why: str, remedy: str = "") -> MissingFacility:
    start = (
        f"start one with `{address.scheduler_command}`, and workers with `{address.worker_command}`"
    )
    return MissingFacility(
        f"no Dask scheduler answers at {address}: {why}", remedy=f"{remedy or start}; see {PAGE}"
    )


async def _greet(address: Address, arguments: dict[str, Any]) -> None:
    # The timeout of `connect` does not bound how long it waits for the greeting to be returned.
    greeting = connect(str(address), timeout=_REACH_S, **arguments)
    comm = await asyncio.wait_for(greeting, _ANSWER_S)
    await comm.close()


def _finish(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work)
        return
    # In a notebook, say, a loop runs in this thread, and no other may.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, work).result()


def _why(address: Address, error: Exception) -> tuple[str, str]:
    """What is wrong with what listens there, and what to do."""
    if not address.encrypted and _speaks_tls(address):
        return "what listens there speaks TLS", f"use tls://{str(address).partition('://')[2]}"
    if isinstance(error, TimeoutError):
        return (
            f"something listens there and has not answered as a scheduler in {_ANSWER_S:g} s",
            "see that it is the port of “Scheduler at” in its log, not the dashboard's, and that "
            "it is not stopped",
        )
    if address.encrypted and _is_caused_by(error, ssl.SSLCertVerificationError):
        authority = dask.config.get("distributed.comm.tls.ca-file")
        return (
            f"its certificate is not of the authority in tls.ca-file ({authority})",
            _ONE_AUTHORITY,
        )
    if address.encrypted and not _speaks_tls(address):
        return (
            "what listens there speaks no TLS",
            "start the scheduler with `dask scheduler --protocol tls`",
        )
    if address.encrypted:
        return f"it ended the conversation, and may refuse our certificate ({error})", (
            f"see that the scheduler's tls.ca-file is of our certificate's authority: "
            f"{_ONE_AUTHORITY}"
        )
    return str(error), ""


def _is_caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False


def _speaks_tls(address: Address) -> bool:
    """Whether what listens there would speak TLS, with whatever certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        suppress(OSError),
        socket.create_connection((address.host, address.port), timeout=_REACH_S) as plain,
        context.wrap_socket(plain),
    ):
        return True
    return False
