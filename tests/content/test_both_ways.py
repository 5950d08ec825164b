"""Whether the process that has run a notebook answers, or one that stands at the place: same
verdicts, and where a later cell makes a difference, none that costs the student anything."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest

from content.conftest import ASSIGNMENTS
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.verify import trials
from grading.conftest import with_cell
from session.state import IMPORTS, KINDS

# Of the kinds of state, those that reach beyond the cell that defines them.
FAR_REACHING = (
    "gradients off",
    "the default dtype",
    "a hook of all modules",
    "an optimizer's class changed",
    "numpy changed",
    "warnings as errors",
    "how deep calls may go",
    "anomaly detection",
    "how tensors are printed",
)
NAMES_USED_AGAIN = "w = x = y = loss = grad = f = step = train = torch = None"


def results_of(setting: Any, submissions: Any) -> Any:
    """All that is kept of a result but how long it took, by student."""
    results = []
    grade_batch(setting, submissions, results.append)
    kept = {result.student: result.to_json() for result in results}
    for result in kept.values():
        del result["timing"]
    return kept


def later_cells() -> list[str]:
    """What stands at the end of notebooks, harmless to an honest student as it is."""
    cells = [IMPORTS + "\n".join(KINDS[kind]) for kind in FAR_REACHING]
    return [*cells, NAMES_USED_AGAIN]


def checks_in(result: Any) -> Any:
    """By exercise, part and name, what is kept of each check."""
    return {
        (exercise["exercise"], part["part"], check["check"]): check
        for exercise in result["exercises"]
        for part in exercise["parts"]
        for check in part["checks"]
    }


def some_trials(setting: Any) -> Any:
    """Every fourth one: each holds a case of every exercise, and both ways cost a process or two
    for each question."""
    return trials(setting, setting.assignment.exercises)[::4]


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_both_ways_of_asking_give_the_same_results(settings: Any, name: Any) -> None:
    setting = settings[name]
    submissions = [trial.submission for trial in some_trials(setting)]
    at_places = replace(setting, late_answers=False)
    assert results_of(setting, submissions) == results_of(at_places, submissions)


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_a_later_cell_may_favour_and_never_costs_anything(settings: Any, name: Any) -> None:
    setting = settings[name]
    submissions = [
        Submission(trial.submission.student, with_cell(trial.submission.notebook, later))
        for trial, later in zip(some_trials(setting), cycle(later_cells()), strict=False)
    ]
    late = results_of(setting, submissions)
    there = results_of(replace(setting, late_answers=False), submissions)
    assert late.keys() == there.keys()
    for student, result in late.items():
        at_place = checks_in(there[student])
        for key, check in checks_in(result).items():
            assert check["status"] == "passed" or check == at_place[key], (student, key)
