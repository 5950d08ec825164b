"""The table for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import Any

from gradeprop.records.exports.csv_cells import from_csv
from gradeprop.records.exports.wide_csv import export


def rows_of(marks: Any) -> Any:
    header, *rows = from_csv(export(marks))
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_points_stand_by_exercise_part_and_check_in_the_courses_order(waiting: Any) -> None:
    header = from_csv(export(waiting))[0]
    points = [name for name in header if name.startswith(("square_derivative", "explain_sign"))]
    assert points == [
        "square_derivative",
        "square_derivative/by_hand",
        "square_derivative/by_hand/shape",
        "square_derivative/by_hand/matches_autograd",
        "explain_sign",
        "explain_sign/commit",
        "explain_sign/commit/direction",
        "explain_sign/why",
    ]


def test_a_score_that_waits_for_a_person_is_empty_and_never_0(waiting: Any) -> None:
    (row,) = rows_of(waiting)
    assert (row["score"], row["explain_sign"], row["explain_sign/why"]) == ("", "", "")
    assert (row["square_derivative"], row["auto_score"]) == ("3", "4")


def test_a_graders_fault_is_empty_and_never_0(faulty: Any) -> None:
    (row,) = rows_of(faulty)
    assert (row["score"], row["square_derivative"]) == ("", "")
    assert row["square_derivative/by_hand/matches_autograd"] == ""
    assert row["explain_sign/why"] == "2"


def test_totals_are_the_gradebooks_with_manual_scores_extra_credit_and_penalty(
    recorded: Any,
) -> None:
    ada, odd = rows_of(recorded)
    assert (ada["status"], odd["status"]) == ("graded", "needs_manual")
    assert (ada["score"], ada["extra_credit"], ada["late_penalty"]) == ("4.5", "1", "2")
    assert (ada["first_name"], ada["last_name"], ada["email"]) == (
        "Ada",
        "Lovelace",
        "ada@example.org",
    )
    assert odd["square_derivative/by_hand"] == "2"
    assert odd["causes"] == "square_derivative: missing_factor_two; explain_sign: inverted_move"


def test_an_id_like_a_formula_is_harmless_in_a_spreadsheet_and_comes_back(recorded: Any) -> None:
    raw = list(csv.reader(io.StringIO(export(recorded))))
    assert raw[2][0] == "'=1+1"
    assert rows_of(recorded)[1]["student"] == "=1+1"


def test_times_are_in_seconds(waiting: Any) -> None:
    (row,) = rows_of(waiting)
    assert {"total_s", "run_s", "checks_s"} <= row.keys()
