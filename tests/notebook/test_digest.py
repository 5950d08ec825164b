"""What makes two hand-ins different ones."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from student_notebook import (
    HAND_ID,
    WHY_ID,
    cell,
    extra,
    put_back,
    solved,
)

from gradeprop.notebook.restore import handed_in


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
