"""``code``: each student's own answers as files, for programs that compare the students of a class.

JPlag, Dolos and MOSS want a folder per student with nothing in it that all students were given: so
the notebook's texts, locked cells and untouched starters are left out. What they find is a reason
to look, and no proof: the right answer to a short question is often the same."""

from __future__ import annotations

from collections.abc import Mapping

from gradeprop.course.keys import PartKey
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.notebook.sources import plain
from gradeprop.records.answers import Answer


def files(
    assignment: LoadedAssignment, result: SubmissionResult, answers: Mapping[PartKey, Answer]
) -> dict[str, str]:
    """File name → a student's answer, in the course's order: ``<exercise>-<part>.py``, ``.md`` for
    a text."""
    missing = {key for key, part in result.parts() if part.status == "missing"}
    found = {}
    for key, part in assignment.parts():
        source = plain(answers[key].source) if key in answers and key not in missing else ""
        if source not in ("", plain(part.starter)):
            end = "md" if part.kind == "explanation" else "py"
            found[f"{'-'.join(key)}.{end}"] = f"{source}\n"
    return found
