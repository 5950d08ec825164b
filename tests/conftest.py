"""For all tests: property tests draw the same examples in every run, so that a failure can be
repeated.

To search further: ``pytest --hypothesis-profile=search --hypothesis-seed=N``.
"""

import signal

from hypothesis import settings

# No deadline: on a busy machine a slow example is no failure.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("repeatable")


def pytest_configure() -> None:
    """A job in the background of a script has Ctrl-C ignored, and so has every program that a test
    starts."""
    _hear_ctrl_c()


def pytest_runtest_teardown() -> None:
    """A notebook's shell leaves it ignored between cells, also the one that a test runs in this
    process."""
    _hear_ctrl_c()


def _hear_ctrl_c() -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
