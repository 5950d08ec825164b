"""Whether the process that has run a notebook answers, or one that stands at the place: same
verdicts."""

from __future__ import annotations

from typing import Any

import pytest

from content.conftest import ASSIGNMENTS
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.verify import trials
from gradeprop.session.grader.session import ProcessSession


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
def test_both_ways_of_asking_give_the_same_results(
    settings: Any, name: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = settings[name]
    submissions = [trial.submission for trial in trials(setting, setting.assignment.exercises)]
    asked_last = []
    recall = ProcessSession._recall

    def note(self: Any, *arguments: Any) -> Any:
        answers = recall(self, *arguments)
        asked_last.append(answers is not None)
        return answers

    monkeypatch.setattr(ProcessSession, "_recall", note)
    later = results_of(setting, submissions)
    assert sum(asked_last) > 0.9 * len(asked_last) > 0  # as a rule nothing has changed
    monkeypatch.setattr(ProcessSession, "_recall", lambda *_: None)
    assert results_of(setting, submissions) == later
