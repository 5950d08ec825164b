"""A notebook's process that nobody has forked: a new Python for each, on any operating system.

Started by `gradeprop.session.grader.fresh` with what it needs to know as one line of JSON in stdin.
It imports what the warm process would have, calls back at a port of this machine, shows there the
word by which it is known, says which packages are missing, and serves its notebook. What follows in
stdin are Ctrl-Cs, a byte each; where it ends, so does this process."""

from __future__ import annotations

import json
import os
import signal
import socket
import tempfile
import threading
from pathlib import Path
from typing import Any

from gradeprop.session.isolation.folders import enter_folder
from gradeprop.system import interrupt_main

__all__ = ["main"]

_read, _exit = os.read, os._exit


def main() -> None:
    """Entry point."""
    config = _told()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # until a cell runs
    from gradeprop.session.student.beginning import begin_in
    from gradeprop.session.student.child import NotebookProcess
    from gradeprop.session.student.shell import NotebookShell
    from gradeprop.session.warm import warmup
    from gradeprop.session.wire.frames import Channel

    fonts = _fonts(Path(config["fonts"]), config["packages"])
    warmup.restore_site_builtins()
    warmup.import_torch()
    warmup.import_kernel()
    shell = NotebookShell()
    missing = warmup.import_packages(config["packages"], shell)
    warmup.warm_up(shell, backward=not config["gpu"])
    warmup.be_interpreter(*config["python"])
    own = Path(config["own"])
    enter_folder(own)
    captured = _capture_streams(own)
    stream = socket.create_connection(("127.0.0.1", config["port"]))
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream.sendall(config["word"].encode())
    channel = Channel(stream)
    channel.send({"missing": missing})
    shell.capture.use((captured[0].fileno(), captured[1].fileno()))
    begin_in(own, fonts)
    shell.begin()
    NotebookProcess(channel, shell, own / "notebook").serve()
    _exit(0)  # whatever threads student code has left


def _told() -> dict[str, Any]:
    """What stdin says, whose rest goes on to a thread; the notebook gets an empty one."""
    orders = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    line = b""
    while not line.endswith(b"\n"):
        part = _read(orders, 1)
        if not part:
            _exit(1)
        line += part
    threading.Thread(target=_obey, args=(orders,), daemon=True).start()
    config: dict[str, Any] = json.loads(line)
    return config


def _obey(orders: int) -> None:
    while _read(orders, 1):
        interrupt_main()
    _exit(1)


def _fonts(kept: Path, packages: list[str]) -> dict[str, bytes]:
    """matplotlib's list of fonts, which the first of these processes makes for all others."""
    from gradeprop.session.warm.fonts import FontList

    files = {path.name: path.read_bytes() for path in kept.glob("fontlist-*.json")}
    if not files:
        files = FontList(packages).files()
        for name, content in files.items():
            beginning = kept / f"{os.getpid()}.new"
            beginning.write_bytes(content)
            beginning.replace(kept / name)
    return files


def _capture_streams(own: Path) -> tuple[Any, Any]:
    """Have what C code and other programs write go to two nameless files."""
    files = tempfile.TemporaryFile(dir=own), tempfile.TemporaryFile(dir=own)  # noqa: SIM115
    for descriptor, file in zip((1, 2), files, strict=True):
        os.dup2(file.fileno(), descriptor)
    return files
