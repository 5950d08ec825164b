"""Ctrl-C during imports is heard after them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from gradeprop.cli.ctrl_c import ctrl_c_held


@pytest.fixture(autouse=True)
def _as_python_does() -> Iterator[Any]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupted(times: Any) -> Any:
    """What a block gets done that is interrupted so often."""
    done = []

    def block() -> None:
        with ctrl_c_held():
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
            done.append("all")

    with pytest.raises(KeyboardInterrupt):
        block()
    return done


def test_the_block_is_finished_first() -> None:
    assert interrupted(1) == ["all"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_who_insists_is_heard_at_once() -> None:
    assert interrupted(2) == []


def test_without_ctrl_c_nothing_happens_also_in_another_thread() -> None:
    with ctrl_c_held():
        pass
    errors = []

    def elsewhere() -> None:
        try:
            with ctrl_c_held():
                pass
        except ValueError as error:
            errors.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert not errors


def test_what_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with ctrl_c_held():
        signal.raise_signal(signal.SIGINT)
