"""The terminal: data on stdout, progress and notes on stderr. rich honours NO_COLOR by itself."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

_REFRESHED = 4
"""Times a second that a bar is drawn: rich's ten would take from those who grade."""

_LONG_S = 60.0


def out() -> Console:
    """Where data goes. Piped, it is not wrapped to a terminal's width."""
    return Console(highlight=False, markup=False, emoji=False)


def err() -> Console:
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def print_json(data: Any) -> None:
    """Print it; what a terminal would obey is in JSON's own escapes, which are read as the same."""
    narrow = "utf" not in (sys.stdout.encoding or "").lower()  # a pipe on Windows
    text = json.dumps(data, ensure_ascii=narrow, indent=1, allow_nan=False)
    sys.stdout.write("".join(map(_escaped, text)) + "\n")


def print_json_lists(lists: Mapping[str, Iterable[Any]]) -> None:
    """Print an object of lists as `print_json` does, item by item, so that they need not be in
    memory as a whole."""
    write = sys.stdout.write
    write("{")
    for place, (name, items) in enumerate(lists.items()):
        write(f"{',' if place else ''}\n {json.dumps(name)}: [")
        empty = True
        for item in items:
            text = json.dumps(item, ensure_ascii=False, indent=1, allow_nan=False)
            text = text.replace("\n", "\n  ")  # in JSON all of them are between values
            write(("" if empty else ",") + "\n  " + "".join(map(_escaped, text)))
            empty = False
        write("]" if empty else "\n ]")
    write("\n}\n")


def _escaped(char: str) -> str:
    return char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1]


def plain(text: str) -> str:
    """Text that came from a student, without anything that a terminal would obey."""
    return "".join(
        char if char.isprintable() or char == "\n" else "�"
        for char in text.encode("utf-8", "replace").decode()
    )


def plain_lines(text: str) -> bytes:
    """A table's lines as UTF-8, for a terminal that is to obey nothing in them."""
    return "\r\n".join(map(plain, text.split("\r\n"))).encode()


def styled(text: str, style: str) -> Text:
    return Text(plain(text), style=style)


class Bar:
    """A progress bar on stderr; when stderr is no terminal, a line now and then of what takes
    long."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task
        self._since = time.monotonic()
        self._tenths = 0

    def step(self, note: str = "") -> None:
        self._progress.update(self._task, advance=1, note=plain(note)[:24])
        task = self._progress.tasks[self._task]
        tenths = int(task.percentage) // 10
        if tenths > self._tenths and time.monotonic() - self._since > _LONG_S:
            self._tenths = tenths
            self._line(f"{task.description}: {task.completed:g} of {task.total:g}")

    def note(self, text: str) -> None:
        """A line of its own, above the bar."""
        self._progress.console.print(plain(text), soft_wrap=True)

    def line(self, text: str) -> None:
        """A line of its own, where there is no bar to see; it needs no others."""
        self._tenths = 10
        self._line(text)

    def _line(self, text: str) -> None:
        if not self._progress.console.is_terminal:
            self._progress.console.print(plain(text), soft_wrap=True)


@contextmanager
def progress(title: str, total: int) -> Iterator[Bar]:
    console = err()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Progress(
        *columns,
        console=console,
        transient=True,
        refresh_per_second=_REFRESHED,
        disable=not console.is_terminal,
    ) as live:
        yield Bar(live, live.add_task(title, total=total, note=""))
