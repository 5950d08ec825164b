"""What is kept of a submission's output, whatever its own side lets through."""

from __future__ import annotations

from typing import Any

import pytest

from gradeprop.session.grader.kept_output import KeptOutput, measure
from gradeprop.session.interface import CellOutcome, Limits

LIMITS = Limits(output_kb_cell=64, output_kb_total=256)
CELL = (64 + 64) << 10
TOTAL = (256 << 10) + (1 << 20)


def stream(size: int) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": "x" * size}


def size_of(outcome: CellOutcome) -> int:
    return measure(outcome.outputs)[0]


def test_what_an_honest_recorder_lets_through_is_kept_as_it_is() -> None:
    kept = KeptOutput(LIMITS)
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["x" * (31 << 10)]}
    outcome = CellOutcome("error", (stream(64 << 10), error, stream(200)), 1, 0.1, "E")
    assert kept.keep(outcome) is outcome


@pytest.mark.parametrize("text", ["x" * CELL, "\x00" * CELL, "€" * (CELL // 3)])
def test_a_cell_that_shows_too_much_is_cut_with_a_word(text: str) -> None:
    first, large = stream(10), {**stream(0), "text": text}
    outcome = KeptOutput(LIMITS).keep(CellOutcome("ok", (first, large, stream(10)), 1))
    assert outcome.outputs[0] == first
    assert "is cut" in outcome.outputs[-1]["text"]
    assert len(outcome.outputs) == 2
    assert outcome.status == "output"
    assert outcome.message == "the notebook printed more than 256 KiB in all"


def test_all_cells_together_have_a_limit() -> None:
    kept = KeptOutput(LIMITS)
    outcomes = [kept.keep(CellOutcome("ok", (stream(CELL - 200),))) for _ in range(40)]
    assert sum(map(size_of, outcomes)) < TOTAL + 40 * 200
    assert outcomes[0].status == "ok"
    assert outcomes[-1].status == "output"


def test_short_parts_without_number_have_a_limit_too() -> None:
    kept = KeptOutput(Limits())
    data: Any = {"application/json": [[] for _ in range(50_000)]}
    display = {"output_type": "display_data", "data": data, "metadata": {}}
    statuses = [kept.keep(CellOutcome("ok", (display,))).status for _ in range(10)]
    assert (statuses[0], statuses[-1]) == ("ok", "output")


def test_an_error_stays_an_error_when_its_output_is_cut() -> None:
    outcome = KeptOutput(LIMITS).keep(CellOutcome("error", (stream(CELL),), message="E: no"))
    assert (outcome.status, outcome.message) == ("error", "E: no")
