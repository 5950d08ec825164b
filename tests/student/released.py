"""The course's notebooks as its students get them, and real kernels to run them in."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from functools import cache
from typing import Any

import nbclient
import nbformat

from course.shipped import shipped as course
from gradeprop.grading.run.publish import release_of
from gradeprop.notebook.render import to_notebook
from gradeprop.session.grader.sandbox import open_sandbox


@cache
def model(assignment_id: Any) -> Any:
    """As `gradeprop build` makes it, with what samples give to the public checks."""
    assignment = course().assignment(assignment_id)
    with open_sandbox("auto") as sandbox:
        return release_of(course(), assignment, lambda: {"cpu": sandbox})


@cache
def released(assignment_id: Any) -> Any:
    """The bytes of ``release/<a>/<a>.ipynb``."""
    return to_notebook(model(assignment_id))


@cache
def instructors(assignment_id: Any) -> Any:
    """The bytes of ``source/<a>/<a>.ipynb``."""
    answers = {
        (exercise.slug, part): text
        for exercise in course().assignment(assignment_id).exercises
        for part, text in exercise.solution.items()
    }
    return to_notebook(model(assignment_id), solutions=answers)


def solutions(assignment_id: Any) -> Any:
    """The answer of each answer cell, by grade id."""
    assignment = next(item for item in course().assignments if item.id == assignment_id)
    return {
        f"{exercise.slug}-{part}": text
        for exercise in assignment.exercises
        for part, text in exercise.solution.items()
    }


def sample(exercise_slug: Any, part_slug: Any, misconception: Any) -> Any:
    exercises = (each for assignment in course().assignments for each in assignment.exercises)
    (exercise,) = (each for each in exercises if each.slug == exercise_slug)
    return exercise.samples(part_slug)[misconception][0]


def filled(assignment_id: Any, answers: Any) -> Any:
    """The released notebook with these answers, by grade id, as the text of a file."""
    notebook = json.loads(released(assignment_id))
    for cell in notebook["cells"]:
        if cell["id"] in answers:
            cell["source"] = answers[cell["id"]]
    return json.dumps(notebook)


def saved_by_colab(text: Any) -> Any:
    """The notebook as Colab writes it: ids in the metadata, its own keys, an older minor
    version."""
    notebook = json.loads(text)
    notebook["nbformat_minor"] = 0
    notebook["metadata"]["colab"] = {"provenance": [], "toc_visible": True}
    notebook["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    for cell in notebook["cells"]:
        cell["metadata"]["id"] = cell.pop("id")
        cell["metadata"]["outputId"] = "4b1d7a66-0e54-4a8f-9a5b-1c2d3e4f5a6b"
        if isinstance(cell["source"], str):
            cell["source"] = cell["source"].splitlines(keepends=True)
    return json.dumps(notebook)


def run_in_kernel(text: Any, folder: Any) -> Any:
    """Run a lone notebook in a real kernel, in a folder with nothing else in it; by grade id, its
    cells."""
    path = folder / "notebook.ipynb"
    path.write_text(text, encoding="utf-8")
    notebook = nbformat.v4.reads(text)
    client = nbclient.NotebookClient(
        notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


def shown(cell: Any) -> Any:
    """The plain text of what a cell displays."""
    return "\n".join(
        output.data["text/plain"] for output in cell.outputs if output.output_type == "display_data"
    )


def check_site(cell: Any) -> Any:
    """(exercise, part) of a check cell, else None."""
    if not (cell.grade_id or "").endswith("-check"):
        return None
    return tuple(ast.literal_eval(item) for item in ast.parse(cell.source).body[0].value.args)


def python(code: Any, **environment: Any) -> Any:
    """Run code in a Python process of its own."""
    return subprocess.run(
        [sys.executable, "-"],  # a notebook is longer than a command may be
        input=code,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
