"""From the course to the student: a declared plot in `gp.check` and in the result."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from course.minimal import EXERCISE, GRADER, course_files, replaced, write_course
from gradeprop.course.load import load_course
from gradeprop.errors import GraderFault
from gradeprop.grading.public import in_notebook
from gradeprop.grading.public.checking import PublicChecks
from gradeprop.grading.public.present import ReportView
from gradeprop.grading.result.plot import Plot
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.publish import record_public_checks
from grading.conftest import Classroom, part_of

HALF = "def d_square(w):\n    return w.clone()"
PLOT = "plot: curve"


def with_plot(root: Path, plot: str = PLOT, **changes: str) -> Path:
    return write_course(
        root, {**replaced(EXERCISE, "public: true\n", f"public: true\n        {plot}\n"), **changes}
    )


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`gp.check` of the minimal course, for names in the notebook."""
    course = load_course(with_plot(tmp_path))
    checks = PublicChecks()
    checks.load(json.dumps(record_public_checks(course, course.assignments[0])))
    monkeypatch.setattr(in_notebook, "PUBLIC_CHECKS", checks)

    def check(function: Any) -> Any:
        return in_notebook.report("square_derivative", "by_hand", {"d_square": function})

    return check


def test_a_wrong_answer_shows_the_picture_with_its_words(checked: Any) -> None:
    report = checked(lambda w: w.clone())
    (found,) = re.findall(
        '<img src="data:image/svg.xml;base64,([^"]*)" alt="([^"]*)"',
        ReportView(report)._repr_html_(),
    )
    root = ElementTree.fromstring(base64.b64decode(found[0]))
    assert root[0].text == "Plot of d_square(w): expected and got"
    assert found[1].startswith("Plot of d_square(w): expected and got. 3 points from w = ")
    assert report[0].checks[0].judgement.plot.axes == ("w", "d_square(w)")


@pytest.mark.parametrize(
    "answer",
    [lambda w: 2 * w, lambda _: ..., lambda w: w * float("nan"), lambda *_: 1 / 0, lambda *_: "no"],
)
def test_where_a_picture_would_not_help_there_is_none(checked: Any, answer: Any) -> None:
    report = checked(answer)
    assert report[0].checks[0].judgement.plot is None
    assert "<img" not in ReportView(report)._repr_html_()


def test_what_has_not_been_begun_has_no_picture(checked: Any) -> None:
    def d_square(w: Any) -> Any: ...

    (report,) = checked(d_square)
    assert report.checks[0].judgement.not_begun
    assert report.checks[0].judgement.plot is None


def test_the_result_carries_the_numbers_of_public_checks_alone(
    tmp_path: Path, sandbox: Any
) -> None:
    classroom = Classroom(with_plot(tmp_path), sandbox)
    right, wrong, nothing = classroom.grade(
        classroom.notebook(),
        classroom.notebook(square_derivative__by_hand=HALF),
        classroom.notebook(square_derivative__by_hand="def d_square(w):\n    ..."),
    )
    public, hidden = part_of(wrong, "square_derivative", "by_hand").checks
    assert isinstance(public.plot, Plot)
    ratios = [
        got / want
        for (x, want), (_, got) in zip(public.plot.expected, public.plot.got, strict=True)
        if x in public.plot.asked
    ]
    assert ratios == pytest.approx([0.5] * 3, rel=1e-4)
    assert (hidden.public, hidden.plot) == (False, None)
    for result in (right, nothing):
        assert all(check.plot is None for _, part in result.parts() for check in part.checks)
    again = SubmissionResult.from_json(json.loads(json.dumps(wrong.to_json())))
    assert part_of(again, "square_derivative", "by_hand").checks == (public, hidden)


def test_a_hidden_check_that_fails_alone_has_no_numbers(tmp_path: Path, sandbox: Any) -> None:
    classroom = Classroom(with_plot(tmp_path), sandbox)
    answer = "def d_square(w):\n    return 2 * w if w.shape == (3,) and w.sum() > -99 else w"
    result = classroom.grade_one(classroom.notebook(square_derivative__by_hand=answer))
    public, hidden = part_of(result, "square_derivative", "by_hand").checks
    assert (public.status, hidden.status) == ("passed", "failed")
    assert (public.plot, hidden.plot) == (None, None)


@pytest.mark.parametrize("number", ["float('nan')", "float('inf')", "1e300", "-1e-300"])
def test_numbers_of_any_size_are_graded_and_kept(tmp_path: Path, sandbox: Any, number: str) -> None:
    classroom = Classroom(with_plot(tmp_path), sandbox)
    answer = f"def d_square(w):\n    r = 2 * w\n    r[0] = {number}\n    return r"
    result = classroom.grade_one(classroom.notebook(square_derivative__by_hand=answer))
    plot = part_of(result, "square_derivative", "by_hand").checks[0].plot
    assert plot.left_out == (number != "-1e-300")
    assert len(plot.got) == len(plot.expected) - plot.left_out
    json.dumps(result.to_json(), allow_nan=False)


@pytest.mark.parametrize(
    ("plot", "why"),
    [
        ("field", "nothing that is expected is a pair of matrices of one shape"),
        (
            "{kind: curve, over: v}",
            "no function is called at two or more numbers, as the argument v",
        ),
    ],
)
def test_a_plot_of_which_nothing_can_be_drawn_is_refused(
    tmp_path: Path, plot: str, why: str
) -> None:
    course = load_course(with_plot(tmp_path, f"plot: {plot}"))
    with pytest.raises(GraderFault) as refused:
        record_public_checks(course, course.assignments[0])
    assert f"{EXERCISE}:17:9: the plot of shape can never be drawn: {why}" in str(refused.value)


def test_an_argument_that_only_the_solution_names_is_found(tmp_path: Path) -> None:
    grader = course_files()[GRADER].replace(
        'student.call("d_square", w)', 'student.call("d_square", w=w)', 1
    )
    course = load_course(with_plot(tmp_path, "plot: {kind: curve, over: w}", **{GRADER: grader}))
    (found,) = record_public_checks(course, course.assignments[0])["square_derivative"]["parts"][0][
        "checks"
    ]
    assert {name: found["plot"][name] for name in ("kind", "over", "parameters")} == {
        "kind": "curve",
        "over": "w",
        "parameters": {"d_square": ("w",)},
    }
    assert len(found["plot"]["between"][0]["right"]) > 30
