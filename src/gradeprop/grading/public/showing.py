"""The shell that a notebook's cells run in, and how something is shown there."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["shell", "show"]


def shell() -> Any:
    """IPython's, or None in a plain Python process."""
    if "IPython" not in sys.modules:  # do not load IPython for a print
        return None
    from IPython.core.getipython import get_ipython

    return get_ipython()


def show(view: object) -> None:
    """Display it in a notebook, print it where there is none."""
    if shell() is None:
        print(view)
        return
    from IPython.display import display

    display(view)  # type: ignore[no-untyped-call]
