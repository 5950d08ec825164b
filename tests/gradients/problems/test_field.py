from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.gradients import Field
from gradeprop.gradients.inputs import draw

x, y = torch.meshgrid(torch.arange(4).double(), torch.arange(3).double(), indexing="xy")
GRID = 20 + x**2 - 2 * y**2 + 2 * x * y  # rows are y, columns x


def cell(slopes: Any) -> Any:
    """(∂x, ∂y) at the interior cell of the course's room."""
    d_row, d_col = slopes
    return d_col[1, 1].item(), d_row[1, 1].item()


def test_the_room_of_the_course() -> None:
    problem = Field(GRID)
    assert cell(problem.answer()) == (4, -2)
    assert cell(problem.mistake("sign_flipped")[0]) == (-4, 2)
    assert cell(problem.mistake("axes_swapped")[0]) == (-2, 4)
    assert cell(problem.mistake("one_sided_difference")[0]) == (5, -4)
    for found in problem.mistake("missing_half"):
        assert cell(found) == (8, -4)
    assert problem.labels == ("d_row", "d_col")


@given(
    st.integers(0, 1000),
    st.sampled_from([0.5, 1.0, 2.0, 0.1]),
    st.sampled_from(["float64", "float32"]),
)
def test_a_plane_has_the_same_slope_everywhere(seed: Any, spacing: Any, dtype: Any) -> None:
    a, b, c = draw(seed, (3,)).tolist()
    rows = torch.arange(4).double()[:, None] * spacing
    columns = torch.arange(5).double()[None, :] * spacing
    plane = (a * rows + b * columns + c).to(getattr(torch, dtype))
    d_row, d_col = Field(plane, spacing).answer()
    assert d_row.dtype == plane.dtype
    assert torch.allclose(d_row, torch.full_like(plane, a), rtol=1e-4, atol=1e-4)
    assert torch.allclose(d_col, torch.full_like(plane, b), rtol=1e-4, atol=1e-4)


def test_inside_is_central_and_the_edge_is_one_sided() -> None:
    (found,) = Field(torch.tensor([0.0, 1.0, 4.0, 9.0]), 2.0).answer()
    assert found.tolist() == [0.5, 1.0, 2.0, 2.5]


def test_what_has_no_neighbour_is_refused() -> None:
    with pytest.raises(ValueError, match="two samples"):
        Field(torch.ones(1, 4))
    with pytest.raises(ValueError, match="spacing"):
        Field(GRID, 0.0)
