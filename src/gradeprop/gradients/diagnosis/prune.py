"""Fewer wrong answers that say as much, for a check that is recorded into a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradeprop.gradients.answer import Answer, same


def prune(probes: Sequence[Mapping[str, list[Answer]]]) -> list[dict[str, list[Answer]]]:
    """Drop variants that say the same as an earlier one on every probe.

    The variants of one misconception keep their alignment across probes, so a diagnosis is
    unchanged; a recorded check gets much smaller. Misconceptions whose numbers of variants differ
    between probes are left as they are.
    """
    pruned: list[dict[str, list[Answer]]] = [dict(probe) for probe in probes]
    for name in {name for probe in probes for name in probe}:
        holding = [probe for probe in pruned if probe.get(name)]
        columns = [probe[name] for probe in holding]
        if len({len(column) for column in columns}) != 1:
            continue
        kept = _distinct(columns)
        for probe in holding:
            probe[name] = [probe[name][variant] for variant in kept]
    return pruned


def _distinct(columns: Sequence[Sequence[Answer]]) -> list[int]:
    """The variants, one column for each probe, that differ somewhere from all before them."""

    def repeats(variant: int, earlier: int) -> bool:
        return all(same(column[variant], column[earlier]) for column in columns)

    kept: list[int] = []
    for variant in range(len(columns[0])):
        if not any(repeats(variant, earlier) for earlier in kept):
            kept.append(variant)
    return kept
