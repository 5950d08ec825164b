"""What tells a part's misconceptions apart: by the exercise, or else by the engine."""

from __future__ import annotations

from typing import Any

from gradeprop.course.model import Misconception
from gradeprop.course.patterns import Pattern
from gradeprop.gradients.diagnosis.clues import OF_THE_ENGINE, Clues
from gradeprop.grading.checks.declared import clues_of


def misconception(name: str, **given: Any) -> Misconception:
    return Misconception(id=name, say="So it is.", sample="pass", **given)


def test_the_engines_ids_have_clues_of_their_own() -> None:
    declared = [misconception("zeroed_before_step"), misconception("sign_flipped")]
    assert clues_of(declared) == {"zeroed_before_step": OF_THE_ENGINE["zeroed_before_step"]}


def test_what_the_exercise_says_comes_first() -> None:
    own = misconception("doubled", unseen=("stepped_again",), unsure="Either.\n")
    assert clues_of([own]) == {"doubled": Clues((), ("stepped_again",), "Either.")}


def test_an_id_with_a_pattern_is_the_exercises_own() -> None:
    assert clues_of([misconception("doubled", pattern=Pattern(scale=3.0))]) == {}
