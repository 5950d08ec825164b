"""Who is let in by the server of `gradeprop mark --web`, without a browser."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError, web

from gradeprop.cli.mark_web import HOST, MarkServer
from gradeprop.errors import UsageError

# Something that talks as a Textual app does, says which one it is, and says so when it ends.
APP = """
import os, pathlib, sys
print("__GANGLION__", flush=True)
note = pathlib.Path(sys.argv[1])
number = len(note.read_text().splitlines()) if note.exists() else 0
with note.open("a") as out: out.write(f"begun {number}\\n")
text = str(number).encode()
sys.stdout.buffer.write(b"D" + len(text).to_bytes(4, "big") + text)
sys.stdout.buffer.flush()
while True:
    kind, size = sys.stdin.buffer.read(1), int.from_bytes(sys.stdin.buffer.read(4), "big")
    if not kind or b"quit" in sys.stdin.buffer.read(size):
        break
with note.open("a") as out: out.write(f"ended {number}\\n")
"""


def visiting(note: Any, does: Callable[[MarkServer, ClientSession], Awaitable[None]]) -> MarkServer:
    """Serve, and let ``does`` visit."""
    server = MarkServer([sys.executable, "-c", APP, str(note)])

    async def whole() -> None:
        runner = web.AppRunner(await server._make_app(), shutdown_timeout=5)
        await runner.setup()
        await web.SockSite(runner, server._socket).start()
        try:
            async with ClientSession() as client:
                await does(server, client)
        finally:
            await runner.cleanup()
            await asyncio.sleep(0.2)  # asyncio hears of the children's ends

    asyncio.run(whole())
    return server


async def said(channel: Any) -> str:
    """What the app behind a page says first."""
    async for message in channel:
        if message.type is WSMsgType.BINARY:
            return str(message.data.decode())
    return "closed"


def test_without_the_token_nothing_is_told(tmp_path: Any) -> None:
    async def visits(server: MarkServer, client: ClientSession) -> None:
        base = server.public_url
        token = server.address.rstrip("/").rpartition("/")[2]
        assert len(token) >= 40
        for path in ("/", "/ws", "/static/js/textual.js", f"/{token[:-1]}/", f"/x/{token}/", "//"):
            async with client.get(f"{base}{path}") as reply:
                assert reply.status == 403, path
                assert token not in await reply.text()
        with pytest.raises(WSServerHandshakeError) as refused:
            await client.ws_connect(f"{base}/ws")
        assert refused.value.status == 403

    visiting(tmp_path / "note", visits)
    assert not (tmp_path / "note").exists()


def test_another_name_of_this_machine_is_refused_even_with_the_token(tmp_path: Any) -> None:
    async def visits(server: MarkServer, client: ClientSession) -> None:
        for name in ("evil.example", f"evil.example:{server.port}", "127.0.0.1.evil.example:1"):
            async with client.get(server.address, headers={"Host": name}) as reply:
                assert reply.status == 403
        async with client.get(
            server.address, headers={"Host": f"localhost:{server.port}"}
        ) as reply:
            assert reply.status == 200

    visiting(tmp_path / "note", visits)


def test_the_page_asks_nobody_else_for_anything(tmp_path: Any) -> None:
    async def visits(server: MarkServer, client: ClientSession) -> None:
        async with client.get(server.address) as reply:
            assert reply.status == 200
            page = await reply.text()
            policy = reply.headers["Content-Security-Policy"]
            assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'self'" in policy
        assert "https" not in policy
        assert server.address.replace("http", "ws") + "ws" in page

    visiting(tmp_path / "note", visits)


@pytest.mark.slow
def test_a_second_page_ends_the_first_before_it_begins(tmp_path: Any) -> None:
    note = tmp_path / "note"

    async def visits(server: MarkServer, client: ClientSession) -> None:
        async with client.ws_connect(f"{server.address}ws") as one:
            assert await said(one) == "0"
            async with client.ws_connect(f"{server.address}ws") as other:
                assert await said(other) == "2"
                assert await said(one) == "closed"

    visiting(note, visits)
    assert note.read_text().split("\n")[:3] == ["begun 0", "ended 0", "begun 2"]
    assert "ended 2" in note.read_text()


def test_it_listens_on_this_machine_only_and_a_taken_port_is_told() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} of 127.0.0.1 cannot be had"):
            MarkServer(["true"], port)
    server = MarkServer(["true"])
    assert server._socket.getsockname()[0] == "127.0.0.1"
    server._socket.close()
