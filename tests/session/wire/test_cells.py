from __future__ import annotations

from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.session.interface import DisplayUpdate
from gradeprop.session.wire.cells import clean_cell, clean_outputs, optional_count, optional_text
from gradeprop.session.wire.frames import WireError

GOOD = [
    {"output_type": "stream", "name": "stdout", "text": "a\n"},
    {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]},
    {
        "output_type": "display_data",
        "data": {"text/plain": "x", "application/json": {"a": [1]}},
        "metadata": {},
    },
    {
        "output_type": "execute_result",
        "data": {"text/plain": ["a", "b"]},
        "metadata": {},
        "execution_count": 3,
    },
]
json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def test_good_outputs_pass_as_they_are() -> None:
    assert list(clean_outputs(GOOD)) == GOOD


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {},
        ["x"],
        [{"output_type": "script"}],
        [{"output_type": "stream", "name": "stdlog", "text": ""}],
        [{"output_type": "stream", "name": "stdout", "text": ["a"]}],
        [{"output_type": "error", "ename": 1, "evalue": "", "traceback": []}],
        [{"output_type": "error", "ename": "", "evalue": "", "traceback": "t"}],
        [{"output_type": "display_data", "data": [], "metadata": {}}],
        [{"output_type": "display_data", "data": {}, "metadata": None}],
        [{"output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": "1"}],
        [{"output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": True}],
        [GOOD[0]] * 10_000,
    ],
)
def test_what_is_no_output_is_malformed(raw: Any) -> None:
    with pytest.raises(WireError):
        clean_outputs(raw)


@given(
    st.lists(
        json_values | st.fixed_dictionaries({"output_type": st.sampled_from(["stream", "error"])})
    )
)
def test_whatever_passes_is_a_valid_notebook(raw: Any) -> None:
    try:
        outputs = clean_outputs(raw)
    except WireError:
        return
    cell = nbformat.v4.new_code_cell("", outputs=[nbformat.from_dict(output) for output in outputs])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


def test_extra_fields_and_unfit_mime_entries_are_dropped() -> None:
    (output,) = clean_outputs(
        [
            {
                "output_type": "display_data",
                "data": {"text/plain": "x", "no mime": "y", "text/html": {"a": 1}},
                "metadata": {},
                "transient": {"x": 1},
            }
        ]
    )
    assert output == {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}}


def test_text_that_utf8_cannot_write_is_cleaned() -> None:
    (output,) = clean_outputs([{"output_type": "stream", "name": "stdout", "text": "a\ud800"}])
    assert output["text"] == "a\ufffd"


def test_numbers_and_texts_are_checked() -> None:
    assert (optional_count(None), optional_count(4)) == (None, 4)
    assert (optional_text(None), optional_text("x" * 9, cap=3)) == (None, "xxx")
    for wrong in (-1, 10**9, 1.5, "1"):
        with pytest.raises(WireError):
            optional_count(wrong)
    with pytest.raises(WireError):
        optional_text(3)


def test_what_changes_later_is_told_apart() -> None:
    update = {
        "output_type": "update_display_data",
        "data": {"text/plain": "b", "no mime": 1},
        "metadata": {},
        "transient": {"display_id": "x"},
    }
    cell = clean_cell([update, GOOD[0], {**GOOD[2], "transient": {"display_id": "y"}}])
    assert list(cell.outputs) == [GOOD[0], GOOD[2]]
    assert cell.displays == {1: "y"}
    assert cell.updates == (DisplayUpdate("x", {"text/plain": "b"}, {}),)


@pytest.mark.parametrize("transient", [None, [], {}, {"display_id": 3}])
def test_an_update_without_an_id_is_refused(transient: Any) -> None:
    update = {"output_type": "update_display_data", "data": {}, "metadata": {}}
    with pytest.raises(WireError):
        clean_cell([{**update, "transient": transient}])
