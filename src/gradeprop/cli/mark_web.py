"""``gradeprop mark --web``: the marker's screen in a browser on this machine, and in no other.

The server listens on 127.0.0.1 only and answers to nobody who does not know its token, a random
part of the address: other people who are logged in here can reach 127.0.0.1, too. Each page that is
opened is a `gradeprop mark` of its own; one at a time, so that no two write the same marks."""

from __future__ import annotations

import asyncio
import secrets
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aiohttp import web
from textual_serve.server import Server

from gradeprop.errors import UsageError

HOST = "127.0.0.1"
_NAMES = (HOST, "localhost")
# Nothing leaves this machine, the token least of all.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
        " img-src 'self' data:; connect-src 'self' ws://127.0.0.1:*;"
        " frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_PATIENCE_S = 20
"""For a page's own `gradeprop mark` to write its marks and end."""
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class MarkServer(Server):
    """Serves the screen below ``/TOKEN/``; everything else is refused.

    Args:
        command: what is run for the page, as words; the first is Python.
        port: of 127.0.0.1; 0 for any that is free.

    Attributes:
        address: what the browser opens; to be kept from others.

    Raises:
        UsageError: another program has the port.
    """

    def __init__(self, command: Sequence[str], port: int = 0) -> None:
        self._socket = _listening(port)
        port = self._socket.getsockname()[1]
        super().__init__(
            shlex.join(command),
            HOST,
            port,
            title="gradeprop mark",
            templates_path=Path(__file__).parent / "mark_page_html",
        )
        self._token = secrets.token_urlsafe(32)
        self._visit: asyncio.Task[object] | None = None
        self.address = f"{self.public_url}/{self._token}/"

    def run(self) -> None:
        """Serve until Ctrl-C."""
        web.run_app(
            self._make_app(),
            sock=self._socket,
            print=lambda *_: None,
            access_log=None,  # it would tell the token
            shutdown_timeout=5,
        )

    async def _make_app(self) -> web.Application:
        inside = await super()._make_app()
        inside.on_startup.clear()  # textual-serve's own banner
        outside = web.Application(middlewares=[self._guarded])
        outside.add_subapp(f"/{self._token}", inside)
        outside.on_shutdown.append(self._end_visit)
        return outside

    @web.middleware
    async def _guarded(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Let in who knows the token, and came by this machine's own name: a page from elsewhere
        could have a name of its own point here."""
        name = request.host.rpartition(":")[0]
        shown = request.path.lstrip("/").partition("/")[0].encode()
        if name not in _NAMES or not secrets.compare_digest(shown, self._token.encode()):
            return web.Response(status=403, text="Open the address that gradeprop mark printed.\n")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One page at a time: the earlier one ends, and has written its marks, before this one
        reads."""
        await self._end_visit()
        self._visit = asyncio.current_task()
        return await super().handle_websocket(request)

    async def _end_visit(self, _: object = None) -> None:
        visit, self._visit = self._visit, None
        if visit is not None and not visit.done():
            visit.cancel()
            await asyncio.wait([visit], timeout=_PATIENCE_S)


def _listening(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two programs have one port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise UsageError(
            f"port {port} of {HOST} cannot be had: {error.strerror}", remedy="take another --port"
        ) from None
    return listening
