"""What is kept of a submission's output, whatever its own side lets through."""

from __future__ import annotations

from typing import Any

import pytest

from gradeprop.grading.run.displays import final_outputs
from gradeprop.session.grader.kept_output import KeptOutput, measure
from gradeprop.session.interface import CellOutcome, DisplayUpdate, Limits

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


def display(size: int) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/plain": "x" * size}, "metadata": {}}


def test_an_update_counts_for_each_display_that_shows_it() -> None:
    """Many small displays of one id, and then one large text for all of them."""
    kept = KeptOutput(LIMITS)
    many = CellOutcome("ok", (display(1),) * 500, displays=dict.fromkeys(range(500), "id"))
    assert kept.keep(many) is many
    small = CellOutcome("ok", updates=(DisplayUpdate("id", {"text/plain": "x" * 9}, {}),) * 50)
    assert kept.keep(small) is small
    large = CellOutcome("ok", updates=(DisplayUpdate("id", {"text/plain": "x" * 60_000}, {}),))
    cut = kept.keep(large)
    assert (cut.status, cut.updates) == ("output", ())


def test_what_is_cut_can_be_updated_no_more() -> None:
    shown = (display(10), display(CELL), display(10))
    outcome = CellOutcome("ok", shown, displays={0: "a", 1: "b", 2: "c"})
    kept = KeptOutput(LIMITS).keep(outcome)
    assert kept.displays == {0: "a"}
    later = CellOutcome("ok", updates=(DisplayUpdate("c", {"text/plain": "new"}, {}),))
    (first, _) = final_outputs([kept, later])
    assert first[0] == display(10)
    assert len(first) == 2
