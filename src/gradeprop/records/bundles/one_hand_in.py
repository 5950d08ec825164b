"""One hand-in that another platform has laid out: found, and graded as `gradeprop grade` does."""

from __future__ import annotations

import stat
from functools import partial
from pathlib import Path

from gradeprop.errors import GraderFault
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.submissions import Handed
from gradeprop.records.marks import ClassMarks, combined

_SHOWN = 5


def graded(folder: Path, assignment: str, handed: Handed) -> ClassMarks:
    """The marks of the one student. What is printed is for the instructor.

    Args:
        folder: the course.

    Raises:
        GradepropError: the course is invalid, the machine cannot isolate, …
    """
    from gradeprop.course.load import load_course
    from gradeprop.grading.run.devices import chosen_devices
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.pool import grade_class
    from gradeprop.grading.run.publish import release_in_use
    from gradeprop.records.files.key import course_key
    from gradeprop.records.loading import load

    course = load_course(folder)
    chosen = course.assignment(assignment)
    if chosen is None:
        raise GraderFault(f"the bundle's course has no assignment {assignment!r}")
    devices = chosen_devices("auto", course.spec.devices)
    key = course_key(Path(course.root))
    release, faults = release_in_use(course, chosen)
    plan = Plan(course, assignment, release, key, devices, "auto", faults)
    results: list[SubmissionResult] = []
    grade_class(plan, [partial(load, plan, handed)], results.append)
    (result,) = results
    print(
        f"{shown_id(result.student)}: {result.status}, isolation {result.isolation}, "
        f"{result.message or 'no message'}"
    )
    return ClassMarks(chosen, (combined(result, None),))


def notebook_in(folder: Path, assignment: str, student: str) -> Handed:
    """The notebook that was handed in: the one of the assignment's name, else the only one there
    is."""
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


def _is_the_students(path: Path, folder: Path) -> bool:
    """Whether it is a file of the hand-in. What is a link is found out at reading; folders with a
    dot or underscores hold copies that programs keep for themselves."""
    if any(name.startswith((".", "__")) for name in path.relative_to(folder).parts):
        return False
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
