"""A real Jupyter server with nbgrader's extensions, for one test, on this machine only."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_STARTS_WITHIN_S = 90
_CONFIG = """\
c = get_config()
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = {port}
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.allow_root = True
c.ServerApp.root_dir = {folder!r}
c.IdentityProvider.token = ""
c.ServerApp.password = ""
c.ServerApp.jpserver_extensions = {{
    f"nbgrader.server_extensions.{{name}}": True
    for name in ("formgrader", "validate_assignment", "assignment_list", "course_list")
}}
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
"""
_NBGRADER = """\
c = get_config()
c.Exchange.root = {exchange!r}
c.CourseDirectory.course_id = "minimal"
"""


@dataclass(frozen=True)
class Jupyter:
    """A running server: its address without a slash at the end, the folder it shows, and its
    home."""

    url: str
    folder: Path
    home: Path

    def nbgrader(self, *arguments: str) -> str:
        """Run a command of nbgrader's as the server's user would; what it said, or a failed
        test."""
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.folder,
            env=_environment(self.home),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@contextmanager
def jupyter(folder: Path, home: Path, exchange: Path) -> Iterator[Jupyter]:
    """Serve ``folder``; configuration, settings and logs are kept in ``home``."""
    port = _free_port()
    config = home / ".jupyter"
    config.mkdir()
    (config / "jupyter_server_config.py").write_text(_CONFIG.format(port=port, folder=str(folder)))
    (config / "nbgrader_config.py").write_text(_NBGRADER.format(exchange=str(exchange)))
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab"],
            cwd=folder,
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process, log)
        yield Jupyter(url, folder, home)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _environment(home: Path) -> dict[str, str]:
    """As in a shell where the virtual environment is not activated, with nothing of this user's
    Jupyter."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    return {
        **kept,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / ".jupyter"),
        "OMP_NUM_THREADS": "1",
        "PATH": "/usr/bin:/bin",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/api/status", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise AssertionError(f"the Jupyter server did not start:\n{log.read_text(errors='replace')}")
