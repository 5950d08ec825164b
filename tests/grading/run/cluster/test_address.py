"""Beyond this machine there is TLS or nothing."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from gradeprop.errors import UsageError
from gradeprop.grading.run.cluster.address import Address, is_exposed, scheduler_address
from grading.run.cluster.conftest import free_port, wait_until


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("tcp://127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("localhost:8786", "tcp://localhost:8786"),
        ("tcp://[::1]:8786", "tcp://[::1]:8786"),
        ("tls://scheduler.example.org:8786", "tls://scheduler.example.org:8786"),
        ("tls://10.0.0.1:1", "tls://10.0.0.1:1"),
    ],
)
def test_what_is_safe_is_taken(text: str, read: str) -> None:
    assert str(scheduler_address(text)) == read


@pytest.mark.parametrize("host", ["10.0.0.1", "scheduler.example.org", "0.0.0.0", "127.0.0.1.org"])
def test_tcp_beyond_this_machine_is_refused_with_the_commands_that_make_certificates(
    host: str,
) -> None:
    with pytest.raises(UsageError) as refused:
        scheduler_address(f"tcp://{host}:8786")
    assert refused.value.exit_code == 2
    for word in (f"tcp://{host}:8786", "openssl req -x509", "distributed.comm.tls.ca-file"):
        assert word in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tcp://",
        "127.0.0.1",
        "tcp://127.0.0.1:x",
        "tcp://127.0.0.1:99999",
        "ucx://a:1",
        "http://a:1",
    ],
)
def test_what_is_no_address_is_told_with_one_that_is(text: str) -> None:
    with pytest.raises(
        UsageError, match=r"is no address of a Dask scheduler.*tcp://127\.0\.0\.1:8786"
    ):
        scheduler_address(text)


def test_a_worker_is_exposed_where_others_can_read_what_it_is_told() -> None:
    assert is_exposed("tcp://10.0.0.1:4000")
    assert not is_exposed("tls://10.0.0.1:4000")
    assert not is_exposed("tcp://127.0.0.1:4000")


@pytest.mark.slow
def test_the_commands_that_are_told_listen_to_this_machine_only(tmp_path: Path) -> None:
    """Also their web pages: Dask's own defaults listen to the network."""
    address = Address("tcp", "127.0.0.1", free_port())
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command in (address.scheduler_command, address.worker_command):
            words = command.replace("127.0.0.1:8787", "127.0.0.1:0").split()
            assert words[0] == "dask"
            started.append(subprocess.Popen([sys.executable, "-m", *words], cwd=tmp_path))
            wait_until(partial(_listens, started[-1].pid))
        hosts = {where.laddr.ip for it in started for where in _listening(it.pid)}
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(60)
    assert hosts == {"127.0.0.1"}


def _listening(process: int) -> list[Any]:
    found = psutil.Process(process).net_connections("inet")
    return [item for item in found if item.status == psutil.CONN_LISTEN]


def _listens(process: int) -> bool:
    return len(_listening(process)) == 2


def test_with_tls_the_commands_name_the_protocol() -> None:
    address = scheduler_address("tls://scheduler.example.org:8786")
    assert "--protocol tls --port 8786 " in address.scheduler_command
    assert address.worker_command.startswith("dask worker tls://scheduler.example.org:8786 --no-n")
