"""Whether what exercises build on comes before them."""

from __future__ import annotations

from collections.abc import Iterator

from gradeprop.course.folder import CourseFiles
from gradeprop.course.nearest import did_you_mean
from gradeprop.errors import CourseProblem


def check_order(files: CourseFiles) -> Iterator[CourseProblem]:
    """Prerequisites that are no exercise of the course, or do not come earlier in it. As each
    points backwards, there are no cycles."""
    assert files.spec is not None
    order = [(item.id, slug) for item in files.spec.assignments for slug in item.exercises]
    slugs = [slug for _, slug in order]
    for place, key in enumerate(order):
        exercise = files.exercises.get(key)
        if exercise is None or exercise.spec is None:
            continue
        for index, name in enumerate(exercise.spec.prerequisites):
            at = ("prerequisites", index)
            if name in exercise.spec.prerequisites[:index]:
                yield exercise.problem(f"{name!r} is listed twice", "delete one of them", *at)
            elif name not in slugs:
                what = f"builds on {name!r}, which is no exercise of the course"
                others = [slug for slug in slugs if slug != key[1]]
                yield exercise.problem(what, did_you_mean(name, others), *at)
            elif slugs.index(name) >= place:
                what = f"builds on {name!r}, which does not come before it"
                remedy = "list it earlier in course.yaml, or take it out of prerequisites"
                yield exercise.problem(what, remedy, *at)
