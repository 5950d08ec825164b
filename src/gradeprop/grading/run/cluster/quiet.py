"""Dask's own log and warnings, while the main machine speaks with a scheduler."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["quiet"]

_LOGGERS: Final = ("distributed.client", "distributed.core", "distributed.comm")


@contextmanager
def quiet() -> Iterator[None]:
    """What Dask would log and warn of is told in our own words, or mended."""
    before = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="distributed")
        try:
            yield
        finally:
            for name, level in before.items():
                logging.getLogger(name).setLevel(level)
