"""What was seen in the process excludes causes, and proves none."""

from __future__ import annotations

from typing import Any, get_args

import torch

from gradeprop.course.facts import Fact
from gradeprop.gradients.diagnosis.clues import Clues
from gradeprop.gradients.diagnosis.diagnose import Diagnosis, diagnose
from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.gradients.values import FACTS, Evidence, TensorState

RIGHT = torch.tensor([6.0])
TWICE = 2 * RIGHT
UNSURE = "Either of two."


def diagnosis(known: dict[str, Clues], causes: Any = ("piled_up",), **seen: Any) -> Diagnosis:
    found = Observation(
        TensorState(TWICE), RIGHT, {cause: [TWICE] for cause in causes}, seen=Evidence(**seen)
    )
    return diagnose([found], known)


def test_a_cause_needs_what_it_must_have_left() -> None:
    known = {"piled_up": Clues(seen=("piled",), unsure=UNSURE)}
    assert diagnosis(known, piled=True).named == "piled_up"
    assert diagnosis(known, piled=False) == Diagnosis()
    assert diagnosis(known) == Diagnosis(unsure=UNSURE)


def test_a_cause_falls_by_what_it_cannot_have_left() -> None:
    known = {"doubled": Clues(unseen=("piled",))}
    assert diagnosis(known, ("doubled",), piled=True) == Diagnosis()
    for seen in ({"piled": False}, {}):
        assert diagnosis(known, ("doubled",), **seen).named == "doubled"


def test_what_was_seen_tells_two_causes_apart() -> None:
    known = {"piled_up": Clues(seen=("piled",)), "doubled": Clues(unseen=("piled",))}
    both = ("piled_up", "doubled")
    assert diagnosis(known, both, piled=True).named == "piled_up"
    assert diagnosis(known, both, piled=False).named == "doubled"
    assert diagnosis({}, both, piled=True).candidates == both


def test_one_wrong_answer_that_speaks_against_it_is_enough() -> None:
    def observed(piled: bool | None) -> Observation:
        wrong = {"piled_up": [TWICE]}
        return Observation(TensorState(TWICE), RIGHT, wrong, seen=Evidence(piled=piled))

    known = {"piled_up": Clues(seen=("piled",), unsure=UNSURE)}
    assert diagnose([observed(True), observed(False)], known) == Diagnosis()
    assert diagnose([observed(True), observed(None)], known) == Diagnosis(unsure=UNSURE)


def test_what_exercises_may_ask_for_is_what_is_collected() -> None:
    assert set(get_args(Fact)) < set(FACTS) < set(vars(Evidence()))
