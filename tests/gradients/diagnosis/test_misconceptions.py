from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch

from gradeprop.gradients import Fixed
from gradeprop.gradients.diagnosis.misconceptions import Misconceptions

MATRIX = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=torch.float64)


def pattern(**given: Any) -> Any:
    return SimpleNamespace(
        **{"mistake": None, "scale": None, "value": None, "component": None, **given}
    )


def only(found: Any) -> Any:
    assert len(found) == 1
    return found[0]


def test_a_known_id_needs_no_pattern_and_a_fixed_problem_brings_its_own() -> None:
    problem = Fixed(6.0, mistakes={"value_not_gradient": 9.0, "off_by_one_step": [5.0, 7.0]})
    found = Misconceptions(
        problem,
        {"sign_flipped": None, "value_not_gradient": None, "off_by_one_step": None, "ascent": None},
    )
    assert found == {
        "sign_flipped": [-6.0],
        "value_not_gradient": [9.0],
        "off_by_one_step": [5.0, 7.0],
        "ascent": [],
    }


def test_patterns_of_the_yaml() -> None:
    problem = Fixed((4.0, 8.0))
    found = Misconceptions(
        problem,
        {
            "a": pattern(scale=0.5),
            "b": pattern(scale=0.5, component=1),
            "c": pattern(value=5.5225, component=1),
            "d": pattern(value=[2.65, 5.5225]),
            "e": pattern(mistake="axes_swapped"),
            "f": pattern(mistake="sign_flipped", component=0),
            "g": pattern(scale=2, component=7),
        },
    )
    assert found["a"] == [(2.0, 4.0)]
    assert found["b"] == [(4.0, 4.0)]
    assert found["c"] == [(4.0, 5.5225)]
    assert found["d"] == [(2.65, 5.5225)]
    assert found["e"] == [(8.0, 4.0)]
    assert found["f"] == [(-4.0, 8.0), (-4.0, 8.0), (4.0, 8.0)]
    assert found["g"] == []


def test_a_constant_takes_the_form_of_the_right_answer() -> None:
    right = torch.ones(1, 1, dtype=torch.float32)
    found = only(Misconceptions(Fixed(right), {"copied": pattern(value=2.65)})["copied"])
    assert found.shape == (1, 1)
    assert found.dtype == torch.float32
    found = only(
        Misconceptions(Fixed(MATRIX), {"copied": pattern(value=[[1, 2], [3, 4]])})["copied"]
    )
    assert found.shape == (2, 2)
    assert Misconceptions(Fixed("up"), {"inverted_move": pattern(value="down")}) == {
        "inverted_move": ["down"]
    }
