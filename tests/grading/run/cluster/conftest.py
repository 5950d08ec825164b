"""A real Dask scheduler and real workers, as programs of their own on this machine."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from course.minimal import write_course
from gradeprop.grading.run.cluster.engine import cluster_graders
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import grade_class
from grading.conftest import KEY, Classroom

DOCS = Path(__file__).parents[4] / "docs" / "several-machines.md"

_PAGES = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
PATIENCE_S = 90.0
"""So long something may take on a busy machine before a test gives up."""


class Cluster:
    """A scheduler and workers, with a folder of their own for temporary files: they share turns on
    this machine with each other, not with those of another test, one of whom may be stopped.

    Args:
        folder: for what they write.
        protocol: ``"tcp"`` or ``"tls"``.
    """

    def __init__(self, folder: Path, protocol: str = "tcp", **environment: str) -> None:
        self.folder = folder
        self._port = free_port()
        self._temporary = tempfile.TemporaryDirectory(prefix="gradeprop-test-")
        Path(self._temporary.name).chmod(0o755)  # what is in a sandbox has another user's rights
        self._environment = {**os.environ, "TMPDIR": self._temporary.name, **environment}
        self.address = f"{protocol}://127.0.0.1:{self._port}"
        self._protocol = protocol
        self.scheduler: subprocess.Popen[bytes]
        self.workers: list[subprocess.Popen[bytes]] = []
        self.start_scheduler()

    def start_scheduler(self) -> None:
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--protocol", self._protocol,
            "--port", str(self._port), *_PAGES,
        )  # fmt: skip
        wait_until(self._listens)

    def start_worker(self, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        number = len(self.workers)
        worker = self._start(
            "worker", self.address, "--host", "127.0.0.1", *_PAGES, "--name", f"worker-{number}",
            "--local-directory", str(self.folder / f"worker-{number}"),
            *(options or ("--no-nanny", "--nthreads", "1")), **environment,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def close(self) -> None:
        # One after the other: Dask's workers may never end when they hear of their own end and
        # of their scheduler's at once.
        for worker in self.workers:
            with suppress(ProcessLookupError):
                worker.send_signal(signal.SIGCONT)
            worker.terminate()
        for process in [*self.workers, self.scheduler]:
            if process is self.scheduler:
                process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._temporary.cleanup()

    def log(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def _start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        log = self.folder / f"{arguments[0]}-{time.monotonic_ns()}.log"
        with log.open("wb") as file:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                env={**self._environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )

    def _listens(self) -> bool:
        assert self.scheduler.poll() is None, self.log()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
            return True
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_until(holds: Any) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "it has not come to pass"
        time.sleep(0.05)


def canonical(results: Mapping[str, Any]) -> dict[str, str]:
    """Results as they are kept, but for times, by student."""
    return {student: _canonical(result.to_json()) for student, result in results.items()}


def _canonical(data: dict[str, Any]) -> str:
    timing = data["timing"]
    data["timing"] = {name: timing[name] for name in ("asked", "asked_again")}
    return json.dumps(data, sort_keys=True, ensure_ascii=False)


def certificates_in(folder: Path) -> dict[str, str]:
    """Make certificates by the documented commands; Dask's settings that name them."""
    block = re.search(r"```sh\n(openssl .*?)```", DOCS.read_text(), re.DOTALL)
    assert block is not None
    subprocess.run(["sh", "-euc", block[1]], cwd=folder, check=True, capture_output=True)
    settings = {"distributed.comm.tls.ca-file": str(folder / "ca.pem")}
    for role in ("scheduler", "worker", "client"):
        for part in ("cert", "key"):
            settings[f"distributed.comm.tls.{role}.{part}"] = str(folder / f"{part}.pem")
    return settings


def as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """Dask's settings for another program's environment."""
    return {
        f"DASK_{name.replace('.', '__').replace('-', '_').upper()}": value
        for name, value in settings.items()
    }


class Class:
    """A class of the minimal course and how it is graded."""

    def __init__(
        self, root: Path, sandbox: Any, changes: Mapping[str, str | bytes | None] | None = None
    ) -> None:
        self.room = Classroom(write_course(root, changes), sandbox)
        self.told: list[str] = []

    def plan(self, isolation: Any = "none", devices: tuple[str, ...] = ("cpu",)) -> Plan:
        return Plan(self.room.course, "a01_slopes", self.room.release, KEY, devices, isolation)

    def loads(self, number: int = 12) -> list[Any]:
        half = "def d_square(w):\n    return w"
        notebooks = (self.room.notebook(), self.room.notebook(square_derivative__by_hand=half))
        return [
            partial(Submission, f"student-{which:03}", notebooks[which % 2])
            for which in range(number)
        ]

    def graded_here(self, loads: Any = None, plan: Plan | None = None) -> dict[str, Any]:
        """By the pool: results by student."""
        results: dict[str, Any] = {}
        grade_class(
            plan or self.plan(),
            self.loads() if loads is None else loads,
            lambda result: results.update({result.student: result}),
        )
        return results

    def graded(
        self, address: str, loads: Any = None, keep: Any = None, plan: Plan | None = None
    ) -> dict[str, Any]:
        """By the cluster: results by student, each of whom has one."""
        results: dict[str, Any] = {}

        def take(result: Any) -> None:
            assert result.student not in results, "graded twice"
            results[result.student] = result
            if keep is not None:
                keep(result)

        with cluster_graders(address, self.told.append) as graders:
            graders.grade(plan or self.plan(), self.loads() if loads is None else loads, take)
        return results


@pytest.fixture
def a_class(tmp_path: Path, sandbox: Any) -> Class:
    return Class(tmp_path / "course", sandbox)


@pytest.fixture
def start_cluster(tmp_path: Path) -> Iterator[Callable[..., Cluster]]:
    """Starts clusters without workers; the names are environment variables."""
    started: list[Cluster] = []

    def start(protocol: str = "tcp", **environment: str) -> Cluster:
        folder = tmp_path / f"cluster-{len(started)}"
        folder.mkdir()
        started.append(Cluster(folder, protocol, **environment))
        return started[-1]

    try:
        yield start
    finally:
        for cluster in started:
            cluster.close()


@pytest.fixture
def cluster(start_cluster: Callable[..., Cluster]) -> Cluster:
    """Without workers yet."""
    return start_cluster()
