"""What another machine is sent to grade with."""

import pickle
from dataclasses import replace
from typing import Any

from course.minimal import write_course
from gradeprop.grading.checks.seeds import student_seed
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.plan import Plan
from grading.conftest import KEY, Classroom

WRONG = "def d_square(w):\n    return 2 * w + 0.3 * w ** 2 * (w.numel() > 3)"


def graded(plan: Plan, submission: Submission, sandbox: Any) -> SubmissionResult:
    results: list[SubmissionResult] = []
    grade_batch(plan.setting({"cpu": sandbox}), [submission], results.append)
    return results[0]


def test_without_the_course_key_the_results_are_the_same(tmp_path: Any, sandbox: Any) -> None:
    room = Classroom(write_course(tmp_path), sandbox)
    plan = Plan(room.course, room.assignment.id, room.release, KEY, ("cpu",), "full")
    sent = plan.sent_elsewhere()
    assert KEY in pickle.dumps(plan)
    assert KEY not in pickle.dumps(sent)
    handed = Submission("ada", room.notebook(square_derivative__by_hand=WRONG))
    here = graded(plan, handed, sandbox)
    there = graded(sent, replace(handed, seed=student_seed(KEY, "ada")), sandbox)
    assert here.seed == there.seed
    assert here.versions == there.versions
    assert here.exercises == there.exercises
    assert any(
        check.detail and check.status == "failed"
        for exercise in here.exercises
        for part in exercise.parts
        for check in part.checks
        if not check.public
    )
