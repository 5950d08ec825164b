"""Whatever a student's code gives back, a plot is numbers and a picture, or there is none."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.gradients.values import Opaque, TensorState
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.plots.drawing import Drawing
from gradeprop.grading.plots.picture import picture
from gradeprop.grading.plots.plotted import plotted
from gradeprop.grading.result.plot import MOST, plot_from_json
from gradeprop.session.interface import Raised, Returned, Stopped
from grading.plots.asked import ROOM, SQUARE, script_of
from grading.plots.test_between import known, slopes
from grading.plots.test_field import ROWS, room
from grading.plots.test_path import fitted, on_ground

FAILED = Judgement("failed", "Not so.")
WRITTEN: dict[str, tuple[Drawing, Any]] = {
    "curve": (SQUARE, slopes()),
    "between": (known(slopes()), slopes()),
    "field": (ROOM, room(ROWS)),
    "path": (on_ground(fitted(9)), fitted(9)),
}
CASES = {name: (drawing, script_of(write)) for name, (drawing, write) in WRITTEN.items()}

numbers = st.floats() | st.integers() | st.sampled_from([1e100, -1e-320, 10**400, 3.4e38])
shapes = st.sampled_from([(), (0,), (2,), (3,), (36,), (2, 3), (3, 4), (1, 1), (400, 300)])
dtypes = st.sampled_from(
    [torch.float64, torch.float32, torch.bfloat16, torch.int8, torch.bool, torch.complex64]
)


@st.composite
def tensors(draw: Any) -> TensorState:
    value = torch.full(draw(shapes), draw(st.floats(width=32)), dtype=torch.float64)
    if value.numel() and draw(st.booleans()):
        value.view(-1)[draw(st.integers(0, value.numel() - 1))] = draw(st.floats())
    return TensorState(
        value.nan_to_num().clamp(-99, 99).to(draw(dtypes)) if draw(st.booleans()) else value
    )


single = (
    numbers | tensors() | st.text(max_size=3) | st.none() | st.booleans() | st.just(Opaque("f"))
)
pairs = st.tuples(tensors(), tensors()) | st.tuples(numbers, numbers)
values = st.recursive(
    single | pairs,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=5,
)
outcomes = (
    values.map(Returned) | st.just(Raised("ValueError", "no")) | st.just(Stopped("timeout", "no"))
)


@pytest.mark.parametrize("name", CASES)
@given(first=values, later=st.lists(outcomes, max_size=9), answers=st.booleans())
def test_it_is_drawn_or_left_alone(name: str, first: Any, later: Any, answers: bool) -> None:
    drawing, script = CASES[name]
    plot = plotted(drawing, script, [Returned(first)], FAILED, lambda _: later if answers else None)
    if plot is None:
        return
    assert sum(len(series.points) for series in plot.series) <= MOST
    text = json.dumps(asdict(plot), allow_nan=False)
    assert plot_from_json(json.loads(text)) == plot
    drawn = picture(plot)
    ElementTree.fromstring(drawn.svg)
    assert len(drawn.svg) < 40_000


@pytest.mark.parametrize("name", CASES)
def test_a_picture_that_helps_is_among_what_is_drawn(name: str) -> None:
    drawing, script = CASES[name]
    wrong: dict[str, Any] = {
        "curve": TensorState(torch.zeros(3)),
        "between": TensorState(torch.zeros(3)),
        "field": (TensorState(torch.zeros(3, 4)), TensorState(torch.zeros(3, 4))),
        "path": (9.0, 9.0),
    }
    plot = plotted(drawing, script, [Returned(wrong[name])], FAILED, lambda _: None)
    assert plot is not None
