"""Fixed takes what can be compared, and refuses at once what never is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from gradeprop.gradients import Fixed, Rule
from gradeprop.gradients.comparison.compare import as_value, compare, matches
from gradeprop.grading.checks.handle import Handle

RIGHT: list[Any] = [
    torch.ones(2),
    3,
    0.5,
    True,
    None,
    "up",
    (1.0, "up"),
    {"W1": torch.ones(2, 3), "grad": 2.0, "deep": {"b": (1, None)}},
    {"a", "b"},
    frozenset({1, (2, "x"), None}),
    set(),
]


@pytest.mark.parametrize("answer", RIGHT)
def test_an_answer_is_right_as_itself(answer: Any) -> None:
    right = Fixed(answer).answer()
    assert compare(as_value(right), right) is None
    assert matches(as_value(right), right, Rule())


REFUSED: list[tuple[Any, str]] = [
    ([1.0, 2.0], "the answer is a list, which is never compared; write a tuple, which a student's"),
    (np.ones(2), "the answer is a ndarray, which is never compared; write torch.as_tensor"),
    (torch.nn.Linear(1, 1), "is a Linear, which is never compared; give its output, or a dict"),
    (1 + 2j, "is a complex, which is never compared; give a tensor, a number"),
    (len, "is a builtin_function_or_method, which is never compared"),
    (Handle(0), "is a Handle, which is never compared; a student's value is known only after"),
    ((1.0, [2.0]), "item 1 of the answer is a list"),
    ({"w": [2.0]}, "'w' of the answer is a list"),
    ({1: 2.0}, "the answer has the key 1; the names in a dict must be strings"),
    ({1.5}, "the answer is a set with a float in it; a set is compared exactly"),
    (torch.ones(2).to_sparse(), "is a tensor without plain numbers; use .to_dense()"),
]


@pytest.mark.parametrize(("answer", "said"), REFUSED)
def test_what_is_never_compared_is_refused_at_once(answer: Any, said: str) -> None:
    with pytest.raises(TypeError) as caught:
        Fixed(answer)
    assert said in str(caught.value)


def test_a_mistake_that_is_never_compared_is_refused_by_its_id() -> None:
    with pytest.raises(TypeError, match="the mistake 'ascent' is a ndarray"):
        Fixed(1.0, {"ascent": [2.0, np.ones(1)]})


def test_a_list_of_mistakes_is_its_variants() -> None:
    assert Fixed(1.0, {"ascent": [2.0, 3.0]}).mistake("ascent") == [2.0, 3.0]


def test_an_answer_that_requires_grad_is_taken_for_its_numbers() -> None:
    answer = Fixed(torch.ones(2, requires_grad=True)).answer()
    assert isinstance(answer, torch.Tensor)
    assert not answer.requires_grad


def test_a_factor_changes_a_dict_as_a_whole_and_item_by_item() -> None:
    problem = Fixed({"a": 1.0, "b": 2.0, "word": "up"})
    assert problem.mistake("sign_flipped") == [
        {"a": -1.0, "b": -2.0, "word": "up"},
        {"a": -1.0, "b": 2.0, "word": "up"},
        {"a": 1.0, "b": -2.0, "word": "up"},
        {"a": 1.0, "b": 2.0, "word": "up"},
    ]


def test_a_matrix_in_a_dict_is_transposed() -> None:
    (wrong,) = Fixed({"W": torch.ones(2, 3), "b": 1.0}).mistake("transposed")
    assert isinstance(wrong, dict)
    assert isinstance(wrong["W"], torch.Tensor)
    assert wrong["W"].shape == (3, 2)
    assert Fixed({"b": 1.0}).mistake("transposed") == []
