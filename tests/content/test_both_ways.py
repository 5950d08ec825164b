"""Whether the process that has run a notebook answers, or one that stands at the place: same
verdicts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from content.conftest import ASSIGNMENTS
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.verify import trials


def results_of(setting: Any, submissions: Any) -> Any:
    """All that is kept of a result but how long it took."""
    results = []
    grade_batch(setting, submissions, results.append)
    kept = [result.to_json() for result in results]
    for result in kept:
        del result["timing"]
    return kept


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_both_ways_of_asking_give_the_same_results(settings: Any, name: Any) -> None:
    setting = settings[name]
    submissions = [trial.submission for trial in trials(setting, setting.assignment.exercises)]
    at_places = replace(setting, late_answers=False)
    assert results_of(setting, submissions) == results_of(at_places, submissions)
