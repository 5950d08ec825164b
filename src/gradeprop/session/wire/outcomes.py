"""Outcomes as JSON plus plain numbers, and back, trusting nothing that comes back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, get_args

from gradeprop.gradients.values import FACTS, Evidence
from gradeprop.session.interface import Missing, Outcome, Raised, Returned, Stopped, StopReason
from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.wire.decoder import Decoder, malformed, rows_in
from gradeprop.session.wire.encoder import Encoder

__all__ = ["decode_outcomes", "encode_outcomes"]

__builtins__ = KEPT

_MACHINERY: Final = ("autograd", "optimizer")
_MAX_LINE: Final = 1_000_000
# Both come to stand in results; the student's side writes no more.
_MAX_MESSAGE: Final = 4_000
_MAX_TRACEBACK: Final = 16_000
_MOST_ORIGINS: Final = 64
_MOST_BASES: Final = 32


def encode_outcomes(outcomes: Iterable[Outcome]) -> tuple[list[Any], bytes]:
    """JSON and tail for ``outcomes``."""
    encoder = Encoder()
    rows = [_row(outcome, encoder) for outcome in outcomes]
    return rows, encoder.tail()


def _row(outcome: Outcome, encoder: Encoder) -> dict[str, Any]:
    if isinstance(outcome, Returned):
        return {
            "arguments": [encoder.value(item) for item in outcome.arguments],
            "returned": encoder.value(outcome.value),
            "used": sorted(outcome.used),
            "seen": _seen_row(outcome.seen),
        }
    if isinstance(outcome, Raised):
        return {
            "raised": outcome.type_name,
            "message": outcome.message,
            "traceback": outcome.traceback,
            "line": outcome.line,
            "used": sorted(outcome.used),
            "bases": list(outcome.bases),
        }
    if isinstance(outcome, Missing):
        return {"missing": outcome.name, "found": outcome.found_type}
    return {"stopped": outcome.reason, "message": outcome.message}


def decode_outcomes(rows: Any, tail: bytes) -> list[Outcome]:
    """The outcomes in ``rows`` and ``tail``, every field checked.

    Raises:
        WireError: something is not as `encode_outcomes` writes it.
    """
    decoder = Decoder(tail)
    return [_outcome(row, decoder) for row in rows_in(rows)]


def _outcome(row: dict[str, Any], decoder: Decoder) -> Outcome:
    if "returned" in row:
        return _returned(row, decoder)
    if "raised" in row:
        return Raised(
            decoder.type_name(row["raised"]),
            decoder.text(row.get("message"))[:_MAX_MESSAGE],
            decoder.text(row.get("traceback"))[:_MAX_TRACEBACK],
            _line(row.get("line")),
            _used(row),
            _bases(row.get("bases", []), decoder),
        )
    if "missing" in row:
        found = row.get("found")
        name = decoder.text(row["missing"])
        return Missing(name, None if found is None else decoder.type_name(found))
    for reason in get_args(StopReason):
        if row.get("stopped") == reason:
            return Stopped(reason, decoder.text(row.get("message")))
    raise malformed("outcome")


def _returned(row: dict[str, Any], decoder: Decoder) -> Returned:
    return Returned(
        decoder.value(row["returned"]),
        decoder.values(row.get("arguments")),
        _used(row),
        _seen(row.get("seen", {}), decoder),
    )


def _used(row: dict[str, Any]) -> frozenset[str]:
    used = row.get("used")
    if type(used) is not list:
        raise malformed("outcome")
    return frozenset(what for what in _MACHINERY if what in used)


def _seen_row(seen: Evidence) -> dict[str, Any]:
    facts = {fact: getattr(seen, fact) for fact in FACTS}
    known: dict[str, Any] = {fact: told for fact, told in facts.items() if told is not None}
    if seen.origins is not None:
        known["origins"] = list(seen.origins)
    return known


def _seen(row: Any, decoder: Decoder) -> Evidence:
    if type(row) is not dict:
        raise malformed("outcome")
    facts = {fact: row[fact] for fact in FACTS if fact in row}
    origins = row.get("origins")
    if not all(type(told) is bool for told in facts.values()):
        raise malformed("outcome")
    if origins is not None:
        if type(origins) is not list or len(origins) > _MOST_ORIGINS:
            raise malformed("outcome")
        origins = tuple(map(decoder.text, origins))
    return Evidence(**facts, origins=origins)


def _bases(raw: Any, decoder: Decoder) -> tuple[str, ...]:
    if type(raw) is not list or len(raw) > _MOST_BASES:
        raise malformed("outcome")
    return tuple(map(decoder.type_name, raw))


def _line(raw: Any) -> int | None:
    if raw is None or (type(raw) is int and 0 < raw < _MAX_LINE):
        return raw
    raise malformed("line")
