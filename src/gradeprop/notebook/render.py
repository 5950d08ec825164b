"""A release model as the bytes of a notebook: nbformat 4.5 with nbgrader's metadata, schema 3.

Deterministic to the byte: the same model gives the same file on every machine.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from gradeprop.course.keys import PartKey
from gradeprop.notebook.release import ReleaseCell, ReleaseModel
from gradeprop.notebook.solution_cell import marked_solution

#: Version of what stands under ``metadata.gradeprop``.
SCHEMA = 1
_MAX_ID = 64


def to_notebook(model: ReleaseModel, *, solutions: Mapping[PartKey, str] | None = None) -> bytes:
    """UTF-8 JSON of the notebook, ending with a newline.

    Args:
        model: what is released.
        solutions: source of the answer cell by (exercise, part). Given, this is the instructor's
            version for ``source/``; a part without an entry keeps its starter. None gives the
            student's version.
    """
    cells = [_cell(cell, _source(cell, solutions), solutions is None) for cell in model.cells]
    notebook = {**notebook_frame(model), "cells": cells}
    # One space, sorted keys, no ASCII escapes: what Jupyter itself writes, so that saving changes
    # little.
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def notebook_frame(model: ReleaseModel) -> dict[str, Any]:
    """The notebook but for its cells."""
    return {
        "metadata": {
            "gradeprop": {"assignment": model.assignment, "schema": SCHEMA},
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
            "title": " ".join(model.title.split()),
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def cell_id(grade_id: str) -> str:
    """The notebook's cell id for a grade id: the grade id itself, or where that is longer than the
    64 characters of nbformat, its beginning and a digest. Capitals, which no slug has, keep the two
    apart."""
    if len(grade_id) <= _MAX_ID:
        return grade_id
    digest = hashlib.sha256(grade_id.encode()).hexdigest()[:32].upper()
    return f"{grade_id[: _MAX_ID - len(digest) - 2]}-X{digest}"


def nbgrader_metadata(cell: ReleaseCell, source: str) -> dict[str, Any]:
    """The cell's ``metadata.nbgrader`` (schema 3), with nbgrader's checksum of ``source``."""
    return {**nbgrader_settings(cell), "checksum": _checksum(cell, source)}


def nbgrader_settings(cell: ReleaseCell) -> dict[str, Any]:
    """The same without a checksum."""
    metadata: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": cell.grade_id,
        "cell_type": cell.cell_type,
        "grade": cell.points is not None,
        "solution": not cell.locked,
        "locked": cell.locked,
        "task": False,
    }
    if cell.points is not None:
        metadata["points"] = int(cell.points) if float(cell.points).is_integer() else cell.points
    return metadata


def _checksum(cell: ReleaseCell, source: str) -> str:
    """As ``nbgrader.utils.compute_checksum`` defines it; `nbgrader validate` tells by it that a
    locked cell was changed."""
    grade, solution = cell.points is not None, not cell.locked
    fields = [source, cell.cell_type, str(grade), str(solution), str(cell.locked), cell.grade_id]
    if cell.points is not None:
        fields.append(str(float(cell.points)))
    return hashlib.md5("".join(fields).encode(), usedforsecurity=False).hexdigest()


def _source(cell: ReleaseCell, solutions: Mapping[PartKey, str] | None) -> str:
    if cell.locked or solutions is None or cell.key is None or cell.key not in solutions:
        return cell.source
    solution = solutions[cell.key].strip("\n")
    return marked_solution(solution, cell.source) if cell.cell_type == "code" else solution


def _cell(cell: ReleaseCell, source: str, released: bool) -> dict[str, Any]:
    ours: dict[str, Any] = {"role": cell.role}
    if cell.exercise is not None:
        ours["exercise"] = cell.exercise
    if cell.part is not None:
        ours["part"] = cell.part
    metadata: dict[str, Any] = {
        "deletable": False,
        "gradeprop": ours,
        "nbgrader": nbgrader_metadata(cell, source),
    }
    if cell.role == "manual" and not released:
        # By an unchanged checksum `nbgrader validate` tells an answer that was never written.
        del metadata["nbgrader"]["checksum"]
    if cell.locked:
        metadata["editable"] = False
    # nobody needs to read the data: folded in Jupyter and VS Code, a form on Colab
    if cell.role == "setup":
        metadata["jupyter"] = {"source_hidden": True}
        metadata["cellView"] = "form"
    rendered: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": cell_id(cell.grade_id),
        "metadata": metadata,
        "source": source.splitlines(keepends=True),
    }
    if cell.attachments:
        rendered["attachments"] = {
            name: {"image/png": base64.b64encode(data).decode()} for name, data in cell.attachments
        }
    if cell.cell_type == "code":
        rendered |= {"execution_count": None, "outputs": []}
    return rendered
