from types import SimpleNamespace

import torch
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.gradients import Fixed
from gradeprop.gradients.mistakes import Alternatives, general_mistake, prune, same, scaled

MATRIX = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=torch.float64)


def pattern(**given):
    return SimpleNamespace(
        **{"mistake": None, "scale": None, "value": None, "component": None, **given}
    )


def only(found):
    assert len(found) == 1
    return found[0]


def test_factors_and_signs():
    for name, factor in (
        ("sign_flipped", -1),
        ("missing_factor_two", 0.5),
        ("missing_half", 2),
        ("grad_accumulated", 2),
        ("sum_instead_of_mean", 6),
        ("mean_instead_of_sum", 1 / 6),
    ):
        assert torch.allclose(only(general_mistake(MATRIX, name)), MATRIX * factor), name


def test_of_a_tuple_all_items_then_each_alone():
    found = general_mistake((1.0, 2.0), "sign_flipped")
    assert found == [(-1.0, -2.0), (-1.0, 2.0), (1.0, -2.0)]


def test_words_and_unknown_ids_have_no_variants_that_differ():
    assert general_mistake("up", "sign_flipped") == ["up"]
    assert general_mistake(MATRIX, "no_such_mistake") == []


def test_only_matrices_transpose():
    assert torch.equal(only(general_mistake(MATRIX, "transposed")), MATRIX.T)
    assert general_mistake(MATRIX[0], "transposed") == []
    found = only(general_mistake((MATRIX, MATRIX[0]), "transposed"))
    assert torch.equal(found[0], MATRIX.T)
    assert torch.equal(found[1], MATRIX[0])


def test_axes_swap_in_a_pair_and_in_a_vector_of_two():
    assert general_mistake((1.0, 2.0), "axes_swapped") == [(2.0, 1.0)]
    assert torch.equal(
        only(general_mistake(MATRIX[0, :2], "axes_swapped")), torch.tensor([2.0, 1.0]).double()
    )
    swapped, flipped = general_mistake((MATRIX, -MATRIX), "axes_swapped")
    assert torch.equal(swapped[0], -MATRIX)
    assert torch.equal(flipped[0], -MATRIX.T)
    assert general_mistake(MATRIX, "axes_swapped") == []


@given(st.sampled_from([torch.float64, torch.float32, torch.float16, torch.bfloat16]))
def test_scaling_keeps_the_dtype_and_spares_what_is_not_a_number(dtype):
    found = scaled((MATRIX.to(dtype), 3, True, None, "up"), 0.5)
    assert isinstance(found, tuple)
    assert found[0].dtype == dtype
    assert found[1:] == (1.5, True, None, "up")


def test_a_known_id_needs_no_pattern_and_a_fixed_problem_brings_its_own():
    problem = Fixed(6.0, mistakes={"value_not_gradient": 9.0, "off_by_one_step": [5.0, 7.0]})
    found = Alternatives(
        problem,
        {"sign_flipped": None, "value_not_gradient": None, "off_by_one_step": None, "ascent": None},
    )
    assert found == {
        "sign_flipped": [-6.0],
        "value_not_gradient": [9.0],
        "off_by_one_step": [5.0, 7.0],
        "ascent": [],
    }


def test_patterns_of_the_yaml():
    problem = Fixed((4.0, 8.0))
    found = Alternatives(
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


def test_a_constant_takes_the_form_of_the_right_answer():
    right = torch.ones(1, 1, dtype=torch.float32)
    found = only(Alternatives(Fixed(right), {"copied": pattern(value=2.65)})["copied"])
    assert found.shape == (1, 1)
    assert found.dtype == torch.float32
    found = only(Alternatives(Fixed(MATRIX), {"copied": pattern(value=[[1, 2], [3, 4]])})["copied"])
    assert found.shape == (2, 2)
    assert Alternatives(Fixed("up"), {"inverted_move": pattern(value="down")}) == {
        "inverted_move": ["down"]
    }


def test_pruning_drops_repetitions_and_keeps_the_alignment():
    one, two = torch.tensor([1.0]), torch.tensor([2.0])
    probes = [
        {"a": [one, one, two, two], "b": [], "c": [one]},
        {"a": [one, one, two, one], "b": [], "c": [one, two]},
    ]
    found = prune(probes)
    assert [len(probe["a"]) for probe in found] == [3, 3]
    assert same(tuple(found[1]["a"]), (one, two, one))
    assert [len(probe["c"]) for probe in found] == [1, 2]
    assert found[0]["b"] == []


def test_nan_is_the_same_as_nan():
    assert same(torch.tensor([float("nan")]), torch.tensor([float("nan")]))
