"""What misconceptions' samples gave to a public check, as JSON: it travels in the notebook, and the
samples stay behind."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from gradeprop.gradients.values import Evidence
from gradeprop.grading.checks.sampled import Ended, Given
from gradeprop.grading.public.data import decode_answer, encode_answer

__all__ = ["decode_given", "encode_given"]


def encode_given(given: Given) -> dict[str, Any]:
    """JSON-able, without what says nothing."""
    data: dict[str, Any] = {"values": list(map(encode_answer, given.values))}
    if any(given.flags):
        data["flags"] = [list(flags) if flags else None for flags in given.flags]
    seen = [_known(evidence) for evidence in given.seen]
    if any(seen):
        data["seen"] = seen
    if given.ended is not None:
        left, used = encode_answer(given.ended.left), list(given.ended.used)
        data["ended"] = {**asdict(given.ended), "left": left, "used": used}
    return data


def decode_given(data: dict[str, Any]) -> Given:
    """Inverse of `encode_given`."""
    values = tuple(map(decode_answer, data["values"]))
    flags = tuple((item[0], item[1]) if item else None for item in data.get("flags", ()))
    seen = tuple(_evidence(item) for item in data.get("seen", ()))
    ended = data.get("ended")
    return Given(
        values,
        flags or (None,) * len(values),
        seen,
        None if ended is None else _ended(ended),
    )


def _ended(data: dict[str, Any]) -> Ended:
    left, used = decode_answer(data["left"]), tuple(data.get("used", ()))
    return Ended(**{**data, "left": left, "used": used})


def _known(evidence: Evidence) -> dict[str, Any]:
    return {name: told for name, told in asdict(evidence).items() if told is not None}


def _evidence(data: dict[str, Any]) -> Evidence:
    origins = data.get("origins")
    return Evidence(**{**data, "origins": None if origins is None else tuple(origins)})
