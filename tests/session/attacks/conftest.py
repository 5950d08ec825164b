"""Canaries that no attack may reach, and sessions to attack from.

Everything here runs for real, at ``full`` and at ``restricted``, as the user that the tests run as;
``test_unprivileged.py`` runs it all again as another user when that is root.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from gradeprop.session.interface import (
    Ask,
    Call,
    CellOutcome,
    CellSource,
    Outcome,
    Read,
    Returned,
    Sandbox,
    Session,
)
from gradeprop.session.isolation.other_user import sandbox_uid
from session.patience import GENEROUS

# In the grader's environment before any sandbox starts, as a course's key might be.
SECRET = os.environ.setdefault("GRADEPROP_TEST_CANARY", "canary-" + secrets.token_hex(12))
LIMITS = replace(
    GENEROUS,
    memory_mb=512,
    processes=32,
    output_kb_cell=64,
    output_kb_total=512,
    result_mb=4,
)


@dataclass
class Attack:
    """A session, and what one does with it.

    Attributes:
        later: whether functions are asked about when another cell has run, as in grading, and not
            in a fork at their own place.
    """

    session: Session
    later: bool = False

    def run(self, source: str, seconds: float | None = None) -> CellOutcome:
        return self.session.run(CellSource(source, "attack", seconds))

    def value(self, name: str) -> Any:
        (outcome,) = self.session.ask([Read(name)])
        assert isinstance(outcome, Returned), outcome
        return outcome.value

    def call(self, name: str, *arguments: Any, seconds: float | None = None) -> Outcome:
        (outcome,) = self.ask([Call(name, arguments)], seconds=seconds)
        return outcome

    def ask(self, asks: list[Ask], seconds: float | None = None) -> list[Outcome]:
        place = None
        if self.later:
            place = self.session.mark()
            self.run("in_between = 1")
        return self.session.ask(asks, at=place, seconds=seconds)

    def tried(self, source: str) -> str:
        """What became of ``source``: ``"done: <result>"`` or the error's name."""
        indented = source.strip().replace("\n", "\n    ")
        outcome = self.run(
            f"result = None\ntry:\n    {indented}\nexcept BaseException as error:\n"
            "    tried = type(error).__name__ + ': ' + str(error)\n"
            "else:\n    tried = f'done: {result}'"
        )
        assert outcome.status == "ok", outcome
        return str(self.value("tried"))

    @property
    def works(self) -> bool:
        """Whether honest work still goes on in the same session."""
        return self.run("honest = 6 * 7").status in ("ok", "output") and self.value("honest") == 42


@pytest.fixture(params=["full", pytest.param("restricted", marks=pytest.mark.slow)])
def fortress(request: pytest.FixtureRequest, sandbox_at: Callable[[str], Sandbox]) -> Sandbox:
    return sandbox_at(request.param)


@pytest.fixture
def attack(fortress: Sandbox) -> Iterator[Attack]:
    with fortress.open(limits=LIMITS, seed=1) as session:
        yield Attack(session)


@pytest.fixture(params=["there", "later"])
def asked(request: pytest.FixtureRequest, attack: Attack) -> None:
    """Both ways to ask about functions."""
    attack.later = request.param == "later"


@pytest.fixture
def beside(fortress: Sandbox) -> Iterator[Attack]:
    """Another student's session in the same sandbox, with work to lose and a secret to keep."""
    with fortress.open(limits=LIMITS, seed=2) as session:
        victim = Attack(session)
        victim.run(
            f"import os\nanswer = {SECRET!r}\nopen('answer.txt', 'w').write(answer)\npid = "
            f"os.getpid()"
        )
        yield victim
        assert victim.works
        assert victim.value("answer") == SECRET
        victim.run("kept = open('answer.txt').read()")
        assert victim.value("kept") == SECRET


@pytest.fixture(scope="session")
def secret_file() -> Iterator[Path]:
    """A file that every user of the machine may read."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "secret.txt")
        path.write_text(SECRET)
        path.chmod(0o666)
        yield path
        assert path.read_text() == SECRET


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the very user that student code runs as, with the secret in its environment and
    memory."""
    uid = sandbox_uid()
    who: dict[str, Any] = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
    shell = "secret=$CANARY; while true; do sleep 0.1; done"
    process = subprocess.Popen(
        ["/bin/sh", "-c", shell], env={"CANARY": SECRET, "PATH": "/bin"}, cwd="/", **who
    )
    yield process
    assert process.poll() is None, "the victim was killed"
    process.kill()
    process.wait()


@dataclass
class Listeners:
    """Sockets on this machine that wait for a word from inside."""

    tcp: int
    udp: int
    abstract: str
    path: str
    heard: list[bytes] = field(default_factory=list)


@pytest.fixture(scope="session")
def listeners() -> Iterator[Listeners]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = f"{folder}/socket"
        abstract = f"gradeprop-{secrets.token_hex(4)}"
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        streams = [tcp]
        for name in ("\0" + abstract, path):
            stream = socket.socket(socket.AF_UNIX)
            stream.bind(name)
            stream.listen()
            streams.append(stream)
        Path(path).chmod(0o777)
        found = Listeners(tcp.getsockname()[1], udp.getsockname()[1], abstract, path)

        def accept(stream: socket.socket) -> None:
            while True:
                try:
                    connection, _ = stream.accept()
                except OSError:
                    return
                found.heard.append(connection.recv(100))

        def receive() -> None:
            while True:
                try:
                    found.heard.append(udp.recv(100))
                except OSError:
                    return

        for stream in streams:
            threading.Thread(target=accept, args=(stream,), daemon=True).start()
        threading.Thread(target=receive, daemon=True).start()
        yield found
        assert found.heard == []
        for stream in (*streams, udp):
            stream.close()


def own_processes(marker: str) -> list[int]:
    """Processes on this machine whose command line or name has ``marker``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes() + (folder / "comm").read_bytes()
        except OSError:
            continue
        if marker.encode() in words:
            found.append(int(folder.name))
    return found
