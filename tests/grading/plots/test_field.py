"""Fields of arrows: which arrows there are, and where there are none."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from gradeprop.gradients import Field
from gradeprop.grading.plots.numbers import spread
from gradeprop.grading.result.plot import MOST
from grading.plots.asked import ROOM, plot_of, seen

ROWS = [[20.0, 21.0, 24.0, 29.0], [18.0, 21.0, 26.0, 33.0], [12.0, 17.0, 24.0, 33.0]]


def room(*temperatures: Any) -> Any:
    def write(student: Any, reference: Any) -> None:
        for temps in map(torch.tensor, temperatures):
            reference.expect(student.call("room", temps, 2.0)).to_match(Field(temps, 2.0))

    return write


def right(temps: Any, spacing: Any) -> Any:
    return torch.gradient(temps, spacing=spacing)


def swapped(temps: Any, spacing: Any) -> Any:
    return right(temps, spacing)[::-1]


def test_an_arrow_has_its_square_and_both_slopes() -> None:
    plot = seen(ROOM, room(ROWS), {"room": swapped})
    down, along = right(torch.tensor(ROWS), 2.0)
    assert len(plot.expected) == len(plot.got) == 12
    assert plot.expected[0] == (0, 0, along[0, 0], down[0, 0])
    assert plot.expected[7] == (3, 1, along[1, 3], down[1, 3])
    assert plot.got[7] == (3, 1, down[1, 3], along[1, 3])
    assert plot.what == "room(temps, spacing=2.0)"


def test_the_first_field_that_is_wrong_is_shown() -> None:
    plot = seen(ROOM, room(ROWS[:2], ROWS), {"room": lambda t, s: right(t, s * (4 - len(t)) / 2)})
    assert len(plot.expected) == 12


def test_what_is_right_has_no_plot() -> None:
    assert plot_of(ROOM, room(ROWS), {"room": right}) is None
    # Wrong is only the dtype, which no arrow shows.
    assert plot_of(ROOM, room(ROWS), {"room": lambda t, s: right(t.double(), s)}) is None


def test_an_arrow_that_is_no_finite_number_is_left_out() -> None:
    def wrong(temps: Any, spacing: Any) -> Any:
        down, along = map(torch.clone, right(temps, spacing))
        down[0, 0] = math.nan
        along[2, 3] = math.inf
        return down, along

    plot = seen(ROOM, room(ROWS), {"room": wrong})
    assert {point[:2] for point in plot.expected} - {p[:2] for p in plot.got} == {(0, 0), (3, 2)}
    assert plot.left_out == 2


@pytest.mark.parametrize(
    "answer",
    [
        lambda t, s: right(t, s)[0],
        lambda t, s: [*right(t, s), t],
        lambda t, *_: (t, t[1:]),
        lambda t, *_: (t.T, t.T),
        lambda t, *_: (t * math.nan, t),
        lambda t, *_: (t.flatten(), t.flatten()),
        lambda *_: (1.0, 2.0),
        lambda *_: ("down", None),
        lambda t, *_: {"down": t},
    ],
)
def test_what_is_nothing_to_plot_has_no_plot(answer: Any) -> None:
    assert plot_of(ROOM, room(ROWS), {"room": answer}) is None


def test_a_large_field_keeps_its_edges_and_its_worst_square() -> None:
    temps = torch.arange(40 * 25.0).reshape(40, 25).sin().tolist()

    def wrong(temps: Any, spacing: Any) -> Any:
        down, along = map(torch.clone, right(temps, spacing))
        down[17, 11] += 50
        return down, along

    plot = seen(ROOM, room(temps), {"room": wrong})
    places = {point[:2] for point in plot.expected}
    assert len(plot.expected) + len(plot.got) <= MOST
    assert {(0, 0), (24, 39), (11, 17)} <= places


@pytest.mark.parametrize(
    ("count", "few", "must"), [(5, 9, 2), (40, 8, 17), (40, 8, 39), (9, 1, 4), (9, 2, 4)]
)
def test_few_of_many_are_spread_with_one_that_must_be_there(
    count: int, few: int, must: int
) -> None:
    found = spread(count, few, must)
    assert len(set(found)) == min(count, few)
    assert must in found
    assert found == sorted(found)
