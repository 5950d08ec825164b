"""Which hidden inputs a hand-in gets."""

from collections import Counter

from gradeprop.grading.checks.seeds import INPUT_SETS, input_set, inputs_seed, pool_key

KEY = b"k" * 32


def test_a_hand_in_has_one_set_and_hand_ins_spread_over_all_of_them() -> None:
    sets = [input_set(KEY, f"hand-in {number}") for number in range(64 * INPUT_SETS)]
    assert sets == [input_set(KEY, f"hand-in {number}") for number in range(64 * INPUT_SETS)]
    counts = Counter(sets)
    assert set(counts) == set(range(INPUT_SETS))
    assert max(counts.values()) < 2 * 64  # 64 on average; the draw is fixed


def test_the_same_hand_in_of_two_students_need_not_have_one_set() -> None:
    students = [bytes([number]) * 32 for number in range(20)]
    assert len({input_set(seed, "the same") for seed in students}) > 10


def test_what_an_assignments_sets_come_from_tells_nothing_of_another_ones() -> None:
    pools = [pool_key(KEY, name) for name in ("a01_slopes", "a02_graphs")]
    assert pools[0] != pools[1]
    assert KEY not in pools
    assert len({inputs_seed(pool, number) for pool in pools for number in range(INPUT_SETS)}) == (
        2 * INPUT_SETS
    )
