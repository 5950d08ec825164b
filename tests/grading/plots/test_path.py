"""Paths of descents: asked step by step, and only when something is wrong."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from course.minimal import EXERCISE, GRADER, SOLUTION, course_files, replaced, write_course
from gradeprop.course.load import load_course
from gradeprop.errors import GraderFault
from gradeprop.gradients import Descent, Fixed
from gradeprop.grading.plots.declared import drawing_of
from gradeprop.grading.plots.drawing import Drawing, Ground, counts_to, drawing_from_json
from gradeprop.grading.plots.grounds import ground_of
from gradeprop.grading.plots.path_picture import draw_path
from gradeprop.grading.plots.picture import picture
from gradeprop.grading.result.plot import MOST, Plot
from gradeprop.grading.run import plotting
from gradeprop.grading.run.publish import record_public_checks
from grading.conftest import Classroom, part_of
from grading.plots.asked import plot_of, script_of

X = torch.tensor([1.0, 2.0, 3.0])
Y = torch.tensor([2.0, 3.0, 5.0])
LR = 0.05


def line(p: Any, x: Any) -> Any:
    return p[0] * x + p[1]


def fitted(steps: int, by_name: bool = False, returns: Any = None) -> Any:
    def write(student: Any, reference: Any) -> None:
        start = [torch.zeros(()), torch.zeros(())]
        right = Descent(line, X, Y, start, lr=LR, steps=steps, labels=("a", "b"), returns=returns)
        asked = (
            student.call("fit", X, Y, lr=LR, steps=steps)
            if by_name
            else student.call("fit", X, Y, LR, steps)
        )
        reference.expect(asked).to_match(right, kinds="either", shapes="scalar", rtol=1e-3)

    return write


class Fit:
    """A student's descent; ``times`` scales each step. Remembers for how many steps it was asked."""

    def __init__(self, times: float = 1.0) -> None:
        self.times = times
        self.asked: list[int] = []

    def __call__(self, x: Any, y: Any, lr: float, steps: int) -> Any:
        self.asked.append(steps)
        a = b = 0.0
        for _ in range(steps):
            wrong = a * x + b - y
            slope_a, slope_b = 2 * (wrong * x).mean().item(), 2 * wrong.mean().item()
            a, b = a - self.times * lr * slope_a, b - self.times * lr * slope_b
        return a, b


def on_ground(write: Any, over: str = "steps") -> Drawing:
    script = script_of(write)
    grounds = {n: ground_of(probe) for n, probe in enumerate(script.probes)}
    known = {n: ground for n, ground in grounds.items() if ground is not None}
    return Drawing("path", over, {"fit": ("x", "y", "lr", "steps")}, known)


def shown(write: Any, fit: Any) -> Plot:
    plot = plot_of(on_ground(write), write, {"fit": fit})
    assert plot is not None
    return plot


@pytest.mark.parametrize("by_name", [False, True])
def test_a_wrong_descent_is_asked_for_fewer_steps_and_drawn(by_name: bool) -> None:
    fit, right = Fit(0.5), Fit()
    plot = shown(fitted(4, by_name), fit)
    assert fit.asked == [4, 1, 2, 3]
    assert [point[2] for point in plot.got] == [0, 1, 2, 3, 4]
    for a, b, steps in plot.expected:
        assert (a, b) == pytest.approx(right(X, Y, LR, int(steps)), rel=1e-3)
    for a, b, steps in plot.got:
        assert (a, b) == pytest.approx(fit(X, Y, LR, int(steps)), rel=1e-3)
    assert plot.axes == ("a", "b")
    assert plot.what == "fit(x, y, lr=0.05, steps=4)"


def test_a_right_descent_is_asked_nothing_more() -> None:
    fit, write = Fit(), fitted(4)
    assert plot_of(on_ground(write), write, {"fit": fit}) is None
    assert fit.asked == [4]


def test_of_several_wrong_descents_the_longest_is_drawn() -> None:
    def write(student: Any, reference: Any) -> None:
        fitted(2)(student, reference)
        fitted(30)(student, reference)
        fitted(3)(student, reference)

    fit = Fit(0.5)
    plot = shown(write, fit)
    assert plot.expected[-1][2] == 30
    assert fit.asked == [2, 30, 3, *counts_to(30)[1:-1]]


