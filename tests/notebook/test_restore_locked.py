"""Locked cells are the release's, whatever stands in them; another assignment's are refused."""

from __future__ import annotations

import pytest
from student_notebook import (
    ALL_PRESENT,
    HAND_ID,
    MODEL,
    cell,
    extra,
    locked_are_released,
    put_back,
    solved,
    strip,
)

from gradeprop.errors import UngradableSubmission
from gradeprop.notebook.render import nbgrader_metadata


def test_code_written_into_a_check_cell_is_ignored_and_said() -> None:
    notebook = solved()
    cell(notebook, f"{HAND_ID}-check")["source"] = "score = 100.0\nscore"
    restored = put_back(notebook)
    assert locked_are_released(restored)
    assert restored.notes == (
        "The check of square_derivative (by_hand) held other text. It was put back and that text "
        "was "
        "ignored; an answer belongs in the cell above its check.",
    )


def test_changed_locked_cells_are_put_back_and_named() -> None:
    notebook = solved()
    for name in ("a01_slopes-setup", f"{HAND_ID}-prompt"):
        cell(notebook, name)["source"] = ["changed"]
    restored = put_back(notebook)
    assert locked_are_released(restored)
    assert restored.notes == (
        f"Put back as released, after changes: a01_slopes-setup, {HAND_ID}-prompt.",
    )


def test_texts_of_an_earlier_build_are_no_change_of_the_students() -> None:
    notebook = solved()
    released = {item.grade_id: item for item in MODEL.cells}
    for name in ("a01_slopes-setup", f"{HAND_ID}-prompt"):
        older = cell(notebook, name)
        older["source"] = "as an earlier build had it"
        told = nbgrader_metadata(released[name], older["source"])
        older["metadata"]["nbgrader"]["checksum"] = told["checksum"]
    restored = put_back(notebook)
    assert locked_are_released(restored)
    assert restored.notes == ()


def test_changed_points_and_locks_have_no_effect_and_are_said() -> None:
    notebook = solved()
    cell(notebook, f"{HAND_ID}-check")["metadata"]["nbgrader"] |= {"points": 1000, "locked": False}
    cell(notebook, HAND_ID)["metadata"]["nbgrader"] |= {"grade": True, "points": [[1]]}
    restored = put_back(notebook)
    assert locked_are_released(restored)
    assert restored.parts == ALL_PRESENT
    assert restored.notes == (
        f"Points or locks had been changed and were put back: {HAND_ID}, {HAND_ID}-check.",
    )


def test_a_code_answer_turned_into_markdown_still_runs() -> None:
    notebook = solved()
    cell(notebook, HAND_ID)["cell_type"] = "markdown"
    restored = put_back(notebook)
    assert next(item.kind for item in restored.cells if item.grade_id == HAND_ID) == "code"
    assert "was read as code" in restored.notes[0]


def test_an_older_release_of_the_setup_cell_is_recognised_without_its_id() -> None:
    notebook = solved()
    cell(notebook, "a01_slopes-setup")["source"] = "import torch\ngp.load_public_checks('{}')"
    restored = put_back(strip(notebook))
    assert not [item for item in restored.cells if item.origin == "extra"]


def test_notes_quote_nothing_that_the_student_wrote() -> None:
    notebook = solved()
    for item in notebook["cells"]:
        item["source"] = "<script>"
        item["metadata"]["nbgrader"]["points"] = "<script>"
    assert not any("<" in note for note in put_back(notebook).notes)


def test_the_notebook_of_another_assignment_is_refused() -> None:
    other = {"cells": [extra("x = 1")], "metadata": {"gradeprop": {"assignment": "a02_autograd"}}}
    with pytest.raises(
        UngradableSubmission,
        match=r"of a02_autograd, not of a01_slopes\. Hand in a01_slopes\.ipynb",
    ):
        put_back(other)


def test_a_strange_assignment_name_is_not_quoted() -> None:
    other = {"cells": [], "metadata": {"gradeprop": {"assignment": "<script>" * 1000}}}
    with pytest.raises(
        UngradableSubmission, match=r"^This is the notebook of another assignment, not"
    ):
        put_back(other)


def test_foreign_ids_only_is_another_assignment() -> None:
    other = {"cells": [extra("", metadata={"nbgrader": {"grade_id": "q1"}})]}
    with pytest.raises(UngradableSubmission, match="another assignment"):
        put_back(other)
