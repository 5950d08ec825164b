"""A notebook as it is handed in: whole, and what tests do to it."""

from __future__ import annotations

import copy
import json
from typing import Any

from notebook_example import SOLUTIONS, model

from gradeprop.notebook.release import ReleaseModel
from gradeprop.notebook.render import to_notebook
from gradeprop.notebook.restore import RestoredNotebook, restore

MODEL = model()


BLANK: dict[str, Any] = json.loads(to_notebook(MODEL))


ANSWERS = {f"{exercise}-{part}": text for (exercise, part), text in SOLUTIONS.items()}


HAND, AUTO, COMMIT, WHY = SOLUTIONS


HAND_ID, AUTO_ID, COMMIT_ID, WHY_ID = ANSWERS


PROGRESS_ID = "a01_slopes-progress"


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
    """Where the student's progress is shown may be missing, and is then left out."""
    locked = [
        (item.grade_id, item.source, item.kind)
        for item in restored.cells
        if item.origin == "release"
    ]
    whole = [(item.grade_id, item.source, item.cell_type) for item in released.cells if item.locked]
    return locked in (whole, [item for item in whole if item[0] != PROGRESS_ID])
