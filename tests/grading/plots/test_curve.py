"""Curves of functions of one variable: which points there are, and where there are none."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from gradeprop.gradients import Fixed, Gradient
from gradeprop.grading.plots.drawing import Drawing
from gradeprop.grading.result.plot import MOST
from grading.plots.asked import SQUARE, plot_of, seen


def at(*numbers: float) -> Any:
    def write(student: Any, reference: Any) -> None:
        w = torch.tensor(numbers, dtype=torch.float64)
        reference.expect(student.call("d_square", w)).to_match(Gradient(lambda w: w**2, at=w))

    return write


def one_by_one(*steps: float) -> Any:
    """A function of numbers, called once for each, with a keyword."""

    def write(student: Any, reference: Any) -> None:
        for step in steps:
            for x in (1.0, 2.0, 3.0):
                reference.expect(student.call("slope", x, h=step)).to_match(
                    Fixed(x * step), kinds="either", shapes="single"
                )

    return write


THREE = at(3.0, -1.5, 0.5)


def test_expected_and_got_run_along_the_argument() -> None:
    plot = seen(SQUARE, THREE, {"d_square": lambda w: w**2})
    assert plot.expected == ((-1.5, -3.0), (0.5, 1.0), (3.0, 6.0))
    assert plot.got == ((-1.5, 2.25), (0.5, 0.25), (3.0, 9.0))
    assert (plot.what, plot.axes) == ("d_square(w)", ("w", "d_square(w)"))


def test_what_is_right_has_no_plot() -> None:
    assert plot_of(SQUARE, THREE, {"d_square": lambda w: 2 * w}) is None


def test_a_difference_that_nobody_can_see_has_no_plot() -> None:
    assert plot_of(SQUARE, THREE, {"d_square": lambda w: 2 * w + 0.01}) is None
    assert plot_of(SQUARE, THREE, {"d_square": lambda w: 2 * w + 0.5}) is not None


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e300])
def test_a_value_that_is_no_finite_number_gives_no_point(number: float) -> None:
    def wrong(w: Any) -> Any:
        return torch.where(w > 2, torch.tensor(number, dtype=w.dtype), 2 * w)

    plot = seen(SQUARE, THREE, {"d_square": wrong})
    assert plot.got == ((-1.5, -3.0), (0.5, 1.0))
    assert len(plot.expected) == 3
    assert plot.left_out == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda w: w * math.nan,
        lambda w: w.sum(),
        lambda w: w.tolist(),
        lambda *_: "w",
        lambda *_: None,
        lambda w: w > 0,
        lambda w: w.to(torch.complex64),
        lambda *_: 10**400,
        lambda w: [w],
        lambda *_: 1 / 0,
    ],
)
def test_what_is_nothing_to_plot_has_no_plot(answer: Any) -> None:
    assert plot_of(SQUARE, THREE, {"d_square": answer}) is None


def test_numbers_of_any_dtype_are_drawn() -> None:
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.int64):
        plot = seen(SQUARE, THREE, {"d_square": lambda w, dtype=dtype: (10 * w).to(dtype)})
        assert plot.got[-1] == (3.0, 30.0)


def test_calls_that_differ_in_the_argument_alone_are_one_curve() -> None:
    over = Drawing("curve", "x", {"slope": ("x", "h")})
    plot = seen(over, one_by_one(1.0, 5.0), {"slope": lambda x, h: x if h < 2 else -x})
    assert plot.what == "slope(x, h=5.0)"  # with h = 1 nothing is wrong
    assert plot.expected == ((1.0, 5.0), (2.0, 10.0), (3.0, 15.0))
    assert plot.got == ((1.0, -1.0), (2.0, -2.0), (3.0, -3.0))


def test_a_curve_may_run_over_another_argument() -> None:
    def write(student: Any, reference: Any) -> None:
        for h in (0.5, 1.0):
            reference.expect(student.call("slope", 3.0, h)).to_match(Fixed(h), kinds="either")

    over = Drawing("curve", "h", {"slope": ("x", "h")})
    plot = seen(over, write, {"slope": lambda x, h: x * h})
    assert plot.axes == ("h", "slope(x=3.0, h)")
    assert plot.got == ((0.5, 1.5), (1.0, 3.0))
    assert plot_of(Drawing("curve", "t", over.parameters), write, {"slope": max}) is None


def test_one_number_makes_no_curve() -> None:
    assert plot_of(SQUARE, at(3.0), {"d_square": lambda w: w**2}) is None


def test_of_several_items_the_wrong_one_is_shown() -> None:
    def write(student: Any, reference: Any) -> None:
        w = torch.tensor([1.0, 2.0])
        right = Fixed((w, 2 * w))
        right.labels = ("value", "slope")
        reference.expect(student.call("both", w)).to_match(right)

    plot = seen(Drawing("curve", None, {"both": ("w",)}), write, {"both": lambda w: (w, 3 * w)})
    assert plot.what == "slope of both(w)"
    assert plot.got == ((1.0, 3.0), (2.0, 6.0))


def test_a_plot_is_small_however_much_was_asked() -> None:
    many = [n / 1000 for n in range(5000)]

    def wrong(w: Any) -> Any:
        right = 2 * w
        right[1234] = 100.0
        return right

    plot = seen(SQUARE, at(*many), {"d_square": wrong})
    assert len(plot.expected) + len(plot.got) <= MOST
    assert (1.234, 100.0) in plot.got
    assert plot.expected[0] == (0.0, 0.0)
    assert plot.expected[-1] == (4.999, 9.998)
