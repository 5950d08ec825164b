"""What is told of each check of a class."""

import csv
import io
from typing import Any

import numpy as np
import pytest

from gradeprop.records.report.checks import check_figures, exercise_alpha
from gradeprop.records.report.people import People
from gradeprop.records.report.statistics import LEAST
from gradeprop.records.report.tidy import as_csv
from records.report.classes import assignment, drawn, result

CHECKS = [f"{key.exercise}.{check.check}" for key, check in assignment("a04_descent").checks()]


def table(results: Any) -> Any:
    """Checks by students: passed or not, and the points; from the CSV, as a reader would."""
    rows = list(csv.DictReader(io.StringIO(as_csv(results, People()))))
    names = list(dict.fromkeys((row["exercise"], row["part"], row["check"]) for row in rows))
    students = list(dict.fromkeys(row["student"] for row in rows))
    passed, points = np.zeros((2, len(names), len(students)))
    for row in rows:
        place = names.index((row["exercise"], row["part"], row["check"]))
        passed[place, students.index(row["student"])] = row["status"] == "passed"
        points[place, students.index(row["student"])] = float(row["score"])
    return names, passed, points


@pytest.mark.parametrize("seed", [1, 2])
def test_share_and_discrimination_are_what_numpy_makes_of_the_csv(seed: int) -> None:
    of = assignment("a04_descent")
    results = drawn(of, 40, seed)
    names, passed, points = table(results)
    figures = check_figures(of, results)
    assert [(item.exercise, item.part, item.check) for item in figures] == names
    for place, item in enumerate(figures):
        assert item.share == pytest.approx(passed[place].mean())
        rest = points.sum(axis=0) - points[place]
        assert item.discrimination is not None
        expected = np.corrcoef(passed[place], rest)[0, 1]
        assert item.discrimination.value == pytest.approx(expected)


def test_alpha_is_what_numpy_makes_of_the_exercises() -> None:
    of = assignment("a04_descent")
    results = drawn(of, 40)
    names, _, points = table(results)
    exercises = list(dict.fromkeys(name for name, _, _ in names))
    scores = np.array(
        [sum(points[at] for at, key in enumerate(names) if key[0] == one) for one in exercises]
    )
    count = len(exercises)
    own = scores.var(axis=1, ddof=1).sum() / scores.sum(axis=0).var(ddof=1)
    assert exercise_alpha(results) == pytest.approx(count / (count - 1) * (1 - own))


def test_below_ten_students_nothing_is_worked_out() -> None:
    of = assignment("a04_descent")
    results = drawn(of, LEAST - 1)
    assert all(item.share is None for item in check_figures(of, results))
    assert all(item.discrimination is None for item in check_figures(of, results))
    assert exercise_alpha(results) is None


def test_a_check_that_strong_students_fail_is_flagged() -> None:
    of = assignment("a04_descent")
    strong = [result(f"s{row}", of, {CHECKS[0]: ("failed", None)}) for row in range(10)]
    weak = [result(f"w{row}", of, dict.fromkeys(CHECKS[1:], ("failed", None))) for row in range(10)]
    figures = check_figures(of, [*strong, *weak])
    assert figures[0].flag == "negative"
    assert figures[0].remark == "Strong students fail this: look at the check."
    assert {item.flag for item in figures[1:]} == {None}
    assert {item.remark for item in figures[1:]} == {""}


def test_where_the_range_reaches_what_is_not_flagged_chance_is_named() -> None:
    of = assignment("a04_descent")
    few = [result(f"s{row}", of, {CHECKS[0]: ("failed", None)}) for row in range(2)]
    weak = [result("w0", of, {CHECKS[1]: ("failed", None)})]
    rest = [result(f"r{row}", of) for row in range(20)]
    first = check_figures(of, [*few, *weak, *rest])[0]
    assert first.discrimination is not None
    assert first.discrimination.value < 0 < first.discrimination.high
    assert (first.flag, first.remark) == (
        "negative",
        "Negative, though perhaps by chance: look at the check.",
    )


def test_a_graders_fault_is_nobodys_wrong_answer() -> None:
    of = assignment("a04_descent")
    first = CHECKS[0]
    good = [result(f"s{row}", of) for row in range(12)]
    faulty = [result(f"f{row}", of, {first: ("error", None)}) for row in range(3)]
    figures = check_figures(of, [*good, *faulty])
    assert (figures[0].asked, figures[0].right) == (12, 12)
    assert (figures[1].asked, figures[1].right) == (15, 15)
    assert figures[0].discrimination is None  # all have it right: nothing can be told
