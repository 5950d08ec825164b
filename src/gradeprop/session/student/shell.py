"""An IPython shell without a kernel, whose outputs a notebook's reader cannot tell from a kernel's.

Runs untrusted code in its own process; nothing here protects anything. What differs from a kernel,
and why, is in docs/reference/session.md."""

# IPython has few annotations, and declares as traits what subclasses set as class attributes.
# mypy: disable-error-code="no-untyped-call,misc"

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Final

from IPython.core import page
from IPython.core.autocall import ZMQExitAutocall
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from gradeprop.session.student.commands import CommandShell
from gradeprop.session.student.displays import Compiler, Publisher, ResultHook
from gradeprop.session.student.event_loop import CellLoop
from gradeprop.session.student.kernel_magics import KernelMagics
from gradeprop.session.student.memory_store import MemoryStore
from gradeprop.session.student.outputs import OutputLog
from gradeprop.session.student.streams import DescriptorCapture, Stream
from gradeprop.session.student.tracebacks import exception_message, shortened
from gradeprop.session.student.transforms import QuickTransformers, may_await, may_warn
from gradeprop.session.student.unattended import unattended

__all__ = ["CellResult", "NotebookShell"]

_set_handler = signal.signal
_MAX_FRAMES: Final = 60
_DEFAULT_CELL: Final = 256 << 10
_DEFAULT_TOTAL: Final = 4 << 20
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class CellResult:
    """What running one cell gave; ``error`` is what stopped it, if anything did."""

    outputs: list[dict[str, Any]]
    execution_count: int | None
    error: BaseException | None
    spent: bool


