"""JSON Lines: a result and its marks per line, nothing secret."""

from __future__ import annotations

import json
from typing import Any

from gradeprop.records.exports.jsonl import export
from records.marked_class import HIDDEN_DETAIL


def test_each_line_is_a_result_with_final_scores_and_where_they_come_from(recorded: Any) -> None:
    ada, odd = map(json.loads, export(recorded).splitlines())
    assert ada["score"] == 4.5
    assert ada["marks"] == {
        "source": "gradebook",
        "late_penalty": 2.0,
        "extra_credit": 1.0,
        "retired_points": 0.0,
    }
    why = ada["exercises"][1]["parts"][1]
    assert (why["score"], why["manual_score"], why["comment"]) == (2.5, 1.5, "Nice.")
    assert odd["student"] == "=1+1"
    assert odd["score"] is None


def test_the_status_is_that_of_the_final_marks(waiting: Any, recorded: Any) -> None:
    """Nothing awaits a person any more, once a person has given the points."""
    (open_one,) = map(json.loads, export(waiting).splitlines())
    done, other = map(json.loads, export(recorded).splitlines())
    assert recorded.students[0].result.status == "needs_manual"
    assert [line["status"] for line in (open_one, done, other)] == [
        "needs_manual",
        "graded",
        "needs_manual",
    ]


def test_a_line_without_a_gradebook_says_so(waiting: Any) -> None:
    assert json.loads(export(waiting))["marks"]["source"] == "results"


def test_neither_seed_nor_detail_leaves_the_house(recorded: Any) -> None:
    text = export(recorded)
    assert "5eed5eed" not in text
    assert HIDDEN_DETAIL not in text
    assert '"detail"' not in text
