"""What becomes of a submission when the grader fails by itself while it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from course.minimal import write_course
from gradeprop.errors import GraderFault
from gradeprop.session.fake import FakeSandbox, FakeSession
from grading.conftest import Classroom

WHY = "memory ran out here"


def fail(*_given: object, **_more: object) -> NoReturn:
    raise GraderFault(WHY)


@pytest.mark.parametrize("method", ["run", "ask"])
def test_it_costs_no_points_says_why_and_is_tried_again_alone(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession()
    monkeypatch.setattr(session, method, fail)
    classroom = Classroom(write_course(tmp_path), FakeSandbox([session]))
    result = classroom.grade_one(classroom.notebook())
    checks = [
        check
        for exercise in result.exercises
        for part in exercise.parts
        for check in part.checks
        if part.kind == "code"
    ]
    assert result.status == "error"
    assert result.contended
    assert {(check.status, check.score) for check in checks} == {("error", None)}
    assert all(WHY in check.detail for check in checks)
