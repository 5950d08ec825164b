"""Answers that are not where they belong, or there twice: brought to their place without doubt, or
missing."""

from __future__ import annotations

import copy

from notebook_example import SOLUTIONS
from student_notebook import (
    ALL_PRESENT,
    AUTO,
    AUTO_ID,
    COMMIT,
    COMMIT_ID,
    HAND,
    HAND_ID,
    MODEL,
    PROGRESS_ID,
    WHY,
    WHY_ID,
    cell,
    extra,
    locked_are_released,
    order,
    place,
    put_back,
    solved,
)


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
    assert order(restored)[-3:] == [WHY_ID, PROGRESS_ID, "mine = 1"]
    assert locked_are_released(restored)


def test_a_notebook_with_nothing_of_ours_runs_and_misses_every_part() -> None:
    restored = put_back({"cells": [extra("x = 1"), extra("y = 2")]})
    assert set(restored.parts.values()) == {"missing"}
    assert locked_are_released(restored)
    names = order(restored)
    assert names.index("y = 2") < names.index(f"{HAND_ID}-check")


def test_a_function_pasted_into_an_empty_notebook_is_matched() -> None:
    restored = put_back({"cells": [extra("x = 1"), extra(SOLUTIONS[HAND])]})
    assert restored.parts == dict.fromkeys(SOLUTIONS, "missing") | {HAND: "matched"}
