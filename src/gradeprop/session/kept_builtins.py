"""Python's built-in names as they were before any student code ran.

A module that runs beside student code says ``__builtins__ = KEPT`` below its imports: its functions
then take `len`, `isinstance` and the like from here, whatever a cell has made of `builtins`."""

from __future__ import annotations

import builtins
from typing import Any, Final

__all__ = ["KEPT"]

KEPT: Final[Any] = dict(vars(builtins))
