"""Addresses of schedulers and workers, and which of them may be spoken to without TLS."""

from __future__ import annotations

import ipaddress
import shlex
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from gradeprop.errors import UsageError

__all__ = ["PAGE", "Address", "is_exposed", "scheduler_address"]

PAGE: Final = "docs/several-machines.md"
_EXAMPLE: Final = "tcp://127.0.0.1:8786, or tls://HOST:8786 on another machine"
_CERTIFICATES: Final = f"""make certificates and speak tls:// ({PAGE}):
  openssl req -x509 -newkey rsa:3072 -nodes -days 365 -subj "/CN=our CA" -keyout ca-key.pem -out ca.pem
  openssl req -newkey rsa:3072 -nodes -subj "/CN=grading" -keyout key.pem -out request.pem
  openssl x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 365 -out cert.pem
and name them in Dask's configuration on each machine: distributed.comm.tls.ca-file, and cert and key
under distributed.comm.tls.scheduler, .worker and .client"""  # noqa: E501


@dataclass(frozen=True)
class Address:
    """Where a Dask scheduler listens."""

    protocol: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.protocol}://{self._host}:{self.port}"

    @property
    def _host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def encrypted(self) -> bool:
        return self.protocol == "tls"

    @property
    def scheduler_command(self) -> str:
        """What starts a scheduler that listens there, and for nobody else's machine without TLS."""
        listens = "--protocol tls" if self.encrypted else f"--host {shlex.quote(self._host)}"
        return f"dask scheduler {listens} --port {self.port} --dashboard-address 127.0.0.1:8787"

    @property
    def worker_command(self) -> str:
        """What starts a worker of that scheduler: without ``--host`` it listens to the network, and
        under a nanny it may start no processes."""
        listens = "" if self.encrypted else f" --host {shlex.quote(self._host)}"
        command = f"dask worker {shlex.quote(str(self))}{listens} --no-nanny"
        return f"{command} --dashboard-address 127.0.0.1:0"


def scheduler_address(text: str) -> Address:
    """Read ``tcp://127.0.0.1:8786`` or ``tls://HOST:PORT``; without a protocol it is tcp.

    Raises:
        UsageError: it is no such address, or tcp beyond this machine.
    """
    try:
        parts = urlsplit(text if "://" in text else f"tcp://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port or parts.scheme not in ("tcp", "tls"):
        raise UsageError(f"{text!r} is no address of a Dask scheduler", remedy=f"try {_EXAMPLE}")
    address = Address(parts.scheme, host, port)
    if is_exposed(str(address)):
        raise UsageError(
            f"{address} would send students' work and graders over the network unencrypted, and "
            "take orders from anybody there",
            remedy=_CERTIFICATES,
        )
    return address


def is_exposed(address: str) -> bool:
    """Whether what is said to this address could be read or forged by others on the network."""
    parts = urlsplit(address)
    return parts.scheme not in ("tls", "inproc") and not _is_loopback(parts.hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # another name may mean another machine tomorrow
