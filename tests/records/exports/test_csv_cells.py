"""No cell is a formula, and every cell comes back as it was."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.records.exports.csv_cells import cell, from_csv, guarded, to_csv, unguarded
from gradeprop.wording import number

FORMULAS = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    '=HYPERLINK("http://x","y")',
    "=cmd|' /C calc'!A0",
    "＝1",
    "'=1",
    "''=1",
    "-dash",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe_and_comes_back(text: Any) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["ada", "", "'t Hooft", "o'neil", "a=b", "-", "3.5", "'", "日本"])
def test_other_text_is_left_alone(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.text())
def test_guarding_is_reversible_and_never_leaves_a_formula(text: Any) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text) == "-" or guarded(text).lstrip()[:1] not in {"=", "+", "-", "@"}
    assert guarded(text)[:1] not in {"\t", "\r", "\n"}


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1), min_size=1)
)
def test_tables_come_back_as_they_were(rows: Any) -> None:
    # CSV cannot tell an empty row from one empty cell
    rows = [row if row != [""] else ["x"] for row in rows]
    assert from_csv(to_csv(rows)) == rows


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (3.0, "3"),
        (0.5, "0.5"),
        (1 / 3, "0.333333"),
        (-1.0, "-1"),
        (-0.0, "0"),
        (1e-9, "0"),
        (0, "0"),
    ],
)
def test_numbers_are_plain_and_the_unknown_is_empty(value: Any, shown: str) -> None:
    assert cell(value) == shown


def test_large_and_small_points_have_no_exponent() -> None:
    assert number(1234567.5) == "1234567.5"


def test_quotes_commas_and_line_ends_are_quoted_as_in_rfc_4180() -> None:
    text = to_csv([['say "hi", then\nleave']])
    assert text == '"say ""hi"", then\nleave"\r\n'
    assert next(csv.reader(io.StringIO(text, newline=""))) == ['say "hi", then\nleave']
