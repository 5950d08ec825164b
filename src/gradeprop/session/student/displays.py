"""Where a cell's results and displays go, and what its code is called."""

# mypy: disable-error-code="no-untyped-call,misc"

from __future__ import annotations

import zlib
from typing import Any, Final

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher

__all__ = ["Compiler", "Publisher", "ResultHook"]

_FOLDER: Final = "/tmp/ipykernel_1"


class ResultHook(DisplayHook):
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


class Publisher(DisplayPublisher):
    """Displays, changes of earlier ones, and ``clear_output``."""

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


class Compiler(CachingCompiler):
    """Calls code as a kernel does, and remembers to which of the student's cells it belongs.

    Attributes:
        labels: the cell's label by the name of the code.
        running: the label of the cell that is running.
    """

    def __init__(self) -> None:
        super().__init__()
        self.labels: dict[str, str] = {}
        self.running = ""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:  # noqa: ARG002
        # By the number, too: equal code in two cells is to be traced to each.
        code = zlib.crc32(f"{number}\n{transformed_code}".encode("utf-8", "backslashreplace"))
        name = f"{_FOLDER}/{code}.py"
        self.labels[name] = self.running
        return name
