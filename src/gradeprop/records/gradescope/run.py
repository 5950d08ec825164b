"""Grade the one submission that Gradescope laid out, and write its results.json.

    python -m gradeprop.records.gradescope.run /autograder a01_slopes

Reads ``submission/`` and ``submission_metadata.json``, writes ``results/results.json``; the course
is in ``source/course``. What is printed is for the instructor (Gradescope keeps it from students).
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Any

from gradeprop.errors import GradepropError, MissingFacility
from gradeprop.records.bundles import one_hand_in
from gradeprop.records.exports.gradescope import NOT_YOUR_FAULT, export
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.submissions import Handed


def main(root: Path, assignment: str) -> None:
    """Grade, and write results.json whatever happens.

    Raises:
        StorageError: it cannot be written.
    """
    try:
        data = graded(root, assignment)
    except (
        Exception
    ) as error:  # whatever it is, it is the grader's fault and must not become a zero
        if isinstance(error, GradepropError):
            print(f"gradeprop: {error}")
        else:
            traceback.print_exc(file=sys.stdout)
        # What a machine lacks may be told to anybody; other faults may quote the course's files.
        data = fault(str(error) if isinstance(error, MissingFacility) else None)
    text = json.dumps(data, allow_nan=False, indent=1) + "\n"
    write_atomically(root / "results" / "results.json", text.encode())


def graded(root: Path, assignment: str) -> dict[str, Any]:
    """The object of results.json.

    Raises:
        GradepropError: the course is invalid, the machine cannot isolate, …
    """
    handed = handed_in(root, assignment)
    marks = one_hand_in.graded(root / "source" / "course", assignment, handed)
    return export(marks, by_checks=True)[handed.student]


def handed_in(root: Path, assignment: str) -> Handed:
    """The notebook that was handed in, and by whom."""
    student = student_of(root / "submission_metadata.json")
    return one_hand_in.notebook_in(root / "submission", assignment, student)


def student_of(metadata: Path) -> str:
    """Who handed in, which decides the hidden inputs: the e-mail address, of a group the first by
    alphabet.

    Without one, Gradescope's own number for the person, or of the submission.
    """
    try:
        data: Any = json.loads(metadata.read_bytes())
        users = [user for user in data.get("users") or () if isinstance(user, dict)]
        for field in ("email", "id"):
            if names := sorted(str(user[field]) for user in users if user.get(field)):
                return names[0]
        return f"submission-{data['id']}"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"gradeprop: {metadata.name} does not say who handed in: {error!r}")
        return "unknown"


def fault(reason: str | None) -> dict[str, Any]:
    """A results.json for a fault of the grader's: no score, neither here nor in tests."""
    return {
        "output": f"{NOT_YOUR_FAULT}\n\nWhat went wrong: {reason}." if reason else NOT_YOUR_FAULT,
        "output_format": "text",
        "stdout_visibility": "hidden",
        "extra_data": {"status": "error"},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2])
