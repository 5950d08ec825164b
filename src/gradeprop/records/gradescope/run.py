"""Grade the one submission that Gradescope laid out, and write its results.json.

    python -m gradeprop.records.gradescope.run /autograder a01_slopes

Reads ``submission/`` and ``submission_metadata.json``, writes ``results/results.json``; the course
is in ``source/course``. What is printed is for the instructor (Gradescope keeps it from students).
"""

from __future__ import annotations

import json
import stat
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import Any

from gradeprop.errors import GradepropError, GraderFault, MissingFacility
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.exports.gradescope import NOT_YOUR_FAULT, export
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.submissions import Handed
from gradeprop.records.marks import ClassMarks, combined

_SHOWN = 5


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
    from gradeprop.course.load import load_course
    from gradeprop.grading.run.devices import chosen_devices
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.pool import grade_class
    from gradeprop.grading.run.publish import release_in_use
    from gradeprop.records.class_run import load
    from gradeprop.records.files.key import course_key

    course = load_course(root / "source" / "course")
    chosen = course.assignment(assignment)
    if chosen is None:
        raise GraderFault(f"the bundle's course has no assignment {assignment!r}")
    devices = chosen_devices("auto", course.spec.devices)
    key = course_key(Path(course.root))
    release, faults = release_in_use(course, chosen)
    plan = Plan(course, assignment, release, key, devices, "auto", faults)
    results: list[SubmissionResult] = []
    grade_class(plan, [partial(load, plan, handed_in(root, assignment))], results.append)
    (result,) = results
    print(
        f"{shown_id(result.student)}: {result.status}, isolation {result.isolation}, "
        f"{result.message or 'no message'}"
    )
    return export(ClassMarks(chosen, (combined(result, None),)), by_checks=True)[result.student]


def _is_the_students(path: Path, folder: Path) -> bool:
    """Whether it is a file of the hand-in. What is a link is found out at reading; folders with a
    dot or underscores hold copies that programs keep for themselves."""
    if any(name.startswith((".", "__")) for name in path.relative_to(folder).parts):
        return False
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def handed_in(root: Path, assignment: str) -> Handed:
    """The notebook that was handed in: the one of the assignment's name, else the only one there
    is."""
    student = student_of(root / "submission_metadata.json")
    folder = root / "submission"
    expected = f"{assignment}.ipynb"
    found = sorted(path for path in folder.rglob("*.ipynb") if _is_the_students(path, folder))
    named = [path for path in found if path.name == expected]
    for candidates in (named, found):
        if len(candidates) == 1:
            own = len(candidates[0].relative_to(folder).parts)
            return Handed(student, candidates[0], own=own)
    if not found:
        problem = f"There is no notebook in your submission. Please hand in {expected}."
    else:
        names = ", ".join(shown_id(str(path.relative_to(folder))) for path in found[:_SHOWN])
        problem = (
            f"There are several notebooks in your submission: {names}. Please hand in {expected} "
            f"only."
        )
    return Handed(student, folder / expected, problem)


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
