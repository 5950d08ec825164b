"""What is kept of a submission besides its result: its notebook for autograded/, and what the
gradebook is told. Needs no database."""

from __future__ import annotations

from pathlib import Path

from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records.gradebook.autograded import NotebookRenderer, executed_cells
from gradeprop.records.gradebook.entry import Entry, entry_of


class Preparer:
    """Of one assignment; what its submissions share is made once."""

    def __init__(self, release: ReleaseModel, assignment: LoadedAssignment) -> None:
        self._release = release
        self._renderer = NotebookRenderer(release, assignment)

    def prepared(self, result: SubmissionResult, submitted: Path) -> tuple[Entry, bytes]:
        """What the gradebook is to be told, and the notebook that belongs into autograded/ with it.

        Args:
            result: with its executed cells.
            submitted: the folder that was handed in, ``submitted/<student>/<assignment>``.
        """
        cells = executed_cells(result, submitted, self._release)
        notebook = self._renderer.render(result, cells)
        return entry_of(result, cells, notebook, submitted, self._release), notebook
