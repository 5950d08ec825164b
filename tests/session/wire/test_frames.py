from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.session.wire.frames import Channel, WireError, clean_text

Pair = tuple[Channel, Channel]


@pytest.fixture
def pair() -> Iterator[Pair]:
    left, right = socket.socketpair()
    with left, right:
        yield Channel(left), Channel(right)


def raw(text: bytes, tail: bytes = b"") -> bytes:
    return struct.pack("<II", len(text), len(tail)) + text + tail


def test_frames_arrive_as_sent(pair: Pair) -> None:
    pair[0].send({"a": [1, "ü", None]}, b"\0tail")
    pair[0].send({})
    first, second = pair[1].receive(), pair[1].receive()
    assert (first.head, first.tail) == ({"a": [1, "ü", None]}, b"\0tail")
    assert (second.head, second.tail) == ({}, b"")


def test_frames_larger_than_the_socket_buffer_arrive(pair: Pair) -> None:
    tail = os.urandom(5 << 20)
    sender = threading.Thread(target=pair[0].send, args=({}, tail))
    sender.start()
    assert pair[1].receive().tail == tail
    sender.join()


def test_descriptors_travel_with_their_frame(pair: Pair) -> None:
    read, write = os.pipe()
    pair[0].send({"n": 1}, fds=(write,))
    os.close(write)
    frame = pair[1].receive(accept_fds=True)
    (received,) = frame.fds
    os.write(received, b"x")
    assert os.read(read, 1) == b"x"
    os.close(received)
    os.close(read)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (raw(b"[1]"), "malformed"),
        (raw(b"not json"), "malformed"),
        (raw(b'{"a": NaN}'), "malformed"),
        (raw(b"\xff\xfe{}"), "malformed"),
        (raw(b'{"a": ' + b"[" * 100_000 + b"}"), "malformed"),
        (raw(b'{"a": ' + b"9" * 5000 + b"}"), "malformed"),
        (struct.pack("<II", 0xFFFFFFFF, 0), "too_big"),
        (struct.pack("<II", 2, 0xFFFFFFFF), "too_big"),
        (raw(b"{}")[:5], "eof"),
        (raw(b"{}", b"tail")[:-1], "eof"),
        (b"", "eof"),
    ],
)
def test_anything_else_than_a_frame_is_an_error_with_a_kind(
    pair: Pair, data: bytes, kind: str
) -> None:
    pair[0].sock.sendall(data)
    pair[0].close()
    with pytest.raises(WireError) as caught:
        pair[1].receive()
    assert caught.value.kind == kind


def test_frames_that_lie_there_together_come_one_by_one(pair: Pair) -> None:
    sent = [({"n": n}, bytes([n]) * 7_000 * n) for n in range(5)]
    for head, tail in sent:
        pair[0].send(head, tail)
    pair[0].close()
    got = [pair[1].receive() for _ in sent]
    assert [(frame.head, frame.tail) for frame in got] == sent
    with pytest.raises(WireError) as caught:
        pair[1].receive()
    assert caught.value.kind == "eof"


def test_descriptors_come_with_the_frame_they_were_sent_with(pair: Pair) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        pair[0].send({"n": 0}, b"before")
        pair[0].send({"n": 1}, b"with", fds=(theirs.fileno(),))
        pair[0].send({"n": 2}, b"after")
        frames = [pair[1].receive(accept_fds=True) for _ in range(3)]
        assert [len(frame.fds) for frame in frames] == [0, 1, 0]
        assert [frame.tail for frame in frames] == [b"before", b"with", b"after"]
        with socket.socket(fileno=frames[1].fds[0]) as copy:
            ours.sendall(b"x")
            assert copy.recv(1) == b"x"


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_wire_error(data: bytes) -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(data)
        left.close()
        with contextlib.suppress(WireError):
            assert type(Channel(right).receive().head) is dict


@given(st.dictionaries(st.text(), st.one_of(st.none(), st.integers(-(2**63), 2**63), st.text())))
def test_every_json_object_survives(head: dict[str, object]) -> None:
    left, right = socket.socketpair()
    with left, right:
        Channel(left).send(head)
        assert Channel(right).receive().head == json.loads(json.dumps(head))


def test_a_silent_or_slow_sender_meets_the_deadline(pair: Pair) -> None:
    began = time.monotonic()
    with pytest.raises(WireError) as caught:
        pair[1].receive(deadline=began + 0.1)
    assert caught.value.kind == "deadline"

    heard = threading.Event()

    def drip() -> None:
        """One byte after the other of a frame that would take a quarter of an hour."""
        for byte in raw(b"{}" + b" " * 100_000):
            if heard.wait(0.01):
                return
            pair[0].sock.sendall(bytes([byte]))

    dripper = threading.Thread(target=drip, daemon=True)
    dripper.start()
    with pytest.raises(WireError) as caught:
        pair[1].receive(deadline=time.monotonic() + 0.2)
    assert caught.value.kind == "deadline"
    heard.set()
    dripper.join()


def test_a_reader_that_never_reads_meets_the_deadline(pair: Pair) -> None:
    with pytest.raises(WireError) as caught:
        pair[0].send({}, bytes(32 << 20), deadline=time.monotonic() + 0.1)
    assert caught.value.kind == "deadline"


def test_sending_to_nobody_is_end_of_file(pair: Pair) -> None:
    pair[1].close()
    with pytest.raises(WireError) as caught:
        pair[0].send({}, bytes(1 << 20))
    assert caught.value.kind == "eof"


def test_lone_surrogates_become_replacement_characters() -> None:
    assert clean_text("a\ud800b") == "a\ufffdb"
    assert clean_text("grün 🎓") == "grün 🎓"
