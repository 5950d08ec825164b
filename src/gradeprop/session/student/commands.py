"""``!command`` as a notebook shows it, without a terminal in between."""

# mypy: disable-error-code="no-untyped-call,misc"

from __future__ import annotations

import codecs
import os
import re
import subprocess
from typing import Any, Final

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList

from gradeprop.session.student.outputs import OutputLog

__all__ = ["CommandShell"]

NO_COMMANDS: Final = "no programs can be started while this notebook is graded"
# In a kernel's terminal of 80 columns `ls` lists in columns; whatever else it is asked to do wins.
_LISTING = re.compile(r"\A\s*ls(?=\s|$)(?![^\n]*[|><;&$`(\n])")


class CommandShell(InteractiveShell):
    """Runs commands with their output in the cell."""

    shown: OutputLog
    user_ns: dict[str, Any]

    def system(self, cmd: str) -> None:
        """``!cmd``, without a pseudo-terminal; its output goes to the cell."""
        command = _LISTING.sub("ls -C -w 80", self.var_expand(cmd, depth=1), count=1)
        try:
            child = subprocess.Popen(
                command,
                shell=True,
                executable=os.environ.get("SHELL"),
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