def test_few_of_many_steps_are_asked() -> None:
    assert counts_to(1) == [0, 1]
    assert counts_to(4) == [0, 1, 2, 3, 4]
    assert counts_to(100) == [0, 1, 2, 3, 4, 6, 9, 13, 19, 28, 42, 100]
    assert sum(counts_to(10_000)[:-1]) < 2 * 10_000
    assert 3 * len(counts_to(10**6)) < MOST


def test_numbers_that_are_not_finite_have_no_points() -> None:
    plot = shown(fitted(4), lambda *given: (math.nan if given[3] > 2 else given[3], 1.0))
    assert [point[2] for point in plot.got] == [0, 1, 2]
    assert plot.left_out == 2
    assert "2 values that you got are not finite numbers" in picture(plot).words
    write = fitted(4)
    never = plot_of(on_ground(write), write, {"fit": lambda *_: (math.inf, -math.inf)})
    assert never is None


def test_what_runs_away_stays_on_the_sheet() -> None:
    plot = shown(fitted(4), lambda *given: (-(10.0 ** (20 * given[3])), 1.0))
    assert "beyond the picture" in picture(plot).svg
    assert "e+" not in picture(plot).svg.partition("</desc>")[2]


def test_a_function_that_fails_for_fewer_steps_shows_its_end() -> None:
    def fit(*given: Any) -> Any:
        return (7.0, 7.0) if given[3] == 4 else [1 / 0]

    plot = shown(fitted(4), fit)
    assert plot.got == ((0.0, 0.0, 0.0), (7.0, 7.0, 4.0))


@pytest.mark.parametrize("answer", [None, "a", (1.0, 2.0, 3.0), 3.0, ((1.0,), 2.0), [True, False]])
def test_what_is_no_place_has_no_path(answer: Any) -> None:
    write = fitted(4)
    assert plot_of(on_ground(write), write, {"fit": lambda *_: answer}) is None


def test_only_descents_in_two_numbers_that_are_returned_have_a_ground() -> None:
    def grounds(problem: Any) -> Ground | None:
        def write(student: Any, reference: Any) -> None:
            reference.expect(student.call("fit", X)).to_match(problem)

        return ground_of(script_of(write).probes[0])

    start = [torch.zeros(2)]
    two = Descent(lambda p, x: p[0][0] * x + p[0][1], X, Y, start, lr=LR, steps=3)
    assert grounds(two) is not None
    one = Descent(lambda p, x: p[0] * x, X, Y, [torch.zeros(())], lr=LR, steps=3)
    loss = Descent(line, X, Y, [torch.zeros(())] * 2, lr=LR, steps=3, returns=lambda p, f: f(p))
    swapped = Descent(
        line, X, Y, [torch.zeros(())] * 2, lr=LR, steps=3, returns=lambda p, _: p[::-1]
    )
    none = Descent(line, X, Y, [torch.zeros(())] * 2, lr=LR, steps=0)
    wild = Descent(line, X, Y, [torch.zeros(())] * 2, lr=1e9, steps=90)
    assert [grounds(item) for item in (one, loss, swapped, none, wild, Fixed(X))] == [None] * 6


def test_along_a_contour_the_loss_is_the_same() -> None:
    (ground,) = on_ground(fitted(30)).grounds.values()
    assert 3 <= len(ground.contours) <= 20
    assert sum(map(len, ground.contours)) <= MOST
    x, y = X.double(), Y.double()
    for contour in ground.contours:
        heights = [((a * x + b - y) ** 2).mean().item() for a, b in contour]
        assert max(heights) - min(heights) < 0.1 * max(heights) + 0.05


def test_a_flat_loss_has_no_contours() -> None:
    def write(student: Any, reference: Any) -> None:
        flat = Descent(
            lambda p, x: 0 * (p[0] + p[1]) * x, X, Y, [torch.zeros(())] * 2, lr=1, steps=2
        )
        reference.expect(student.call("fit", X, Y, 1, 2)).to_match(flat)

    plot = shown(write, lambda *_: (torch.tensor(1.0), torch.tensor(1.0)))
    assert plot.contours == ()
    assert draw_path(plot).svg().count("equal loss") == 0


