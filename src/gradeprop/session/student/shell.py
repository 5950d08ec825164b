"""An IPython shell without a kernel, whose outputs a notebook's reader cannot tell from a kernel's.

Runs untrusted code in its own process; nothing here protects anything.
"""

# IPython has few annotations, and declares as traits what subclasses set as class attributes.
# mypy: disable-error-code="no-untyped-call,misc"

from __future__ import annotations

import builtins
import codecs
import getpass
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from IPython.core import page
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList
from traitlets.config import Config

from gradeprop.session.student.outputs import OutputLog, Stream
from gradeprop.session.student.tracebacks import exception_message
from gradeprop.session.student.transforms import QuickTransformers, may_await

__all__ = ["CellResult", "NotebookShell"]

NO_INPUT = "input() was called, but nobody can answer while a notebook is graded."
NO_COMMANDS = "no programs can be started while this notebook is graded"
_MAX_FRAMES: Final = 60
_DEFAULT_CELL: Final = 256 << 10
_DEFAULT_TOTAL: Final = 4 << 20


@dataclass(frozen=True)
class CellResult:
    """What running one cell gave; ``error`` is what stopped it, if anything did."""

    outputs: list[dict[str, Any]]
    execution_count: int | None
    error: BaseException | None
    spent: bool


class _ResultHook(DisplayHook):
    """A cell's last value: an ``execute_result``, nothing on stdout."""

    shell: Any

    def write_output_prompt(self) -> None:
        """A notebook shows its prompt itself."""

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        self.shell.shown.add({
            "output_type": "execute_result",
            "execution_count": self.prompt_count,
            "data": format_dict,
            "metadata": md_dict or {},
        })  # fmt: skip

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Publisher(DisplayPublisher):
    shell: Any

    def publish(
        self,
        data: Any,
        metadata: Any = None,
        *_: Any,
        transient: Any = None,
        update: bool = False,
        **__: Any,
    ) -> None:
        self._validate_data(data, metadata)
        display_id = (transient or {}).get("display_id")
        if update:
            self.shell.shown.update(data, metadata or {}, display_id)
        else:
            entry = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
            self.shell.shown.add(entry, display_id)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.shown.clear(wait)


