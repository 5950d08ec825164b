"""Frames between the grader and student code: a length, JSON for structure, bytes for tensors.

A frame is ``<u32 json bytes><u32 tail bytes><json><tail>``, little-endian. The JSON is always one
object. Whatever is wrong with what arrives (cut short, too long, not JSON, late) is a `WireError`
with a kind, never another exception: the session turns it into a ``Stopped`` of the student's.
Nothing here unpickles, evaluates or loads code."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from json import JSONDecoder, JSONEncoder, encoder
from select import select
from socket import SOL_SOCKET, socket
from struct import Struct
from time import monotonic
from typing import Any, Final, Literal

from gradeprop.session.kept_builtins import KEPT

__all__ = ["FROM_GRADER", "Channel", "Frame", "WireError", "clean_text", "remaining"]

__builtins__ = KEPT

_LENGTHS = Struct("<II")
_CHUNK = 1 << 20
_AHEAD = 1 << 14
_MAX_FDS = 4
# What a frame may have by default; callers ask for less or more (result_mb) where they know.
DEFAULT_JSON = 8 << 20
DEFAULT_TAIL = 64 << 20
# The most bytes in a frame of the grader's, which is trusted.
FROM_GRADER: Final = 1 << 30


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
    """One message of ``size`` bytes: ``head`` is a JSON object that came as ``text``, ``tail`` raw
    bytes, ``fds`` open descriptors."""

    head: dict[str, Any]
    tail: bytes = b""
    fds: tuple[int, ...] = field(default=())
    size: int = 0
    text: bytes = field(default=b"", repr=False)


def remaining(deadline: float | None) -> float | None:
    """Seconds until ``deadline`` (of `time.monotonic`).

    Raises:
        WireError: it has passed.
    """
    if deadline is None:
        return None
    left = deadline - monotonic()
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


def _refuse_object(thing: object) -> Any:
    raise TypeError(f"a frame does not carry a {type(thing).__name__}")


def _make_writer() -> Callable[[Any], str]:
    """What writes JSON, without any function that is looked up when it does."""
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:  # another Python
        return JSONEncoder(allow_nan=False, separators=(",", ":")).encode
    quoted = encoder.encode_basestring_ascii
    write = make(None, _refuse_object, quoted, None, ":", ",", False, False, False)
    return lambda head: "".join(write(head, 0))


_write_json: Final = _make_writer()
_decoder: Final[Any] = JSONDecoder(parse_constant=_refuse_constant)
_scan_json: Final = _decoder.scan_once
_BLANKS: Final = " \t\n\r"
# Looked up on Python's own class of sockets, which student code can change.
_number_of: Final = socket.fileno
_receive: Final = socket.recv
_send: Final = socket.sendall
_set_timeout: Final = socket.settimeout
# Descriptors travel to processes that fork. Windows has neither.
_receive_with_rights: Final[Any] = getattr(socket, "recvmsg", None)
_send_with_rights: Final[Any] = getattr(socket, "sendmsg", None)
if _receive_with_rights is not None:
    from socket import CMSG_SPACE, SCM_RIGHTS


def decode_json(data: bytes) -> dict[str, Any]:
    """The JSON object in ``data``.

    Raises:
        WireError: it is no JSON object (``"malformed"``).
    """
    try:
        text = data.decode().strip(_BLANKS)
        head, end = _scan_json(text, 0)
    except (ValueError, RecursionError, StopIteration) as error:
        raise WireError("malformed", f"not JSON: {str(error)[:80]}") from None
    if end != len(text):
        raise WireError("malformed", "not JSON: something follows it")
    if type(head) is not dict:
        raise WireError("malformed", f"a frame must be a JSON object, not {type(head).__name__}")
    return head


class Channel:
    """A stream socket that speaks frames, with a deadline on every exchange.

    Receives either always with ``accept_fds`` or never."""

    def __init__(self, sock: socket) -> None:
        self.sock = sock
        self._taken = bytearray()

    def fileno(self) -> int:
        return _number_of(self.sock)

    def close(self) -> None:
        self.sock.close()

    def comes(self, seconds: float) -> bool:
        """Whether something to receive, or the end, comes within so many seconds."""
        if self._taken:
            return True
        try:
            return bool(select([self.sock], [], [], seconds)[0])
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
        text = _write_json(head).encode()
        data = memoryview(b"".join((_LENGTHS.pack(len(text), len(tail)), text, tail)))
        try:
            if fds:
                _set_timeout(self.sock, remaining(deadline))
                rights = (SOL_SOCKET, SCM_RIGHTS, array("i", fds))
                data = data[_send_with_rights(self.sock, [data], [rights]) :]
            _set_timeout(self.sock, remaining(deadline))
            _send(self.sock, data)
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
        accept_fds = accept_fds and _receive_with_rights is not None
        ahead = 0 if accept_fds else _AHEAD
        fds: tuple[int, ...] = ()
        if accept_fds:
            first, fds = self._start(deadline)
        else:
            first = self._read(_LENGTHS.size, deadline, ahead)
        json_bytes, tail_bytes = _LENGTHS.unpack(first)
        if json_bytes > json_cap or tail_bytes > tail_cap:
            raise WireError("too_big", f"a frame of {json_bytes} + {tail_bytes} bytes")
        text = self._read(json_bytes, deadline, ahead)
        head = decode_json(text)
        size = _LENGTHS.size + json_bytes + tail_bytes
        return Frame(head, self._read(tail_bytes, deadline, ahead), fds, size, text)

    def _start(self, deadline: float | None) -> tuple[bytes, tuple[int, ...]]:
        """The lengths, by ``recvmsg``, with the descriptors that came along."""
        received = array("i")
        data = b""
        while len(data) < _LENGTHS.size:
            try:
                _set_timeout(self.sock, remaining(deadline))
                more, ancillary, _, _ = _receive_with_rights(
                    self.sock, _LENGTHS.size - len(data), CMSG_SPACE(_MAX_FDS * received.itemsize)
                )
            except TimeoutError:
                raise WireError("deadline", "nothing came in time") from None
            except OSError as error:
                raise WireError("eof", f"could not receive: {error.strerror}") from None
            for level, kind, payload in ancillary:
                if (level, kind) == (SOL_SOCKET, SCM_RIGHTS):
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
                _set_timeout(self.sock, remaining(deadline))
                part = _receive(self.sock, max(min(missing, _CHUNK), ahead))
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
