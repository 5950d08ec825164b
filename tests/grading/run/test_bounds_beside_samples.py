"""What samples take while they stay open is nobody's room: a submission has the bounds that it has
when nobody in its class is wrong."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from course.minimal import replaced, write_course
from gradeprop.errors import MissingFacility
from gradeprop.grading.run.facilities import open_later
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import grade_class
from gradeprop.session.isolation.control_group import SLACK_MB, control_group
from grading.conftest import KEY, Classroom, part_of

MEMORY_MB = 256
LIMITS = f"limits:\n  memory_mb: {MEMORY_MB}\nassignments:\n"
WRONG = "def d_square(w):\n    return w ** 3\n"
# Each process may have as much; together they may not, also where what the session before had is
# still counted as its sandbox's own. Right if they had not.
TOGETHER_MB = MEMORY_MB + SLACK_MB + 240
GREEDY = f"""\
import os
gate, opened = os.pipe()
said = []
for _ in range(4):
    read, write = os.pipe()
    if os.fork() == 0:
        os.close(opened)
        held = bytearray({TOGETHER_MB // 4} << 20)
        os.write(write, b"x")
        os.read(gate, 1)
        os._exit(0)
    os.close(write)
    said.append(read)
held = [os.read(read, 1) for read in said].count(b"x")
os.close(opened)
def d_square(w):
    return 2 * w if held < 4 else w
"""


def needs_control_group() -> None:
    try:
        control_group().remove()
    except OSError as error:
        pytest.skip(f"control groups cannot be made here: {error}")


@pytest.mark.slow
def test_who_comes_after_a_wrong_answer_has_no_more_memory(tmp_path: Path, sandbox: Any) -> None:
    needs_control_group()
    changes = replaced("course.yaml", "assignments:\n", LIMITS)
    classroom = Classroom(write_course(tmp_path, changes), sandbox)
    plan = Plan(classroom.course, "a01_slopes", classroom.release, KEY, ("cpu",), "full")
    answers = {"a_wrong": WRONG, "b_greedy": GREEDY}
    loads = [
        partial(Submission, student, classroom.notebook(square_derivative__by_hand=answer))
        for student, answer in answers.items()
    ]
    results: list[Any] = []
    try:
        grade_class(plan, loads, results.append, workers=1)
    except MissingFacility as error:
        pytest.skip(f"no full isolation here: {error}")
    by_student = {
        result.student: part_of(result, "square_derivative", "by_hand").score for result in results
    }
    assert by_student == {"a_wrong": 0, "b_greedy": 3}


def test_samples_are_asked_where_they_are_said_to_be(tmp_path: Path, sandbox: Any) -> None:
    classroom = Classroom(write_course(tmp_path), sandbox)
    devices: list[str] = []

    class Elsewhere(dict[str, Any]):
        def __getitem__(self, device: str) -> Any:
            devices.append(device)
            return sandbox

    setting = Plan(
        classroom.course, "a01_slopes", classroom.release, KEY, ("cpu",), "none"
    ).setting({"cpu": sandbox}, Elsewhere())
    classroom.setting = setting
    classroom.grade(classroom.notebook())
    assert devices == []
    classroom.grade(classroom.notebook(square_derivative__by_hand=WRONG))
    setting.close()
    assert devices == ["cpu"]


def test_a_later_sandbox_opens_when_it_is_asked_for_and_once(sandbox: Any) -> None:
    with open_later({"cpu": sandbox}) as later:
        assert list(later) == ["cpu"]
        assert later["cpu"] is later["cpu"]
        with pytest.raises(KeyError):
            later["cuda"]