class _Compiler(CachingCompiler):
    """Remembers which code belongs to which of the student's cells."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: dict[str, str] = {}
        self.running = ""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        name: str = super().get_code_name(raw_code, transformed_code, number)
        self.labels[name] = self.running
        return name


class NotebookShell(InteractiveShell):
    """One notebook's namespace, and the means to run its cells and keep what they show."""

    displayhook_class: ClassVar[Any] = _ResultHook
    display_pub_class: ClassVar[Any] = _Publisher
    compiler_class: ClassVar[Any] = _Compiler
    compile: Any
    display_formatter: Any

    def __init__(self) -> None:
        config = Config()
        # The history's database has a thread of its own, which does not survive a fork.
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor"
        self.shown = OutputLog(_DEFAULT_CELL, _DEFAULT_TOTAL)
        super().__init__(config=config)
        self.input_transformer_manager = QuickTransformers()
        # get_ipython() and display() find the shell through these.
        shells: Any = (InteractiveShell, type(self))
        for shell in shells:
            shell._instance = self
        self.display_formatter.active = True
        self.capture = DescriptorCapture(self.shown)

    # What a kernel does differently from a terminal.

    def init_io(self) -> None:
        """Streams are put in place for each cell."""

    def init_hooks(self) -> None:
        super().init_hooks()
        # ?, ?? and %magic open a pager, which a saved notebook does not show.
        self.set_hook("show_in_pager", page.as_hook(lambda *_, **__: None), 99)

    def init_environment(self) -> None:
        """The sandbox sets the environment."""

    def enable_gui(self, gui: Any = None) -> None:
        """%matplotlib inline asks for it; there is no event loop to enable."""

    def ask_exit(self) -> None:
        """exit and quit end a kernel; here the next cell simply runs."""

    def system(self, cmd: str) -> None:
        """``!cmd``, without a pseudo-terminal; its output goes to the cell."""
        try:
            child = subprocess.Popen(
                self.var_expand(cmd, depth=1),
                shell=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            # Where no programs may be started, the rest of the cell is to run all the same.
            self.shown.stream("stderr", f"!{cmd}: {NO_COMMANDS} ({error.strerror})\n")
            self.user_ns["_exit_code"] = 126
            return
        assert child.stdout is not None
        try:
            pipe = child.stdout.fileno()
            decoder = codecs.getincrementaldecoder("utf-8")("replace")
            while part := os.read(pipe, 1 << 16):
                self.shown.stream("stdout", decoder.decode(part))
            code = child.wait()
        except BaseException:
            child.kill()
            raise
        self.user_ns["_exit_code"] = code

    system_raw = system_piped = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """``x = !cmd``."""
        try:
            return super().getoutput(cmd, split=split, depth=depth + 1)
        except OSError as error:
            self.shown.stream("stderr", f"!{cmd}: {NO_COMMANDS} ({error.strerror})\n")
            return SList() if split else ""

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        self.shown.add({
            "output_type": "error",
            "ename": str(getattr(etype, "__name__", etype))[:200],
            "evalue": exception_message(evalue),
            "traceback": [str(line) for line in stb][:_MAX_FRAMES],
        })  # fmt: skip

    # Running.

    def should_run_async(self, raw_cell: str, **keywords: Any) -> bool:
        if not may_await(keywords.get("transformed_cell") or raw_cell):
            return False
        needed: bool = super().should_run_async(raw_cell, **keywords)
        return needed

    def cell_of(self, filename: str) -> str | None:
        """The label of the cell whose code has this file name."""
        label: str | None = self.compile.labels.get(filename)
        return label

    def run_source(self, source: str, label: str) -> CellResult:
        """Run one cell in the notebook's namespace. SIGINT stops it; between cells it does not."""
        self.compile.running = label
        self.shown.start()
        result: Any = None
        with self._notebook_streams():
            try:
                try:
                    signal.signal(signal.SIGINT, signal.default_int_handler)
                    result = self.run_cell(source, store_history=True)
                finally:
                    signal.signal(signal.SIGINT, signal.SIG_IGN)
            except KeyboardInterrupt:
                # The signal came in the few instructions where no cell runs any more.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                result = result or self.last_execution_result
        self.capture.drain()
        outputs, spent = self.shown.finish()
        error = result.error_before_exec or result.error_in_exec
        return CellResult(outputs, result.execution_count, error, spent)

    @contextmanager
    def _notebook_streams(self) -> Iterator[None]:
        before = sys.stdout, sys.stderr, builtins.input, getpass.getpass
        sys.stdout = Stream(self.shown, "stdout", 1)
        sys.stderr = Stream(self.shown, "stderr", 2)
        builtins.input = getpass.getpass = _no_input
        try:
            yield
        finally:
            sys.stdout, sys.stderr, builtins.input, getpass.getpass = before


def _no_input(*_: object, **__: object) -> str:
    raise StdinNotImplementedError(NO_INPUT)


class DescriptorCapture:
    """What C code and child processes write to descriptors 1 and 2, through a nameless file."""

    def __init__(self, log: OutputLog) -> None:
        self.log = log
        self._file: int | None = None

    def use(self, file: int) -> None:
        """From now on what lies in the open ``file``, to which 1 and 2 lead, is output."""
        self._file = file

    def drain(self, cap: int = 1 << 20) -> None:
        """Move what came to the log."""
        if self._file is None:
            return
        try:
            size = os.lseek(self._file, 0, os.SEEK_CUR)
            if size > 0:
                data = os.pread(self._file, min(size, cap), 0)
                os.lseek(self._file, 0, os.SEEK_SET)
                os.ftruncate(self._file, 0)
                self.log.stream("stdout", data.decode("utf-8", "replace"))
        except OSError:
            return  # the student's code closed or replaced it