class NotebookShell(CommandShell):
    """One notebook's namespace, and the means to run its cells and keep what they show."""

    displayhook_class: ClassVar[Any] = ResultHook
    display_pub_class: ClassVar[Any] = Publisher
    compiler_class: ClassVar[Any] = Compiler
    compile: Any
    display_formatter: Any
    extension_manager: Any
    keepkernel_on_exit: ClassVar[Any] = None

    def __init__(self) -> None:
        config = Config()
        # The history's database has a thread of its own, which does not survive a fork.
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "neutral"
        # tqdm and others take a shell with this for a notebook's.
        config.IPKernelApp.connection_file = ""
        self.capture = DescriptorCapture()
        self.keep(_DEFAULT_CELL, _DEFAULT_TOTAL)
        self.cell_loop = CellLoop()
        super().__init__(config=config)
        self.input_transformer_manager = QuickTransformers()
        self.loop_runner = self.cell_loop.run
        self.loop_runner_map = {
            **self.loop_runner_map,
            "asyncio": (self.cell_loop.run, True),  # for %autoawait asyncio
        }
        # get_ipython() and display() find the shell through these.
        shells: Any = (InteractiveShell, CommandShell, type(self))
        for shell in shells:
            shell._instance = self
        self.display_formatter.active = True
        # To colour them takes far longer than to find the lines, and they are read in plain text.
        tracebacks: Any = self.InteractiveTB
        if hasattr(tracebacks, "set_theme_name"):
            tracebacks.set_theme_name("nocolor")
        else:  # before IPython 9
            tracebacks.set_colors("NoColor")
        self.db = MemoryStore()
        self.extension_manager.load_extension("storemagic")

    def keep(self, cell_bytes: int, total_bytes: int) -> None:
        """From now on keep so much output of a cell, and of all cells together."""
        before: OutputLog | None = getattr(self, "shown", None)
        self.shown = OutputLog(cell_bytes, total_bytes, before.renamed if before else None)
        self.shown.catch_up = self._catch_up

    def begin(self) -> None:
        """In a new process: the notebook begins in the folder that it is in."""
        visited: Any = self.user_ns["_dh"]
        visited[:] = [str(Path.cwd())]
        self.cell_loop.begin()

    def _catch_up(self) -> None:
        self.capture.move_to(self.shown)

    # What a kernel does differently from a terminal.

    def init_io(self) -> None:
        """Streams are put in place for each cell."""

    def init_hooks(self) -> None:
        super().init_hooks()
        # ?, ?? and %magic open a pager, which a saved notebook does not show.
        self.set_hook("show_in_pager", page.as_hook(lambda *_, **__: None), 99)

    def init_environment(self) -> None:
        """The sandbox sets the environment."""

    def _format_exception_for_storage(self, exception: Any, *_: Any, **__: Any) -> dict[str, Any]:
        """For ``%notebook``. IPython's own goes through all frames once more."""
        name, message = type(exception).__name__, exception_message(exception)
        return {"ename": name, "evalue": message, "traceback": [f"{name}: {message}"]}

    def init_magics(self) -> None:
        super().init_magics()
        self.register_magics(KernelMagics)

    def _exiter_default(self) -> Any:
        return ZMQExitAutocall(self)

    def enable_gui(self, gui: Any = None) -> None:
        """%matplotlib inline asks for it; there is no event loop to enable."""

    def ask_exit(self) -> None:
        """exit and quit end a kernel; here the next cell simply runs."""

    def _get_exc_info(self, exc_tuple: Any = None) -> tuple[Any, Any, TracebackType | None]:
        kind, error, trace = super()._get_exc_info(exc_tuple)
        return kind, error, shortened(trace, _MAX_FRAMES)

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        lines = [_COLOUR.sub("", str(line)) for line in stb]
        if len(lines) > 2 * _MAX_FRAMES:
            lines = [*lines[:_MAX_FRAMES], "[…]", *lines[-_MAX_FRAMES:]]
        self.shown.add({
            "output_type": "error",
            "ename": str(getattr(etype, "__name__", etype))[:200],
            "evalue": exception_message(evalue),
            "traceback": lines,
        })  # fmt: skip

    # Running.

    def should_run_async(self, raw_cell: str, **keywords: Any) -> bool:
        source = keywords.get("transformed_cell") or raw_cell
        if may_warn(source):
            # A kernel compiles twice to decide this, and each time shows the compiler's warnings.
            super().should_run_async(raw_cell, **keywords)
        elif not may_await(source):
            return False
        needed: bool = super().should_run_async(raw_cell, **keywords)
        return needed

    def run_cell(self, *arguments: Any, **keywords: Any) -> Any:
        with self.cell_loop.cell():
            return super().run_cell(*arguments, **keywords)

    def cell_of(self, filename: str) -> str | None:
        """The label of the cell whose code has this file name."""
        label: str | None = self.compile.labels.get(filename)
        return label

    def run_source(self, source: str, label: str) -> CellResult:
        """Run one cell in the notebook's namespace. SIGINT stops it; between cells it does not."""
        self.compile.running = label
        self.shown.start()
        result: Any = None
        with self._notebook_streams(), unattended():
            try:
                try:
                    _set_handler(signal.SIGINT, signal.default_int_handler)
                    with self.cell_loop.running():
                        result = self.run_cell(source, store_history=True)
                    if not isinstance(result.error_in_exec, KeyboardInterrupt):  # its time is over
                        self.cell_loop.turn()
                finally:
                    _set_handler(signal.SIGINT, signal.SIG_IGN)
            except (KeyboardInterrupt, SystemExit):
                # The signal came in the few instructions where no cell runs any more, or it or a
                # task's own wish to leave came while tasks went on.
                _set_handler(signal.SIGINT, signal.SIG_IGN)
                result = result or self.last_execution_result
        self.capture.move_to(self.shown, at_end=True)
        outputs, spent = self.shown.finish()
        error = result.error_before_exec or result.error_in_exec
        return CellResult(outputs, result.execution_count, error, spent)

    @contextmanager
    def _notebook_streams(self) -> Iterator[None]:
        before = sys.stdout, sys.stderr
        sys.stdout = Stream(self.shown, "stdout", 1)
        sys.stderr = Stream(self.shown, "stderr", 2)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


# Libraries ask the class for its name to find out whether they are in a notebook.
NotebookShell.__name__ = NotebookShell.__qualname__ = "ZMQInteractiveShell"
