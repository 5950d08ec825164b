"""Asks as JSON plus plain numbers, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gradeprop.session.interface import Ask, Call, Define, Read
from gradeprop.session.wire.decoder import Decoder, rows_in
from gradeprop.session.wire.encoder import Encoder

__all__ = ["decode_asks", "encode_asks"]


def encode_asks(asks: Iterable[Ask]) -> tuple[list[Any], bytes]:
    """JSON and tail for ``asks``.

    Raises:
        TypeError: an argument is not a `Value` that travels.
    """
    encoder = Encoder(asking=True)
    rows = [_row(ask, encoder) for ask in asks]
    return rows, encoder.tail()


def _row(ask: Ask, encoder: Encoder) -> dict[str, Any]:
    if isinstance(ask, Read):
        return {"read": ask.name}
    if isinstance(ask, Define):
        return {"define": ask.source}
    return {
        "call": ask.name,
        "arguments": [encoder.value(item) for item in ask.arguments],
        "keywords": [[key, encoder.value(item)] for key, item in ask.keywords.items()],
    }


def decode_asks(rows: Any, tail: bytes) -> list[Ask]:
    """The asks in ``rows`` and ``tail``; the inverse of `encode_asks`.

    Raises:
        WireError: something is not as `encode_asks` writes it.
    """
    decoder = Decoder(tail)
    return [_ask(row, decoder) for row in rows_in(rows)]


def _ask(row: dict[str, Any], decoder: Decoder) -> Ask:
    if "read" in row:
        return Read(decoder.text(row["read"]))
    if "define" in row:
        return Define(decoder.text(row["define"]))
    return Call(
        decoder.text(row.get("call")),
        decoder.values(row.get("arguments")),
        decoder.pairs(row.get("keywords")),
    )
