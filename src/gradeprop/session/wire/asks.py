"""Asks as JSON plus plain numbers, and back. What may change stays with who asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gradeprop.session.interface import Ask, Bound, Call, Code, Define, Read, ReadAll, Run
from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.wire.decoder import Decoder, malformed, rows_in
from gradeprop.session.wire.encoder import Encoder

__all__ = ["decode_asks", "encode_asks"]


__builtins__ = KEPT


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
    if isinstance(ask, ReadAll):
        return {"all": list(ask.names)}
    if isinstance(ask, Define):
        return {"define": ask.source}
    passed = {
        "arguments": [encoder.value(item) for item in ask.arguments],
        "keywords": [[key, encoder.value(item)] for key, item in ask.keywords.items()],
    }
    if isinstance(ask, Run):
        return {"run": encoder.value(ask.function), **passed}
    return {"call": ask.name, **passed}


def decode_asks(rows: Any, tail: bytes) -> list[Ask]:
    """The asks in ``rows`` and ``tail``; the inverse of `encode_asks`.

    Raises:
        WireError: something is not as `encode_asks` writes it.
    """
    decoder = _AskDecoder(tail)
    return [_ask(row, decoder) for row in rows_in(rows)]


class _AskDecoder(Decoder):
    """Also reads what stands in asks only: objects by name, and functions."""

    def tagged(self, tag: str, body: Any, depth: int) -> Any:
        if tag == "n":
            return Bound(self.text(body))
        if tag == "c":
            return Code(*map(self.text, body))
        return super().tagged(tag, body, depth)


def _ask(row: dict[str, Any], decoder: Decoder) -> Ask:
    if "read" in row:
        return Read(decoder.text(row["read"]))
    if "define" in row:
        return Define(decoder.text(row["define"]))
    if "all" in row:
        return ReadAll(tuple(map(decoder.text, row["all"])))
    arguments = decoder.values(row.get("arguments"))
    keywords = decoder.pairs(row.get("keywords"))
    if "run" not in row:
        return Call(decoder.text(row.get("call")), arguments, keywords)
    function = decoder.value(row["run"])
    if not isinstance(function, Code):
        raise malformed("function")
    return Run(function, arguments, keywords)
