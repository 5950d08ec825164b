"""Who does not answer as a scheduler is told apart, with what to do, and never waited for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import dask
import pytest

from gradeprop.errors import MissingFacility, UsageError
from gradeprop.grading.run.cluster import reaching
from gradeprop.grading.run.cluster.address import Address
from gradeprop.grading.run.cluster.engine import checked
from gradeprop.grading.run.cluster.link import connected
from grading.run.cluster.conftest import Cluster, as_variables, certificates_in


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a program that takes connections and says nothing, as a web server that waits
    for a request."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    "ask", [reaching.check_reachable, lambda there: connected(there).__enter__()]
)
def test_another_program_at_the_port_is_not_waited_for(
    silent: int, ask: Callable[[Address], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "_ANSWER_S", 0.5)
    monkeypatch.setattr(reaching, "_REACH_S", 2.0)
    with pytest.raises(MissingFacility, match=r"no Dask scheduler answers at .*dashboard's"):
        ask(Address("tcp", "127.0.0.1", silent))


def test_a_loop_that_runs_already_is_no_hindrance(
    silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "_ANSWER_S", 0.5)
    monkeypatch.setattr(reaching, "_REACH_S", 2.0)

    async def within() -> None:
        reaching.check_reachable(Address("tcp", "127.0.0.1", silent))

    with pytest.raises(MissingFacility, match="has not answered as a scheduler"):
        asyncio.run(within())


@pytest.mark.slow
def test_a_scheduler_that_speaks_tls_is_not_spoken_to_otherwise_nor_by_strangers(
    start_cluster: Callable[..., Cluster], tmp_path: Path
) -> None:
    ours, others = tmp_path / "ours", tmp_path / "others"
    both = tmp_path / "both.pem"
    settings = []
    for folder in (ours, others):
        folder.mkdir()
        settings.append(certificates_in(folder))
    both.write_text((ours / "ca.pem").read_text() + (others / "ca.pem").read_text())
    tls = checked_with(settings[0], start_cluster("tls", **as_variables(settings[0])).address)
    plain = checked(start_cluster("tcp").address)

    with dask.config.set(settings[0]):
        reaching.check_reachable(tls)
        assert refused(Address("tls", plain.host, plain.port)).endswith(
            "speaks no TLS; start the scheduler with `dask scheduler --protocol tls`; see "
            "docs/several-machines.md"
        )
    reaching.check_reachable(plain)
    assert f"speaks TLS; use {tls}" in refused(Address("tcp", tls.host, tls.port))
    with dask.config.set(settings[1]):
        assert f"not of the authority in tls.ca-file ({others / 'ca.pem'})" in refused(tls)
    with dask.config.set({**settings[1], "distributed.comm.tls.ca-file": str(both)}):
        assert "may refuse our certificate" in refused(tls)


def checked_with(settings: dict[str, str], address: str) -> Address:
    with dask.config.set(settings):
        return checked(address)


def refused(address: Address) -> str:
    with pytest.raises(MissingFacility) as why:
        reaching.check_reachable(address)
    return str(why.value)


@pytest.mark.parametrize("nonsense", ["foo", "-5 minutes", "5 parsecs", None, [1]])
def test_a_time_to_wait_that_is_none_is_refused_before_anything_starts(nonsense: object) -> None:
    with (
        dask.config.set({"gradeprop.wait-for-workers": nonsense}),
        pytest.raises(UsageError, match=r"WAIT_FOR_WORKERS.*write it as 90s, 10m or 12h"),
    ):
        checked("tcp://127.0.0.1:1")
