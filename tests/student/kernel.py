"""A real Jupyter kernel that a test speaks to cell by cell, as a notebook's page does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_client.manager import start_new_kernel

_PATIENCE_S = 120.0


class Kernel:
    """A running kernel."""

    def __init__(self, manager: Any, client: Any) -> None:
        self._manager = manager
        self._client = client

    def interrupt(self) -> None:
        """The stop button."""
        self._manager.interrupt_kernel()

    def run(
        self,
        source: str,
        cell_id: str | None = None,
        heard: Callable[[str], None] = lambda _: None,
    ) -> str:
        """Run a cell; the text of all that it shows.

        Args:
            cell_id: as JupyterLab sends it; None as other front ends do.
            heard: called with each piece of text as it comes.
        """
        client = self._client
        content = {
            "code": source, "silent": False, "store_history": True,
            "user_expressions": {}, "allow_stdin": False, "stop_on_error": True,
        }  # fmt: skip
        message = client.session.msg("execute_request", content)
        if cell_id is not None:
            message["metadata"]["cellId"] = cell_id
        client.shell_channel.send(message)
        shown: list[str] = []
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            reply = client.get_iopub_msg(timeout=_PATIENCE_S)
            if reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            body = reply["content"]
            if reply["msg_type"] == "status" and body["execution_state"] == "idle":
                return "\n".join(shown)
            if (text := _text(reply["msg_type"], body)) is not None:
                shown.append(text)
                heard(text)
        raise AssertionError("the cell did not end")


def _text(kind: str, body: Any) -> str | None:
    if kind == "stream":
        return f"{body['name']}: {body['text']}"
    if kind == "error":
        return f"{body['ename']}: {body['evalue']}"
    if kind in ("display_data", "execute_result"):
        return str(body["data"]["text/plain"])
    return None


@contextmanager
def kernel() -> Iterator[Kernel]:
    """Start one, and end it."""
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=_PATIENCE_S)
    try:
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
