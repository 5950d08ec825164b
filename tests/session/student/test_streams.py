from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradeprop.session.student.outputs import OutputLog
from gradeprop.session.student.streams import DescriptorCapture, Stream

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


@pytest.fixture
def files(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """What descriptors 1 and 2 of a notebook's process lead to."""
    out, err = (os.open(tmp_path / name, os.O_RDWR | os.O_CREAT) for name in ("out", "err"))
    yield out, err
    os.close(out)
    os.close(err)


@pytest.fixture
def log(files: tuple[int, int]) -> OutputLog:
    capture = DescriptorCapture()
    capture.use(files)
    log = OutputLog(1000, 10_000)
    log.catch_up = lambda: capture.move_to(log)
    return log


def shown(log: OutputLog) -> list[tuple[str, str]]:
    return [(output["name"], output["text"]) for output in log.finish()[0]]


def test_what_passes_by_stands_where_it_was_written(log: OutputLog, files: tuple[int, int]) -> None:
    log.stream("stdout", "a")
    os.write(files[0], b"b")
    os.write(files[1], b"error")
    log.stream("stdout", "c")
    assert shown(log) == [("stdout", "ab"), ("stderr", "error"), ("stdout", "c")]


def test_what_passes_by_stands_before_a_display(log: OutputLog, files: tuple[int, int]) -> None:
    os.write(files[0], b"b")
    log.add({"output_type": "display_data", "data": {}, "metadata": {}})
    assert [output["output_type"] for output in log.finish()[0]] == ["stream", "display_data"]


def test_a_file_is_emptied_at_the_end_of_a_cell_only(files: tuple[int, int]) -> None:
    capture = DescriptorCapture()
    capture.use(files)
    log = OutputLog(1000, 10_000)
    os.write(files[0], b"one")
    capture.move_to(log)
    assert os.fstat(files[0]).st_size == 3
    os.write(files[0], b"two")
    capture.move_to(log, at_end=True)
    assert os.fstat(files[0]).st_size == 0
    assert shown(log) == [("stdout", "onetwo")]


def test_of_a_flood_the_beginning_is_kept_and_the_rest_counted(files: tuple[int, int]) -> None:
    capture = DescriptorCapture()
    capture.use(files)
    log = OutputLog(1000, 10_000)
    os.write(files[0], b"x" * (3 << 20))
    capture.move_to(log, at_end=True)
    (text, notice) = shown(log)
    assert len(text[1]) <= 1000
    assert f"{(3 << 20) - len(text[1]):,} bytes" in notice[1]


def test_a_fork_writes_to_the_descriptor(log: OutputLog, files: tuple[int, int]) -> None:
    stream = Stream(log, "stdout", files[0])
    pid = os.fork()
    if pid == 0:
        print("from the child \ud83d", file=stream)
        os._exit(0)
    os.waitpid(pid, 0)
    log.stream("stdout", "parent")
    assert shown(log) == [("stdout", "from the child \\ud83d\nparent")]


@pytest.mark.parametrize("text", ["\ud83d", "rocket \ud83d\ude80", os.fsdecode(b"caf\xe9")])
def test_half_a_character_is_shown_as_an_escape(log: OutputLog, text: str) -> None:
    stream = Stream(log, "stderr", 2)
    assert stream.write(text) == len(text)
    ((_, told),) = shown(log)
    assert told == text.encode("utf-8", "backslashreplace").decode()
    told.encode()


def test_only_text_is_written(log: OutputLog) -> None:
    with pytest.raises(TypeError, match="must be str, not <class 'int'>"):
        Stream(log, "stdout", 1).write(3)  # type: ignore[arg-type]
