"""The cell in which a student sees where they stand: locked, worth nothing, and free to be missing,
moved, copied or changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from notebook_example import PUBLIC, course
from student_notebook import (
    ALL_PRESENT,
    HAND_ID,
    MODEL,
    PROGRESS_ID,
    WHY_ID,
    cell,
    extra,
    locked_are_released,
    order,
    place,
    put_back,
    solved,
    strip,
)

from gradeprop.notebook.release import release_model
from gradeprop.notebook.render import to_notebook
from gradeprop.notebook.restore import handed_in, restore

CALL = "gp.progress()"


def earlier_model() -> Any:
    made = course()
    return release_model(made, made.assignments[0], PUBLIC, progress=False)


def without(notebook: dict[str, Any]) -> dict[str, Any]:
    notebook["cells"].pop(place(notebook, PROGRESS_ID))
    return notebook


def test_it_is_locked_code_without_points_for_plain_nbgrader() -> None:
    told = cell(json.loads(to_notebook(MODEL)), PROGRESS_ID)
    marks = told["metadata"]["nbgrader"]
    assert (told["cell_type"], "".join(told["source"])) == ("code", CALL)
    assert (marks["locked"], marks["grade"], marks["solution"]) == (True, False, False)
    assert "points" not in marks
    assert told["metadata"]["gradeprop"] == {"role": "progress"}


def test_it_is_kept_in_its_place_and_never_runs() -> None:
    restored = put_back(solved())
    assert order(restored)[-1] == PROGRESS_ID
    assert [item.grade_id for item in restored.cells if item.idle] == [PROGRESS_ID]
    assert not restored.cells[-1].runs
    assert restored.notes == ()


@pytest.mark.parametrize("model", [MODEL, earlier_model()], ids=["grader knows it", "or not"])
def test_a_notebook_of_an_earlier_release_is_whole_without_it(model: Any) -> None:
    notebook = without(solved())
    restored = restore(json.dumps(notebook).encode(), model)
    assert (restored.notes, restored.parts) == ((), ALL_PRESENT)
    assert order(restored) == [item["id"] for item in notebook["cells"]]


def test_where_the_release_has_none_a_notebook_with_one_is_graded_alike() -> None:
    notebook = solved()
    restored = restore(json.dumps(notebook).encode(), earlier_model())
    assert order(restored) == [item["id"] for item in notebook["cells"]][:-1]
    assert (restored.notes, restored.parts) == ((), ALL_PRESENT)


def test_with_it_and_without_it_the_same_was_handed_in() -> None:
    assert handed_in(put_back(solved())) == handed_in(put_back(without(solved())))
    again = solved()
    again["cells"].insert(place(again, HAND_ID), extra(CALL))
    assert handed_in(put_back(again)) == handed_in(put_back(solved()))


def test_what_students_ask_of_their_own_does_not_run_either() -> None:
    notebook = without(solved())
    for at in (3, 6, 9):
        notebook["cells"].insert(at, extra(f"{CALL}\n"))
    restored = put_back(notebook)
    assert sum(item.source == CALL for item in restored.cells) == 1
    assert not any(item.runs for item in restored.cells if CALL in item.source)
    assert restored.notes == ()


def test_cells_after_one_that_was_moved_up_stay_where_they_stand() -> None:
    notebook = solved()
    moved = notebook["cells"].pop(place(notebook, PROGRESS_ID))
    at = place(notebook, HAND_ID)
    notebook["cells"][at:at] = [moved, extra("helper = 2")]
    names = order(put_back(notebook))
    assert names.index("helper = 2") == names.index(HAND_ID) - 1
    assert names[-1] == PROGRESS_ID


def test_cells_below_it_stay_below() -> None:
    notebook = solved()
    notebook["cells"].append(extra("mine = 1"))
    assert order(put_back(notebook))[-2:] == [PROGRESS_ID, "mine = 1"]


def test_other_text_in_it_is_put_back_and_told() -> None:
    notebook = solved()
    cell(notebook, PROGRESS_ID)["source"] = "import os\nos.abort()"
    restored = put_back(notebook)
    assert locked_are_released(restored)
    assert order(restored)[-1] == PROGRESS_ID
    assert not any("abort" in item.source for item in restored.cells)
    assert restored.notes == (f"Put back as released, after changes: {PROGRESS_ID}.",)


def test_code_written_into_a_copy_of_it_runs() -> None:
    notebook = solved()
    copied = cell(notebook, PROGRESS_ID) | {"id": "new", "source": "mine = 1"}
    notebook["cells"].append(copied)
    restored = put_back(notebook)
    assert order(restored)[-2:] == [PROGRESS_ID, "mine = 1"]
    assert [item.source for item in restored.cells if item.origin == "extra"] == ["mine = 1"]


def test_points_that_were_given_to_it_are_taken_away_and_told() -> None:
    notebook = solved()
    cell(notebook, PROGRESS_ID)["metadata"]["nbgrader"] |= {"grade": True, "points": 5}
    said = f"Points or locks had been changed and were put back: {PROGRESS_ID}."
    assert put_back(notebook).notes == (said,)


def test_it_is_known_by_its_text_where_a_converter_left_no_ids() -> None:
    restored = put_back(strip(solved()))
    assert order(restored)[-2:] == [WHY_ID, PROGRESS_ID]
    assert not restored.cells[-1].runs
