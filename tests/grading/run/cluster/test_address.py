"""Beyond this machine there is TLS or nothing."""

from __future__ import annotations

import pytest

from gradeprop.errors import UsageError
from gradeprop.grading.run.cluster.address import is_exposed, scheduler_address


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
