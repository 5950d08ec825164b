"""The cause of a part's earlier checks is tried first, and only where it is the one cause so far."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.likely import cause_so_far, singly_or_together

SINGLE = ["ascent", "halved"]


def asked(
    fits: set[str], likely: str | None, known: tuple[str, ...] = ()
) -> tuple[tuple[str, ...], list[list[str]]]:
    """What is named, and which names were tried, call by call."""
    calls: list[list[str]] = []

    def fit(names: Sequence[str]) -> tuple[str, ...]:
        calls.append(list(names))
        return tuple(name for name in names if name in fits)

    judgement = Judgement("failed", misconceptions=known)
    return singly_or_together(fit, SINGLE, ["ascent+halved"], judgement, likely), calls


def test_the_cause_so_far_is_tried_alone_and_is_enough_if_it_fits() -> None:
    assert asked({"ascent", "halved"}, "halved") == (("halved",), [["halved"]])


def test_where_it_does_not_fit_all_are_tried() -> None:
    assert asked({"ascent"}, "halved") == (("ascent",), [["halved"], SINGLE])


def test_without_one_and_with_one_that_no_sample_shows_all_are_tried() -> None:
    assert asked({"ascent"}, None) == (("ascent",), [SINGLE])
    assert asked({"ascent"}, "timeout") == (("ascent",), [SINGLE])


def test_nothing_is_tried_where_the_check_is_called_so_already() -> None:
    assert asked({"ascent"}, "halved", known=("halved",)) == ((), [])


def test_another_cause_that_the_check_has_by_itself_is_not_overruled_by_it() -> None:
    assert asked({"halved"}, "halved", known=("ascent",)) == (("halved",), [SINGLE])


@pytest.mark.parametrize(
    ("failed", "cause"),
    [
        ([], None),
        (["ascent"], "ascent"),
        (["ascent", "ascent"], "ascent"),
        (["ascent", "halved"], None),
        (["ascent", None], None),
        ([None], None),
    ],
)
def test_two_causes_or_a_failure_without_one_are_no_cause_so_far(
    failed: list[str | None], cause: str | None
) -> None:
    assert cause_so_far(failed) == cause
