"""One warm process per isolation level for all tests of a run: starting one takes seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from gradeprop.session.grader.line import Line
from gradeprop.session.grader.sandbox import open_sandbox
from gradeprop.session.interface import Sandbox, Session
from gradeprop.session.isolation.survey import working
from session.patience import GENEROUS

LEVELS = ("none", "restricted", "full")


@pytest.fixture(autouse=True)
def grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may need long to say how a process ended, and to stop a cell."""
    monkeypatch.setattr(Line, "grace_s", 5.0)


@pytest.fixture(scope="session")
def sandbox_at() -> Iterator[Callable[[str], Sandbox]]:
    """The sandbox of a level, started when it is first asked for; skips where the level does not
    work."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the warm process needs Linux")
    with ExitStack() as opened:
        sandboxes: dict[str, Sandbox] = {}

        def at(level: str) -> Sandbox:
            if level not in sandboxes:
                problem = None if level == "none" else working(level)  # type: ignore[arg-type]
                if problem is not None:
                    pytest.skip(f"isolation {level} does not work here: {problem}")
                sandboxes[level] = opened.enter_context(open_sandbox(level))  # type: ignore[arg-type]
            return sandboxes[level]

        yield at


@pytest.fixture
def plain_sandbox(sandbox_at: Callable[[str], Sandbox]) -> Sandbox:
    return sandbox_at("none")


@pytest.fixture(
    params=[pytest.param(level, marks=pytest.mark.slow) for level in LEVELS[:2]] + ["full"]
)
def sandbox(request: pytest.FixtureRequest, sandbox_at: Callable[[str], Sandbox]) -> Sandbox:
    """Each level in turn; the quick run tries the highest."""
    return sandbox_at(request.param)


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[Session]:
    with sandbox.open(limits=GENEROUS, seed=1) as opened:
        yield opened
