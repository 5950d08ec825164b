"""Curves between a check's few points: asked once more, and only when something is wrong."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch

from gradeprop.gradients import Fixed, Gradient
from gradeprop.grading.plots.drawing import Drawing, drawing_from_json
from gradeprop.grading.plots.known_between import between_of
from gradeprop.grading.plots.picture import picture
from gradeprop.grading.result.plot import MOST, Plot
from grading.plots.asked import SQUARE, plot_of, script_of

ASKED = (-1.5, 0.5, 3.0)


def slopes(problem: Any = None, numbers: Any = (3.0, -1.5, 0.5), dtype: Any = torch.float64) -> Any:
    def write(student: Any, reference: Any) -> None:
        w = torch.tensor(numbers, dtype=dtype)
        right = Gradient(lambda w: w**2, at=w) if problem is None else problem(w)
        reference.expect(student.call("d_square", w)).to_match(right)

    return write


def known(write: Any) -> Drawing:
    script = script_of(write)
    between = {n: between_of(SQUARE, script, probe) for n, probe in enumerate(script.probes)}
    return Drawing("curve", None, SQUARE.parameters, {}, between)


class Asked:
    """A student's function that remembers how many numbers it was given each time."""

    def __init__(self, function: Any) -> None:
        self.function, self.sizes = function, []

    def __call__(self, w: Any) -> Any:
        self.sizes.append(w.numel())
        return self.function(w)


def shown(function: Any, write: Any = None) -> Plot:
    write = write or slopes()
    plot = plot_of(known(write), write, {"d_square": function})
    assert plot is not None
    return plot


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_wrong_function_is_asked_once_more_between_the_points(dtype: Any) -> None:
    square = Asked(lambda w: w**2)
    plot = shown(square, slopes(dtype=dtype))
    assert square.sizes == [3, len(plot.expected)]
    assert plot.asked == ASKED
    assert 33 <= len(plot.got) <= MOST // 2
    assert {x for x, _ in plot.expected} > set(ASKED)
    for (x, right), (same, got) in zip(plot.expected, plot.got, strict=True):
        assert (same, right) == (x, pytest.approx(2 * x, rel=1e-4, abs=1e-4))
        assert got == pytest.approx(x**2, rel=1e-4, abs=1e-4)


def test_a_right_function_is_asked_nothing_more() -> None:
    right = Asked(lambda w: 2 * w)
    assert plot_of(known(slopes()), slopes(), {"d_square": right}) is None
    assert right.sizes == [3]


@pytest.mark.parametrize(
    "function",
    [
        lambda w: torch.tensor([1.0, 2.0, 3.0], dtype=w.dtype),
        lambda w: w**2 if len(w) == 3 else 1 / 0,
        lambda w: w**2 if len(w) == 3 else None,
        lambda w: w**2 if len(w) == 3 else w * math.nan,
    ],
)
def test_where_nothing_comes_between_the_points_they_are_shown_alone(function: Any) -> None:
    plot = shown(function)
    assert plot.asked == ()
    assert [x for x, _ in plot.got] == [*ASKED]


def test_marks_are_on_the_points_that_the_check_asks_about() -> None:
    svg = picture(shown(lambda w: w**2)).svg
    assert svg.count("<circle") == 3 + 1  # and one in the key
    assert "3 points from w = -1.5 to 3.0" in picture(shown(lambda w: w**2)).words


def test_what_is_right_is_known_of_functions_of_one_variable_alone() -> None:
    together = slopes(lambda w: Gradient(lambda w: w.sum() ** 2, at=w))
    weighted = slopes(lambda w: Gradient(lambda w: w**2, at=w, upstream=torch.ones(3)))
    fixed = slopes(lambda w: Fixed(2 * w))
    many = slopes(numbers=[n / 10 for n in range(30)])
    same = slopes(numbers=[2.0, 2.0])
    for write in (together, weighted, fixed, many, same):
        assert known(write).between == {0: ()}


def test_where_the_function_is_not_defined_there_is_no_point() -> None:
    write = slopes(lambda w: Gradient(lambda w: w.abs().sqrt(), at=w), [-1.0, 1.0])
    (points,) = known(write).between.values()
    assert 0.0 not in {x for x, _ in points}
    assert all(map(math.isfinite, (value for _, value in points)))


def test_a_drawing_survives_json() -> None:
    drawing = known(slopes())
    assert drawing_from_json(json.loads(json.dumps(drawing.to_json()))) == drawing
