"""Where published graders of gradients were wrong: what they passed is refused here, and what they
refused gets full marks.

The numbers count 27 failures that were found in public courses, most of them by running the
published test. Nothing here asks what some of them got wrong: 15 is about rewards, 16 about
checkpointing. 27, a solution that was wrong because its test had never been run, is what
``gradeprop verify`` is for: it runs all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.verify import filled_in
from gradeprop.notebook.render import to_notebook

ELSEWHERE = {15, 16, 27}
DATA = Path(__file__).with_name("published_failures.yaml")


@dataclass(frozen=True)
class Failure:
    """An answer, and the verdict that it deserves; ``cause``: the misconception's id, if one is
    to be named."""

    number: int
    published: str
    exercise: str
    verdict: str
    answer: str
    part: str = "code"
    cause: str | None = None


FAILURES = [Failure(**item) for item in yaml.safe_load(DATA.read_text(encoding="utf-8"))]


def named(failure: Failure) -> str:
    return f"{failure.number}-{failure.exercise}-{failure.cause or failure.verdict}"


@pytest.fixture(scope="module")
def parts(settings: Any) -> Mapping[int, Any]:
    """The graded part of each answer. Every other part of its notebook is left as it was given
    out."""
    found: dict[int, Any] = {}
    for setting in settings.values():
        slugs = {exercise.slug for exercise in setting.assignment.exercises}
        asked = {
            str(place): failure
            for place, failure in enumerate(FAILURES)
            if failure.exercise in slugs
        }
        results: list[Any] = []
        grade_batch(setting, [handed_in(setting, *item) for item in asked.items()], results.append)
        for result in results:
            failure = asked[result.student]
            (found[int(result.student)],) = (
                part
                for exercise in result.exercises
                for part in exercise.parts
                if (exercise.exercise, part.part) == (failure.exercise, failure.part)
            )
    return found


def handed_in(setting: Any, student: str, failure: Failure) -> Submission:
    answers = {(failure.exercise, failure.part): failure.answer}
    return Submission(student, to_notebook(filled_in(setting.release, answers)))


def test_every_failure_has_an_answer_or_a_reason_why_not() -> None:
    asked = {failure.number for failure in FAILURES}
    assert asked | ELSEWHERE == set(range(1, 28))
    assert asked & ELSEWHERE == set()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "place", range(len(FAILURES)), ids=[named(failure) for failure in FAILURES]
)
def test_what_a_published_grader_got_wrong_is_judged_right(
    parts: Mapping[int, Any], place: int
) -> None:
    failure, part = FAILURES[place], parts[place]
    causes = {check.misconception for check in part.checks} - {None}
    told = [(check.check, check.status, check.detail) for check in part.checks]
    if failure.verdict == "right":
        assert part.status == "passed", told
        assert part.score == part.max_score
        return
    assert part.status == "failed", told
    assert part.score < part.max_score
    assert causes == ({failure.cause} if failure.cause else set()), told
