"""One warm process per isolation level for all tests of a run: starting one takes seconds."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from gradeprop.session.interface import Limits, Sandbox, Session
from gradeprop.session.process import open_sandbox

QUICK = Limits(cell_s=3.0, check_s=1.0, total_s=60.0, memory_mb=1024)


@pytest.fixture(scope="session")
def plain_sandbox() -> Iterator[Sandbox]:
    if not sys.platform.startswith("linux"):
        pytest.skip("the warm process needs Linux")
    with open_sandbox("none") as sandbox:
        yield sandbox


@pytest.fixture
def session(plain_sandbox: Sandbox) -> Iterator[Session]:
    with plain_sandbox.open(limits=QUICK, seed=1) as opened:
        yield opened
