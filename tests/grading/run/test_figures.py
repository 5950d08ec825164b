"""Figures are drawn from the author's code, the same bytes every time, and faults are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from course.kinds import WHOSE_GRAD, edited, write_kinds
from gradeprop.course.load import load_course
from gradeprop.errors import GraderFault
from gradeprop.grading.run import figures
from gradeprop.grading.run.figures import drawn

DRAWING = """\
import matplotlib.pyplot as plt
import numpy as np

w = np.linspace(-1, 1, 20) + 0.01 * np.random.rand(20)
plt.plot(w, w**2)
"""


def course_with(root: Path, code: str) -> Any:
    declared = edited(WHOSE_GRAD, "level: 1\n", "figure: {file: graph.py, alt: A parabola.}\n")
    return load_course(write_kinds(root, {**declared, "exercises/a01_slopes/graph.py": code}))


@pytest.mark.slow
def test_a_figure_is_a_png_and_the_same_every_time(tmp_path: Path) -> None:
    course = course_with(tmp_path, DRAWING)
    first = drawn(course, course.assignments[0])
    assert first["graph.py"].startswith(b"\x89PNG")
    assert drawn(course, course.assignments[0]) == first
    assert not (tmp_path / "exercises/a01_slopes/__pycache__").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 / 0\n", "ZeroDivisionError"),
        ("x = 1\n", "must leave one figure of matplotlib's, not 0"),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_told_with_its_file(
    tmp_path: Path, code: str, said: str
) -> None:
    course = course_with(tmp_path, code)
    with pytest.raises(GraderFault) as caught:
        drawn(course, course.assignments[0])
    assert said in str(caught.value)
    assert "exercises/a01_slopes/graph.py" in str(caught.value)


@pytest.mark.slow
def test_a_figure_that_never_ends_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "SECONDS", 1.0)
    course = course_with(tmp_path, "while True:\n    pass\n")
    with pytest.raises(GraderFault, match="took longer"):
        drawn(course, course.assignments[0])