def test_a_drawing_survives_json() -> None:
    drawing = on_ground(fitted(4))
    assert drawing_from_json(json.loads(json.dumps(drawing.to_json()))) == drawing


# --- in a course -----------------------------------------------------------------------------------

DESCENT = """
def test_shape(student, reference, device):
    x = torch.tensor([1.0, 2.0, 3.0])
    zeros = [torch.zeros(()), torch.zeros(())]
    right = Descent(lambda p, x: p[0] * x + p[1], x, x + 1, zeros, lr=0.05, steps=6)
    reference.expect(student.call("fit", x, x + 1, 0.05, 6)).to_match(right, rtol=1e-3)


def test_matches_autograd("""
HALF_STEPS = """
def fit(x, y, lr, steps):
    p = torch.zeros(2, dtype=torch.float64)
    for _ in range(steps):
        e = p[0] * x + p[1] - y
        p = p - lr * torch.stack([(e * x).mean(), e.mean()])
    return p[0].float(), p[1].float()
"""


def course_root(root: Path, plot: str) -> Path:
    grader = course_files()[GRADER]
    head, _, rest = grader.partition("def test_shape")
    text = head + DESCENT + rest.partition("def test_matches_autograd(")[2]
    solution = course_files()[SOLUTION] + HALF_STEPS.replace("lr * torch", "2 * lr * torch")
    return write_course(
        root,
        {
            GRADER: "import torch\nfrom gradeprop.gradients import Descent\n" + text,
            SOLUTION: solution.replace("part: by_hand\n", "part: by_hand\nimport torch\n"),
            **replaced(EXERCISE, "public: true\n", f"public: true\n        {plot}\n"),
        },
    )


def test_a_hand_in_is_asked_at_its_own_place(tmp_path: Path, sandbox: Any) -> None:
    classroom = Classroom(course_root(tmp_path, "plot: path"), sandbox)
    right, wrong = classroom.grade(
        classroom.notebook(),
        classroom.notebook(square_derivative__by_hand=f"import torch\n{HALF_STEPS}"),
    )
    (passed, _), (failed, _) = (
        part_of(result, "square_derivative", "by_hand").checks for result in (right, wrong)
    )
    assert (passed.status, passed.plot) == ("passed", None)
    assert [point[2] for point in failed.plot.got] == counts_to(6)
    assert failed.plot.contours


@pytest.mark.parametrize(
    ("plot", "why"),
    [
        ("plot: {kind: path, steps: n}", "no argument n says how many steps are taken"),
        ("plot: field", "nothing that is expected is a pair of matrices"),
    ],
)
def test_a_path_that_cannot_be_drawn_is_refused(tmp_path: Path, plot: str, why: str) -> None:
    course = load_course(course_root(tmp_path, plot))
    with pytest.raises(GraderFault, match=why):
        record_public_checks(course, course.assignments[0])


def test_no_path_is_drawn_of_what_is_no_descent(tmp_path: Path) -> None:
    changes = replaced(EXERCISE, "public: true\n", "public: true\n        plot: path\n")
    course = load_course(write_course(tmp_path, changes))
    with pytest.raises(GraderFault, match="nothing that is expected is a Descent that fits two"):
        record_public_checks(course, course.assignments[0])


def test_the_ground_is_worked_out_once_for_all_hand_ins(
    tmp_path: Path, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    classroom = Classroom(course_root(tmp_path, "plot: path"), sandbox)
    drawings: list[Any] = []

    def counted(*given: Any) -> Any:
        drawings.append(drawing_of(*given))
        return drawings[-1]

    monkeypatch.setattr(plotting, "drawing_of", counted)
    wrong = classroom.notebook(square_derivative__by_hand=f"import torch\n{HALF_STEPS}")
    results = classroom.grade(*[wrong] * 3)
    plots = [part_of(it, "square_derivative", "by_hand").checks[0].plot for it in results]
    assert plots[0] is not None
    assert plots == [plots[0]] * 3
    assert len(drawings) == 1
