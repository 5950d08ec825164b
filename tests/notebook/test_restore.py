"""What students and editors do to a notebook, and what is run all the same."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings

import nbformat
import pytest
from notebook_example import SOLUTIONS
from student_notebook import (
    ALL_PRESENT,
    ANSWERS,
    BLANK,
    HAND,
    HAND_ID,
    MODEL,
    WHY,
    cell,
    extra,
    locked_are_released,
    order,
    place,
    put_back,
    solved,
    strip,
)

from gradeprop.notebook.restore import restore


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
