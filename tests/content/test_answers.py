"""What students might write for the exercises that ship, beyond the samples in the YAML files."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from content.conftest import ASSIGNMENTS, EXERCISES, SameProcess, answers, graded
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.verify import trials, verify
from gradeprop.notebook.release import release_model


def given(setting: Any, *, right: Any) -> Any:
    return [
        answer
        for exercise in setting.assignment.exercises
        for answer in answers(exercise.slug)
        if (answer.cause == "") == right
    ]


def alone(settings: Any, exercise: Any) -> Any:
    """A setting with this exercise only: beside others with fewer answers it would be graded with
    their solutions again and again."""
    (found,) = (
        (setting, item)
        for setting in settings.values()
        for item in setting.assignment.exercises
        if item.slug == exercise
    )
    setting, item = found
    assignment = setting.assignment.model_copy(update={"exercises": (item,)})
    return replace(
        setting,
        assignment=assignment,
        release=release_model(setting.course, assignment, {}),
        sandboxes={"cpu": SameProcess()},
    )


def place(answer: Any) -> str:
    return f"answers/{answer.exercise}-{answer.part}.txt:{answer.line}"


def test_every_autograded_part_has_right_and_wrong_answers(settings: Any) -> None:
    for setting in settings.values():
        for exercise in setting.assignment.exercises:
            automatic = {part.part for part in exercise.spec.parts if part.checks}
            for right in (True, False):
                assert automatic == {
                    answer.part
                    for answer in answers(exercise.slug)
                    if (answer.cause == "") == right
                }


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_honest_work_in_any_style_passes(settings: Any, assignment: Any) -> None:
    setting = settings[assignment]
    for answer, part in graded(setting, given(setting, right=True)):
        details = [check.detail for check in part.checks if check.status != "passed"]
        assert part.status == "passed", f"{place(answer)}: {details}"
        assert part.score == part.max_score


# Those with the most answers; what they have in common with others is tried with the others.
_LONG = {
    "a02_autograd",
    "a04_descent",
    "a05_backprop",
    "a06_optimizers",
    "a07_modules",
    "a08_graph_control",
}


@pytest.mark.parametrize(
    "assignment",
    [pytest.param(name, marks=[pytest.mark.slow] if name in _LONG else []) for name in ASSIGNMENTS],
)
def test_wrong_work_fails_and_is_given_its_own_cause_or_none(
    settings: Any, assignment: Any
) -> None:
    setting = settings[assignment]
    for answer, part in graded(setting, given(setting, right=False)):
        causes = {check.misconception for check in part.checks if check.misconception}
        expected = set() if answer.cause == "unnamed" else {answer.cause}
        assert part.status == "failed", place(answer)
        assert part.score < part.max_score, place(answer)
        assert causes == expected, f"{place(answer)}: {[check.detail for check in part.checks]}"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("exercise", EXERCISES)
def test_verdicts_are_the_same_over_fifty_seeds(settings: Any, exercise: Any) -> None:
    """Each seed is a course's key: all answers get the same hidden inputs, and samples are asked
    once; public checks ask the same by every key. That both ways of asking say the same is
    test_both_ways."""
    setting = alone(settings, exercise)
    made = trials(setting, setting.assignment.exercises)
    for seed in range(50):
        keyed = replace(setting, course_key=hashlib.sha256(str(seed).encode()).digest())
        kept = {name: getattr(setting, name) for name in ("samples", "scripts", "judged")}
        vars(keyed).update(kept)
        proofs = verify(keyed, made, grade=partial(graded_late, keyed))
        assert len(proofs) == sum(len(trial.cases) for trial in made)
        assert [proof for proof in proofs if proof.problems] == [], f"seed {seed}"
    setting.close()


def graded_late(setting: Any, submissions: Any, on_result: Any, late_answers: bool) -> None:
    if late_answers:
        grade_batch(setting, submissions, on_result)
