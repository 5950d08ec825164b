"""What students, editors and attackers do to a notebook, and what is run all the same."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import time
import warnings
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notebook_example import SOLUTIONS, model

from gradeprop.errors import UngradableSubmission
from gradeprop.notebook.release import ReleaseModel
from gradeprop.notebook.render import to_notebook
from gradeprop.notebook.restore import RestoredNotebook, handed_in, restore

MODEL = model()
BLANK: dict[str, Any] = json.loads(to_notebook(MODEL))
ANSWERS = {f"{exercise}-{part}": text for (exercise, part), text in SOLUTIONS.items()}
HAND, AUTO, COMMIT, WHY = SOLUTIONS
HAND_ID, AUTO_ID, COMMIT_ID, WHY_ID = ANSWERS
ALL_PRESENT = dict.fromkeys(SOLUTIONS, "present")


def solved() -> dict[str, Any]:
    """A whole notebook with every answer written."""
    notebook = copy.deepcopy(BLANK)
    for cell in notebook["cells"]:
        cell["source"] = ANSWERS.get(cell["id"], cell["source"])
    return notebook


def cell(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in notebook["cells"] if item.get("id") == name)
    return found


def place(notebook: dict[str, Any], name: str) -> int:
    return next(at for at, item in enumerate(notebook["cells"]) if item.get("id") == name)


def extra(source: str, kind: str = "code", **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "metadata": {}, **more}


def put_back(notebook: dict[str, Any]) -> RestoredNotebook:
    return restore(json.dumps(notebook).encode(), MODEL)


def order(restored: RestoredNotebook) -> list[str]:
    """Grade ids in running order; extra cells by their source."""
    return [item.grade_id or item.source for item in restored.cells]


def strip(notebook: dict[str, Any]) -> dict[str, Any]:
    """Without any cell id or metadata, as some converters leave it."""
    for item in notebook["cells"]:
        item.pop("id", None)
        item["metadata"] = {}
    notebook["metadata"] = {}
    return notebook


def locked_are_released(restored: RestoredNotebook, released: ReleaseModel = MODEL) -> bool:
    locked = [
        (item.grade_id, item.source, item.kind)
        for item in restored.cells
        if item.origin == "release"
    ]
    return locked == [
        (item.grade_id, item.source, item.cell_type) for item in released.cells if item.locked
    ]


def test_honest_work_comes_back_as_it_is_without_a_note() -> None:
    restored = put_back(solved())
    assert restored.parts == ALL_PRESENT
    assert restored.answers == SOLUTIONS
    assert restored.notes == ()
    assert order(restored) == [item.grade_id for item in MODEL.cells]
    assert locked_are_released(restored)


def test_check_cells_mark_where_their_part_is_judged() -> None:
    judged = {item.grade_id: item.judge for item in put_back(solved()).cells if item.judge}
    assert judged == {
        f"{name}-check": key for name, key in zip(ANSWERS, SOLUTIONS, strict=True) if key != WHY
    }


def test_an_untouched_notebook_has_starters_only() -> None:
    restored = put_back(BLANK)
    assert set(restored.parts.values()) == {"starter"}
    assert restored.notes == ()


@pytest.mark.parametrize("source", ["", "\n \n", "def d_square(w):   \r\n    ...\r\n\r\n"])
def test_a_blank_answer_and_a_starter_with_other_spaces_count_as_starter(source: str) -> None:
    notebook = solved()
    cell(notebook, HAND_ID)["source"] = source
    assert put_back(notebook).parts == ALL_PRESENT | {HAND: "starter"}


def test_restoring_needs_no_library_but_pythons_own() -> None:
    code = "import sys, gradeprop.notebook.restore\n"
    code += "assert not {'torch', 'pydantic', 'yaml', 'nbformat', 'nbgrader'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# Editors


def test_colab_which_moves_ids_into_the_metadata() -> None:
    notebook = solved() | {"nbformat_minor": 0}
    for item in notebook["cells"]:
        item["metadata"] = {
            "id": item.pop("id"),
            "outputId": "x",
            "colab": {"base_uri": "https://x"},
        }
    notebook["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}
    restored = put_back(notebook)
    assert restored.parts == ALL_PRESENT
    assert restored.notes == ()


def test_colab_which_drops_ids_but_keeps_metadata() -> None:
    notebook = solved()
    for item in notebook["cells"]:
        item["id"] = f"new{id(item)}"
    assert put_back(notebook).parts == ALL_PRESENT


def test_metadata_stripped_but_ids_kept() -> None:
    notebook = solved()
    for item in notebook["cells"]:
        item["metadata"] = {}
    restored = put_back(notebook)
    assert restored.parts == ALL_PRESENT
    assert restored.notes == ()


def test_ids_and_metadata_gone_is_matched_by_content_and_said() -> None:
    restored = put_back(strip(solved()))
    assert restored.parts == dict.fromkeys(SOLUTIONS, "matched")
    assert restored.answers == SOLUTIONS
    assert order(restored) == [item.grade_id for item in MODEL.cells]
    assert all("recognised by content and place" in note for note in restored.notes)


def test_vscode_metadata_and_new_minor_versions_make_no_difference() -> None:
    notebook = solved() | {"nbformat_minor": 17, "future": {"x": 1}}
    for item in notebook["cells"]:
        item["metadata"]["vscode"] = {"languageId": "python"}
        item["future"] = [1, 2]
    assert put_back(notebook).parts == ALL_PRESENT


@pytest.mark.parametrize("version", [3, 4])
def test_notebooks_converted_by_nbformat_are_restored_quietly(version: int) -> None:
    notebook = nbformat.from_dict(strip(solved()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = (
            nbformat.v3.writes_json(nbformat.v4.downgrade(notebook))
            if version == 3
            else json.dumps(notebook)
        )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        restored = restore(text.encode("utf-16"), MODEL)
    assert set(restored.parts.values()) == {"matched"}
    assert restored.answers == SOLUTIONS


# Cells moved, added, deleted, copied


def test_reordered_cells_run_in_release_order() -> None:
    notebook = solved()
    notebook["cells"].reverse()
    restored = put_back(notebook)
    assert order(restored) == [item.grade_id for item in MODEL.cells]
    assert restored.parts == ALL_PRESENT


def test_extra_cells_run_where_they_stand() -> None:
    notebook = solved()
    for name, source in (
        ("a01_slopes-setup", "first"),
        (HAND_ID, "second"),
        (f"{HAND_ID}-check", "third"),
    ):
        notebook["cells"].insert(place(notebook, name) + 1, extra(source))
    notebook["cells"].insert(0, extra("zeroth"))
    notebook["cells"].append(extra("last", "markdown"))
    restored = put_back(notebook)
    names = order(restored)
    assert names[0] == "zeroth"
    assert names[-1] == "last"
    assert names[names.index("first") - 1] == "a01_slopes-setup"
    assert names[names.index("second") - 1] == HAND_ID
    assert names[names.index("third") - 1] == f"{HAND_ID}-check"
    assert {item.origin for item in restored.cells if item.grade_id is None} == {"extra"}
    assert restored.notes == ()


def test_a_deleted_answer_is_missing_and_a_deleted_check_is_put_back() -> None:
    notebook = solved()
    for name in (HAND_ID, f"{AUTO_ID}-check"):
        del notebook["cells"][place(notebook, name)]
    restored = put_back(notebook)
    assert restored.parts == ALL_PRESENT | {HAND: "missing"}
    assert HAND not in restored.answers
    assert locked_are_released(restored)
    assert restored.notes == (
        "No answer to square_derivative (by_hand) was found.",
        f"Put back, as it was not found: {AUTO_ID}-check.",
    )


def test_a_cell_below_an_answer_whose_check_was_deleted_counts_for_that_answer() -> None:
    notebook = solved()
    at = place(notebook, f"{HAND_ID}-check")
    notebook["cells"][at] = extra("more = 1")
    names = order(put_back(notebook))
    assert names[names.index("more = 1") - 1 :][:3] == [HAND_ID, "more = 1", f"{HAND_ID}-check"]


def test_a_deleted_setup_cell_runs_before_what_the_student_put_there() -> None:
    notebook = solved()
    notebook["cells"][place(notebook, "a01_slopes-setup")] = extra("import torch")
    names = order(put_back(notebook))
    assert names.index("a01_slopes-setup") < names.index("import torch")


def test_a_new_cell_in_place_of_a_deleted_answer_is_matched() -> None:
    notebook = solved()
    notebook["cells"][place(notebook, HAND_ID)] = extra("d_square = lambda w: 2 * w", id="abc")
    notebook["cells"].insert(place(notebook, "abc"), extra("helper = 1"))
    restored = put_back(notebook)
    assert restored.parts[HAND] == "matched"
    assert restored.answers[HAND] == "d_square = lambda w: 2 * w"
    names = order(restored)
    assert names.index("helper = 1") + 1 == names.index(HAND_ID)


def test_an_answer_of_another_shape_directly_above_its_check_is_matched() -> None:
    notebook = solved()
    notebook["cells"][place(notebook, COMMIT_ID)] = extra("answer = 'increase'")
    assert put_back(notebook).answers[COMMIT] == "answer = 'increase'"


def test_an_answer_written_below_the_untouched_starter_is_matched() -> None:
    notebook = solved()
    cell(notebook, HAND_ID)["source"] = "def d_square(w):\n    ..."
    notebook["cells"].insert(place(notebook, HAND_ID), extra("def d_square(w):\n    return w + w"))
    restored = put_back(notebook)
    assert restored.parts[HAND] == "matched"
    assert restored.answers[HAND] == "def d_square(w):\n    return w + w"
    assert [item.source for item in restored.cells if "d_square(w):" in item.source] == [
        restored.answers[HAND]
    ]


def test_the_only_definition_of_the_function_elsewhere_is_brought_to_its_place() -> None:
    notebook = solved()
    del notebook["cells"][place(notebook, HAND_ID)]
    notebook["cells"].append(extra("def d_square(w):\n    return w + w"))
    restored = put_back(notebook)
    assert restored.parts[HAND] == "matched"
    names = order(restored)
    assert names.index(HAND_ID) < names.index(f"{HAND_ID}-check")


def test_two_definitions_elsewhere_leave_a_doubt_and_the_part_missing() -> None:
    notebook = solved()
    del notebook["cells"][place(notebook, HAND_ID)]
    notebook["cells"] += [
        extra("def d_square(w):\n    return w"),
        extra("def d_square(w):\n    return w + w"),
    ]
    assert put_back(notebook).parts[HAND] == "missing"


def test_a_variable_set_elsewhere_is_not_taken_for_an_answer() -> None:
    notebook = solved()
    del notebook["cells"][place(notebook, AUTO_ID)]
    notebook["cells"].append(extra("w = 3\ngrad = 6"))
    assert put_back(notebook).parts[AUTO] == "missing"


def test_explanations_written_in_new_cells_are_put_together() -> None:
    notebook = solved()
    cell(notebook, WHY_ID)["source"] = "*Write your explanation here.*"
    notebook["cells"] += [extra("It falls.", "markdown"), extra("Nearby only.", "markdown")]
    restored = put_back(notebook)
    assert restored.parts[WHY] == "matched"
    assert restored.answers[WHY] == "It falls.\n\nNearby only."


def test_a_split_explanation_is_put_together() -> None:
    notebook = solved()
    second = copy.deepcopy(cell(notebook, WHY_ID)) | {"id": "new", "source": "And more."}
    notebook["cells"].append(second)
    restored = put_back(notebook)
    assert restored.parts[WHY] == "present"
    assert restored.answers[WHY] == f"{SOLUTIONS[WHY]}\n\nAnd more."
    assert "spread over several cells" in restored.notes[0]


def test_of_two_copies_the_one_with_content_wins_and_it_is_said() -> None:
    notebook = solved()
    second = copy.deepcopy(cell(notebook, HAND_ID)) | {"id": "new"}
    cell(notebook, HAND_ID)["source"] = "def d_square(w):\n    ..."
    notebook["cells"].insert(place(notebook, HAND_ID) + 1, second)
    restored = put_back(notebook)
    assert restored.answers[HAND] == SOLUTIONS[HAND]
    assert order(restored) == [item.grade_id for item in MODEL.cells]
    assert "several cells for the answer to square_derivative (by_hand)" in restored.notes[0]


def test_of_two_written_copies_the_one_in_place_wins_and_the_other_stays_where_it_stands() -> None:
    notebook = solved()
    second = copy.deepcopy(cell(notebook, HAND_ID)) | {
        "id": "new",
        "source": "def d_square(w): return 3",
    }
    notebook["cells"].append(second)
    restored = put_back(notebook)
    assert restored.answers[HAND] == SOLUTIONS[HAND]
    assert order(restored)[-1] == "def d_square(w): return 3"


def test_equal_copies_run_once() -> None:
    notebook = solved()
    notebook["cells"] += copy.deepcopy(notebook["cells"])
    restored = put_back(notebook)
    assert order(restored) == [item.grade_id for item in MODEL.cells]
    assert restored.answers == SOLUTIONS


def test_a_copied_check_cell_is_left_out_but_code_written_into_a_copy_runs() -> None:
    notebook = solved()
    check = cell(notebook, f"{HAND_ID}-check")
    notebook["cells"].append(copy.deepcopy(check) | {"id": "new1"})
    notebook["cells"].append(copy.deepcopy(check) | {"id": "new2", "source": "mine = 1"})
    restored = put_back(notebook)
    assert order(restored)[-2:] == [WHY_ID, "mine = 1"]
    assert locked_are_released(restored)


# Cells changed


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


# Not this notebook


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


def test_a_notebook_with_nothing_of_ours_runs_and_misses_every_part() -> None:
    restored = put_back({"cells": [extra("x = 1"), extra("y = 2")]})
    assert set(restored.parts.values()) == {"missing"}
    assert locked_are_released(restored)
    names = order(restored)
    assert names.index("y = 2") < names.index(f"{HAND_ID}-check")


def test_a_function_pasted_into_an_empty_notebook_is_matched() -> None:
    restored = put_back({"cells": [extra("x = 1"), extra(SOLUTIONS[HAND])]})
    assert restored.parts == dict.fromkeys(SOLUTIONS, "missing") | {HAND: "matched"}


# Any damage at all


_DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(
            ["delete", "copy", "move", "edit", "no_id", "no_metadata", "add", "type", "swap_id"]
        ),
        st.integers(0, 40),
        st.integers(0, 40),
    ),
    max_size=25,
)


def _damaged(steps: list[tuple[str, int, int]]) -> dict[str, Any]:
    notebook = solved()
    cells: list[dict[str, Any]] = notebook["cells"]
    for step, one, two in steps:
        if not cells:
            break
        at, to = one % len(cells), two % len(cells)
        if step == "delete":
            del cells[at]
        elif step == "copy":
            cells.insert(to, copy.deepcopy(cells[at]))
        elif step == "move":
            cells.insert(to, cells.pop(at))
        elif step == "edit":
            cells[at]["source"] = f"edited_{two} = 1"
        elif step == "no_id":
            cells[at].pop("id", None)
        elif step == "no_metadata":
            cells[at]["metadata"] = {}
        elif step == "add":
            cells.insert(at, extra(f"added_{two} = 1", ("code", "markdown", "raw")[two % 3]))
        elif step == "type":
            cells[at]["cell_type"] = ("code", "markdown", "raw")[two % 3]
        else:
            cells[at]["id"] = cells[to].get("id", 3)
    return notebook


@settings(max_examples=150, deadline=None)
@given(_DAMAGE)
def test_whatever_happens_to_the_cells_the_locked_ones_come_back_exactly(
    steps: list[tuple[str, int, int]],
) -> None:
    damaged = _damaged(steps)
    try:
        restored = put_back(damaged)
    except UngradableSubmission:
        names = {item["id"] for item in BLANK["cells"]}
        assert not any(item.get("id") in names for item in damaged["cells"])
        return
    assert locked_are_released(restored)
    assert set(restored.parts) == set(SOLUTIONS)
    assert set(restored.answers) == {
        key for key, state in restored.parts.items() if state != "missing"
    }
    released = [item.grade_id for item in restored.cells if item.grade_id]
    assert len(released) == len(set(released))
    assert [
        name for name in (item.grade_id for item in MODEL.cells) if name in released
    ] == released


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(len(BLANK["cells"]))))
def test_any_order_gives_the_same_answers(permutation: list[int]) -> None:
    notebook = solved()
    notebook["cells"] = [notebook["cells"][at] for at in permutation]
    restored = put_back(notebook)
    assert restored.answers == SOLUTIONS
    assert order(restored) == [item.grade_id for item in MODEL.cells]


def test_no_added_code_is_lost() -> None:
    notebook = solved()
    sources = [f"added_{at} = 1" for at in range(20)]
    for at, source in enumerate(sources):
        notebook["cells"].insert(2 * at, extra(source))
    restored = put_back(notebook)
    assert [item.source for item in restored.cells if item.origin == "extra"] == sources


def test_thousands_of_long_cells_are_restored_quickly() -> None:
    long = "a, " * 3000 + "\n" + "x = 1\n" * 1000
    notebook = strip(solved())
    notebook["cells"] += [extra(f"{long}{at}") for at in range(2000)]
    data = json.dumps(notebook).encode()
    start = time.process_time()
    restore(data, MODEL)
    assert time.process_time() - start < 10


def digest(notebook: dict[str, Any]) -> str:
    return handed_in(put_back(notebook))


def test_outputs_ids_and_metadata_do_not_change_what_was_handed_in() -> None:
    other = solved()
    other["metadata"]["language_info"] = {"name": "python", "version": "3.99"}
    other["cells"][0]["source"] += "\nscribbled into a locked cell"
    for item in other["cells"]:
        item["metadata"]["collapsed"] = True
        if item["cell_type"] == "code":
            item["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hi"}]
            item["execution_count"] = 7
    assert digest(other) == digest(solved())
    other["cells"].append({**extra("n = 1"), "id": "one"})
    renamed = copy.deepcopy(other)
    renamed["cells"][-1]["id"] = "two"
    assert digest(renamed) == digest(other)


@pytest.mark.parametrize("at", [HAND_ID, WHY_ID, None])
def test_an_answer_or_an_added_cell_changes_what_was_handed_in(at: str | None) -> None:
    other = solved()
    if at is None:
        other["cells"].append(extra("n = 1"))
    else:
        cell(other, at)["source"] += " "
    assert digest(other) != digest(solved())
