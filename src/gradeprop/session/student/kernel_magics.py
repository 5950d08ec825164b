"""The magics that a kernel has besides IPython's, which a saved notebook shows little of."""

# mypy: disable-error-code="no-untyped-call,misc,no-untyped-def,untyped-decorator"

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.display import Javascript, display

__all__ = ["KernelMagics"]


@magics_class
class KernelMagics(Magics):
    """Do what ipykernel's do."""

    @line_magic
    def autosave(self, seconds: str) -> None:
        """Set how often the page saves the notebook."""
        try:
            interval = int(seconds)
        except ValueError:
            raise UsageError(f"%autosave requires an integer, got {seconds!r}") from None
        script = Javascript(f"IPython.notebook.set_autosave_interval({1000 * interval})")
        display(script, include=["application/javascript"])
        print(f"Autosaving every {interval} seconds" if interval else "Autosave disabled")

    @line_magic
    def clear(self, _: Any) -> None:
        """Clear the terminal, of which there is none."""
        print("\x1b[H\x1b[2J", end="")

    @line_magic
    def less(self, _: Any) -> None:
        """Open a file in the pager, which a saved notebook does not show."""

    @line_magic
    def more(self, _: Any) -> None:
        """The same."""

    @line_magic
    def man(self, _: Any) -> None:
        """The same for a page of the manual."""
