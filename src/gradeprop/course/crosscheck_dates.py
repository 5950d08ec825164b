"""Whether the dates of a course can be meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from gradeprop.course.course_spec import AssignmentSpec
from gradeprop.course.folder import CourseFiles
from gradeprop.errors import CourseProblem

_FIRST, _LAST = 2000, 2999


def check_dates(files: CourseFiles) -> Iterator[CourseProblem]:
    """Years that are slips of the pen, and what is due before it is handed out."""
    for number, item in enumerate(files.spec.assignments if files.spec else ()):
        slips = _odd_years(files, number, item)
        if slips:
            yield from slips
        elif item.release and item.due and item.due.date() < item.release:
            what = f"due is {item.due.date()}, before release ({item.release})"
            yield _problem(files, number, "due", what, "change one of them")


def _odd_years(files: CourseFiles, number: int, item: AssignmentSpec) -> list[CourseProblem]:
    dates: tuple[tuple[str, date | None], ...] = (("release", item.release), ("due", item.due))
    return [
        _problem(
            files,
            number,
            key,
            f"{key} is in the year {value.year}",
            f"write one from {_FIRST} to {_LAST}",
        )
        for key, value in dates
        if value is not None and not _FIRST <= value.year <= _LAST
    ]


def _problem(files: CourseFiles, number: int, key: str, what: str, remedy: str) -> CourseProblem:
    place = files.document.place(("assignments", number, key))
    return files.document.problem(place, what, remedy)
