"""The minimal course with a second assignment, and results for both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from course.minimal import EXERCISE, GRADER, SOLUTION, course_files, write_course
from gradeprop.course.load import load_course
from gradeprop.course.model import Course
from gradeprop.grading.result.score import auto_score, submission_status, total_score
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.files.results import write_result
from records.graded_class import result_for

FIRST, SECOND = "a01_slopes", "a02_more"
_CUBE = "cube_derivative"


def two_assignments(root: Path, first: str = "", second: str = "") -> Course:
    """The course; ``first`` and ``second`` are further lines of its assignments."""
    texts = course_files()
    head, entries = texts["course.yaml"].split("    title: Slopes\n")
    changes = {"course.yaml": f"{head}    title: Slopes\n{_indented(first)}{entries}"}
    changes["course.yaml"] += (
        f"  - id: {SECOND}\n    title: More\n    introduction: More slopes.\n"
        f"{_indented(second)}    exercises: [{_CUBE}]\n"
    )
    for path in (EXERCISE, SOLUTION, GRADER):
        copied = path.replace(FIRST, SECOND).replace("square_derivative", _CUBE)
        changes[copied] = texts[path]
    return load_course(write_course(root, changes))


def _indented(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.splitlines())


def first_result(student: str, *, why: float | None = 2.0) -> SubmissionResult:
    """6 points at most: 4, and those for the text; None leaves it to a person."""
    result = result_for(student, ())
    square, sign = result.exercises
    commit, text = sign.parts
    parts = (commit, replace(text, score=why, status="manual" if why is None else "passed"))
    known = None if why is None else 1.0 + why
    return _of(result, (square, replace(sign, score=known, parts=parts)))


def second_result(student: str, *, hidden: float | None = 2.0) -> SubmissionResult:
    """3 points at most: 1, and those of the hidden check; None for a grader that failed."""
    result = result_for(student, (), hidden=hidden)
    cube = replace(result.exercises[0], exercise=_CUBE)
    return replace(_of(result, (cube,)), assignment=SECOND, max_score=3.0)


def _of(result: SubmissionResult, exercises: tuple) -> SubmissionResult:  # type: ignore[type-arg]
    return replace(
        result,
        exercises=exercises,
        status=submission_status(exercises),
        score=total_score(exercises),
        auto_score=auto_score(exercises),
    )


def keep(course: Course, *results: SubmissionResult) -> None:
    for result in results:
        write_result(Path(course.root), result)
