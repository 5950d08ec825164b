from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from gradeprop import system


def test_a_file_is_read_at_a_place_and_stands_where_it_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    for known in (system._get_read, None):
        monkeypatch.setattr(system, "_get_read", known)
        with path.open("rb", buffering=0) as file:
            file.seek(7)
            assert system.read_at(file.fileno(), 3, 2) == b"234"
            assert system.read_at(file.fileno(), 9, 8) == b"89"
            assert file.tell() == 7


def test_all_that_a_process_started_ends_with_it() -> None:
    code = "import subprocess; print(subprocess.Popen(['sleep', '1000']).pid, flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        **system.apart(),
    )
    assert process.stdout is not None
    below = int(process.stdout.readline())
    system.end_all(process)
    assert process.wait(10) == system.KILLED
    until = time.monotonic() + 10
    while _runs(below) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _runs(below)
    system.end_all(process)  # nothing is left to end


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def _wait(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.parametrize("woken", [True, False])
def test_another_thread_interrupts_the_main_one(
    woken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not woken:  # as where a thread cannot be sent a signal
        monkeypatch.delattr(signal, "pthread_kill")
    timer = threading.Timer(0.1, system.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        _wait(30)
    timer.join()


def test_where_no_signal_can_be_held_back_a_process_starts_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"

    def started() -> Any:
        with system.interrupts_held():
            return subprocess.run([sys.executable, "-c", held], stdout=subprocess.PIPE, check=True)

    assert started().stdout == b"True\n"
    monkeypatch.delattr(signal, "pthread_sigmask")
    with system.interrupts_held():
        system.hear_interrupts()


def test_a_pipe_that_has_not_every_character_gets_a_question_mark(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = io.BytesIO()
    narrow = io.TextIOWrapper(written, encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", narrow)
    monkeypatch.setattr(sys, "stderr", None)  # of a program without a console
    system.print_anything()
    narrow.write("½ ✓")
    narrow.flush()
    assert written.getvalue() == b"\xbd ?"


@pytest.mark.parametrize(
    ("platform", "called"), [("darwin", "macOS"), ("win32", "Windows"), ("linux", os.uname()[0])]
)
def test_systems_have_their_names(
    platform: str, called: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert system.name() == called
    assert system.is_linux() == (platform == "linux")
