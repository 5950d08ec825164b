"""What befalls a notebook on its way from the student to the instructor: each function here takes
the file and the assignment's id, and gives what is handed in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

File: TypeAlias = Callable[[bytes, str], bytes]


def as_it_is(notebook: bytes, _: str) -> bytes:
    return notebook


def saved_by_colab(notebook: bytes, assignment: str) -> bytes:
    """As Colab writes it: ids moved into metadata, its own metadata added, outputs kept, no format
    4.5."""
    data = json.loads(notebook)
    data["metadata"] = {
        "colab": {"provenance": [], "name": f"{assignment}.ipynb"},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
    }
    data["nbformat_minor"] = 0
    for number, cell in enumerate(data["cells"]):
        cell["metadata"] = {**cell["metadata"], "id": cell.pop("id")}
        if cell["cell_type"] == "code":
            cell["metadata"]["outputId"] = f"{number:08x}-0000-4000-8000-000000000000"
            cell["execution_count"] = number
    return _written(data)


def not_a_notebook(_: bytes, __: str) -> bytes:
    return b"%PDF-1.4\n% I exported it as a PDF, is that all right?\n"


def web_page(_: bytes, assignment: str) -> bytes:
    """What a browser saves of JupyterLab if it is asked to save the page."""
    return f"<!DOCTYPE html>\n<html><title>{assignment} - JupyterLab</title></html>\n".encode()


def empty(_: bytes, __: str) -> bytes:
    """An upload that broke off."""
    return b""


def without_cell(grade_id: str) -> File:
    """One cell is deleted, an answer or one that the student was not to touch.

    Raises:
        ValueError: there is no such cell.
    """

    def deleted(notebook: bytes, assignment: str) -> bytes:
        data = json.loads(notebook)
        kept = [cell for cell in data["cells"] if _grade_id(cell) != grade_id]
        if len(kept) == len(data["cells"]):
            raise ValueError(f"{assignment} has no cell {grade_id}")
        return _written({**data, "cells": kept})

    return deleted


def with_names_used_again(*names: str) -> File:
    """At the end stands a cell of the student's own, in which they tried something and gave these
    names other values."""

    def added(notebook: bytes, _: str) -> bytes:
        data = json.loads(notebook)
        lines = "\n".join(f"{name} = torch.zeros(1)" for name in names)
        cell: dict[str, Any] = {
            "cell_type": "code",
            "execution_count": None,
            "id": "tried-out",
            "metadata": {},
            "outputs": [],
            "source": f"# just trying\n{lines}",
        }
        return _written({**data, "cells": [*data["cells"], cell]})

    return added


def _grade_id(cell: dict[str, Any]) -> str | None:
    found = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return found if isinstance(found, str) else None


def _written(data: dict[str, Any]) -> bytes:
    return json.dumps(data, indent=2, ensure_ascii=False).encode()
