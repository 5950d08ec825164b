"""A Dask scheduler and workers on this machine, as programs of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

_PATIENCE_S: Final = 60.0


class LocalCluster:
    """A scheduler, and workers as they are started.

    Args:
        folder: for what the workers write.
    """

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self._folder = folder
        self._programs: list[subprocess.Popen[bytes]] = []
        options = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        self._scheduler = psutil.Process(self._start("scheduler", *options).pid)
        until = time.monotonic() + _PATIENCE_S
        while socket.socket().connect_ex(("127.0.0.1", port)) and time.monotonic() < until:
            time.sleep(0.1)

    def start_worker(self, threads: int, *options: str, **environment: str) -> None:
        self._start(
            "worker", self.address, "--host", "127.0.0.1", "--no-nanny", "--no-dashboard",
            "--nthreads", str(threads),
            "--local-directory", str(self._folder), *options, **environment,
        )  # fmt: skip

    def scheduler_used(self) -> tuple[float, float]:
        """Seconds of processor time so far, and MiB of memory."""
        times = self._scheduler.cpu_times()
        return times.user + times.system, self._scheduler.memory_info().rss / 2**20

    def close(self) -> None:
        # The scheduler last: a worker may never end that hears of its own end and of its
        # scheduler's at once.
        scheduler, *workers = self._programs
        for program in workers:
            program.terminate()
        for program in workers:
            program.wait()
        scheduler.terminate()
        scheduler.wait()

    def _start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        program = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._programs.append(program)
        return program


@contextmanager
def local_cluster(folder: Path) -> Iterator[LocalCluster]:
    """Ended with the block."""
    cluster = LocalCluster(folder)
    try:
        yield cluster
    finally:
        cluster.close()
