"""The test of every check that has none of its own: what the solution states is right.

pytest collects this file beside the graders, once for each such check."""

from __future__ import annotations

from collections.abc import Iterable

from gradeprop.course.stated import StatedAnswer
from gradeprop.gradients import Fixed
from gradeprop.grading.checks.script import Reference
from gradeprop.grading.checks.student import Student


def test_stated(student: Student, reference: Reference, stated: Iterable[StatedAnswer]) -> None:
    for item in stated:
        right = Fixed(item.right, mistakes=item.wrong)
        reference.expect(student.value(item.name)).to_match(right, kinds="either", shapes="single")
