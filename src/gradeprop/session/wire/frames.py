"""Frames between the grader and student code: a length, JSON for structure, bytes for tensors.

A frame is ``<u32 json bytes><u32 tail bytes><json><tail>``, little-endian. The JSON is always one
object. Whatever is wrong with what arrives (cut short, too long, not JSON, late) is a `WireError`
with a kind, never another exception: the session turns it into a ``Stopped`` of the student's.
Nothing here unpickles, evaluates or loads code."""

from __future__ import annotations

import array
import json
import select
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Channel", "Frame", "WireError", "clean_text", "remaining"]

_LENGTHS = struct.Struct("<II")
_CHUNK = 1 << 20
_AHEAD = 1 << 14
_MAX_FDS = 4
# What a frame may have by default; callers ask for less or more (result_mb) where they know.
DEFAULT_JSON = 8 << 20
DEFAULT_TAIL = 64 << 20


class WireError(Exception):
    """The other side broke the exchange.

    Attributes:
        kind: ``"eof"`` it went away, ``"malformed"`` it sent no valid frame, ``"too_big"`` it sent
            more than was allowed, ``"deadline"`` it was too slow.
    """

    def __init__(self, kind: Literal["eof", "malformed", "too_big", "deadline"], what: str) -> None:
        self.kind = kind
        super().__init__(what)


@dataclass(frozen=True)
class Frame:
    """One message of ``size`` bytes: ``head`` is a JSON object, ``tail`` raw bytes, ``fds`` open
    descriptors."""

    head: dict[str, Any]
    tail: bytes = b""
    fds: tuple[int, ...] = field(default=())
    size: int = 0


def remaining(deadline: float | None) -> float | None:
    """Seconds until ``deadline`` (of `time.monotonic`).

    Raises:
        WireError: it has passed.
    """
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise WireError("deadline", "no time was left")
    return left


def clean_text(text: str) -> str:
    """``text`` with lone surrogates, which UTF-8 cannot write, replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def decode_json(data: bytes) -> dict[str, Any]:
    """The JSON object in ``data``.

    Raises:
        WireError: it is no JSON object (``"malformed"``).
    """
    try:
        head = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise WireError("malformed", f"not JSON: {str(error)[:80]}") from None
    if type(head) is not dict:
        raise WireError("malformed", f"a frame must be a JSON object, not {type(head).__name__}")
    return head


class Channel:
    """A stream socket that speaks frames, with a deadline on every exchange.

    Receives either always with ``accept_fds`` or never."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._taken = bytearray()

    def fileno(self) -> int:
        return self.sock.fileno()

    def close(self) -> None:
        self.sock.close()

    def comes(self, seconds: float) -> bool:
        """Whether something to receive, or the end, comes within so many seconds."""
        if self._taken:
            return True
        try:
            return bool(select.select([self.sock], [], [], seconds)[0])
        except (OSError, ValueError):  # it is closed, or its number too large to ask
            return True

    def send(
        self,
        head: dict[str, Any],
        tail: bytes = b"",
        *,
        fds: Sequence[int] = (),
        deadline: float | None = None,
    ) -> None:
        """Send one frame, with open descriptors ``fds`` if given.

        Raises:
            WireError: the other side is gone (``"eof"``) or does not read in time (``"deadline"``).
        """
        text = json.dumps(head, allow_nan=False, separators=(",", ":")).encode()
        data = memoryview(b"".join((_LENGTHS.pack(len(text), len(tail)), text, tail)))
        try:
            if fds:
                self.sock.settimeout(remaining(deadline))
                rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))
                data = data[self.sock.sendmsg([data], [rights]) :]
            self.sock.settimeout(remaining(deadline))
            self.sock.sendall(data)
        except TimeoutError:
            raise WireError("deadline", "the other side did not read in time") from None
        except OSError as error:
            raise WireError("eof", f"could not send: {error.strerror}") from None

    def receive(
        self,
        *,
        deadline: float | None = None,
        json_cap: int = DEFAULT_JSON,
        tail_cap: int = DEFAULT_TAIL,
        accept_fds: bool = False,
    ) -> Frame:
        """Wait for one frame of at most ``json_cap`` and ``tail_cap`` bytes.

        Raises:
            WireError: see its kinds. The channel is of no use afterwards.
        """
        # Descriptors come along with bytes, and must not be taken in with those of a frame before.
        ahead = 0 if accept_fds else _AHEAD
        fds: tuple[int, ...] = ()
        if accept_fds:
            first, fds = self._start(deadline)
        else:
            first = self._read(_LENGTHS.size, deadline, ahead)
        json_bytes, tail_bytes = _LENGTHS.unpack(first)
        if json_bytes > json_cap or tail_bytes > tail_cap:
            raise WireError("too_big", f"a frame of {json_bytes} + {tail_bytes} bytes")
        head = decode_json(self._read(json_bytes, deadline, ahead))
        size = _LENGTHS.size + json_bytes + tail_bytes
        return Frame(head, self._read(tail_bytes, deadline, ahead), fds, size)

    def _start(self, deadline: float | None) -> tuple[bytes, tuple[int, ...]]:
        """The lengths, by ``recvmsg``, with the descriptors that came along."""
        received = array.array("i")
        data = b""
        while len(data) < _LENGTHS.size:
            try:
                self.sock.settimeout(remaining(deadline))
                more, ancillary, _, _ = self.sock.recvmsg(
                    _LENGTHS.size - len(data), socket.CMSG_SPACE(_MAX_FDS * received.itemsize)
                )
            except TimeoutError:
                raise WireError("deadline", "nothing came in time") from None
            except OSError as error:
                raise WireError("eof", f"could not receive: {error.strerror}") from None
            for level, kind, payload in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    whole = len(payload) - len(payload) % received.itemsize
                    received.frombytes(payload[:whole])
            if not more:
                raise WireError("eof", "the other side is gone")
            data += more
        return data, tuple(received)

    def _read(self, count: int, deadline: float | None, ahead: int = 0) -> bytes:
        """The next ``count`` bytes.

        Up to ``ahead`` may be taken in at once: answers to one check often lie there together, and
        each call of the system costs as much as decoding a small one."""
        while (missing := count - len(self._taken)) > 0:
            try:
                self.sock.settimeout(remaining(deadline))
                part = self.sock.recv(max(min(missing, _CHUNK), ahead))
            except TimeoutError:
                raise WireError("deadline", "nothing came in time") from None
            except OSError as error:
                raise WireError("eof", f"could not receive: {error.strerror}") from None
            if not part:
                raise WireError("eof", "the other side is gone")
            self._taken += part
        data = bytes(self._taken[:count])
        del self._taken[:count]
        return data
