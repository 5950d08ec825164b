"""The typer application, and how a command is put into it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

import typer

from gradeprop.errors import Interrupted

app = typer.Typer(
    name="gradeprop",
    help="Auto-graded exercises for teaching gradients with PyTorch.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


P = ParamSpec("P")


def command(
    summary: str, name: str | None = None, *, of: typer.Typer = app
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Register a command, with a line for the list of all, by the function's name or another one
    that Python keeps for itself. Ctrl-C becomes an error of ours before
    typer makes "Aborted!" of it.

    Args:
        of: the group of commands that it belongs to.
    """

    def register(function: Callable[P, None]) -> Callable[P, None]:
        @functools.wraps(function)
        def interruptible(*arguments: P.args, **keywords: P.kwargs) -> None:
            try:
                function(*arguments, **keywords)
            except KeyboardInterrupt:
                raise Interrupted("interrupted; everything finished so far is kept") from None

        return of.command(name, short_help=summary)(interruptible)

    return register
