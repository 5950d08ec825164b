"""For all tests: property tests draw the same examples in every run, so that a failure can be
repeated.

To search further: ``pytest --hypothesis-profile=search --hypothesis-seed=N``.
"""

import builtins
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from gradeprop.session.interface import Sandbox

# No deadline: on a busy machine a slow example is no failure.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("repeatable")


def pytest_configure() -> None:
    """A job in the background of a script has Ctrl-C ignored, and so has every program that a test
    starts."""
    _hear_ctrl_c()


def pytest_runtest_teardown() -> None:
    """What a notebook's shell leaves behind, where a test runs one in this process: between cells it
    has Ctrl-C ignored, and its built-in would let rich take what is printed for a notebook's."""
    _hear_ctrl_c()
    vars(builtins).pop("get_ipython", None)


def _hear_ctrl_c() -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def warm_sandbox() -> Iterator[Callable[[], "Sandbox"]]:
    """Gives one sandbox without isolation to all tests: starting one takes seconds."""
    with ExitStack() as stack:

        @cache
        def started() -> "Sandbox":
            from gradeprop.grading.run.facilities import PRELOADED
            from gradeprop.session.grader.sandbox import open_sandbox

            return stack.enter_context(open_sandbox("none", packages=PRELOADED))

        yield started


@pytest.fixture
def passes_seen() -> Iterator[None]:
    """Backward passes are seen in this process, and none has been yet, whatever another test has
    done in it."""
    import torch

    from gradeprop.session.student.passes import PASSES

    engine = torch.autograd.Variable._execution_engine
    complete, count = PASSES.complete, PASSES.count
    PASSES.install()
    PASSES.complete = True
    PASSES.begin()
    yield
    torch.autograd.Variable._execution_engine = engine
    PASSES.complete, PASSES.count = complete, count
