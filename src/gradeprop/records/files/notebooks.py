"""``source/<a>/`` for instructors and ``release/<a>/`` for students."""

from __future__ import annotations

from pathlib import Path

from gradeprop.course.model import LoadedAssignment
from gradeprop.notebook.release import ReleaseModel
from gradeprop.notebook.render import to_notebook
from gradeprop.records.files.atomic import write_atomically


def write_notebooks(root: Path, assignment: LoadedAssignment, model: ReleaseModel) -> list[Path]:
    """Write both versions and the data files; return the paths written.

    Raises:
        StorageError: a file cannot be written.
    """
    solutions = {
        exercise.key(part): source
        for exercise in assignment.exercises
        for part, source in exercise.solution.items()
    }
    written = []
    for folder, notebook in (
        (root / "source" / assignment.id, to_notebook(model, solutions=solutions)),
        (root / "release" / assignment.id, to_notebook(model)),
    ):
        for name, data in {f"{assignment.id}.ipynb": notebook, **model.files}.items():
            write_atomically(folder / name, data)
            written.append(folder / name)
    return written
