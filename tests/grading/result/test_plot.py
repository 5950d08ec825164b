"""Plots in result files: only what was made here is read back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from gradeprop.grading.result.plot import MOST, Plot, Series, plot_from_json, rounded

PLOT = Plot(
    "path",
    "f(w)",
    ("a", "b"),
    (Series("expected", ((0.0, 1.0), (2.0, 3.0))), Series("got", ((0.0, 1.5),))),
    1,
    (((0.0, 0.0), (1.0, 1.0)),),
    (2.0, 3.0),
)


def changed(**changes: Any) -> dict[str, Any]:
    return {**asdict(PLOT), **changes}


def test_a_plot_survives_json() -> None:
    assert plot_from_json(json.loads(json.dumps(asdict(PLOT)))) == PLOT


@pytest.mark.parametrize(
    "data",
    [
        changed(series=[]),
        changed(series=[{"name": "got", "points": []}] * 2),
        changed(series=[{"name": "expected", "points": [[0, 1]] * (MOST + 1)}, {"name": "got", "points": []}]),
        changed(contours=[[[0, 1]] * (MOST + 1)]),
        changed(contours=[[[0, float("nan")]]]),
        changed(contours=[[["x", 1]]]),
        changed(contours=[[[10**400, 1]]]),
        changed(asked=[0.0] * (MOST + 1)),
        changed(axes=["x"]),
        {"kind": "curve"},
    ],
)  # fmt: skip
def test_what_is_no_plot_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a plot"):
        plot_from_json(data)


def test_points_have_few_digits() -> None:
    assert rounded((1 / 3, -2e-30 / 3)) == (0.333333, -6.66667e-31)
