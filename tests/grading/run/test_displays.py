from __future__ import annotations

from typing import Any

from gradeprop.grading.run.displays import final_outputs
from gradeprop.session.interface import CellOutcome, DisplayUpdate


def display(text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}


def update(name: str, text: str) -> CellOutcome:
    return CellOutcome("ok", updates=(DisplayUpdate(name, {"text/plain": text}, {}),))


def texts(outcomes: list[CellOutcome]) -> list[list[str]]:
    return [[output["data"]["text/plain"] for output in cell] for cell in final_outputs(outcomes)]


def test_a_later_cell_changes_what_an_earlier_one_displays() -> None:
    first = CellOutcome("ok", (display("a"), display("other")), displays={0: "known"})
    assert texts([first, update("known", "b"), update("known", "c")]) == [["c", "other"], [], []]


def test_all_displays_of_an_id_change_and_no_other() -> None:
    shown = [CellOutcome("ok", (display("a"),), displays={0: "x"}) for _ in range(2)]
    assert texts([*shown, update("y", "b"), update("x", "c")])[:2] == [["c"], ["c"]]


def test_the_outcomes_themselves_stay_as_they_are() -> None:
    first = CellOutcome("ok", (display("a"),), displays={0: "x"})
    final_outputs([first, update("x", "b")])
    assert first.outputs == (display("a"),)


def test_an_update_before_the_display_changes_nothing() -> None:
    later = CellOutcome("ok", (display("a"),), displays={0: "x"})
    assert texts([update("x", "b"), later])[1] == ["a"]
