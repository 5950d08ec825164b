"""Of a repair that nobody touched the table, the map, the rows, the causes and all that counts say
one and the same: not begun."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from gradeprop.cli.class_summary import ClassSummary
from gradeprop.cli.class_table import remark
from gradeprop.grading.discovery import stopped, unexplained
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.exports.interface import misconceptions
from gradeprop.records.files.results import write_result
from gradeprop.records.marks import class_marks
from gradeprop.records.report.history import history
from gradeprop.records.report.map import misconception_map
from gradeprop.records.report.tidy import as_csv
from gradeprop.records.report.write import desk, reported, write_class
from records.report.classes import assignment, course, result, with_part
from records.report.test_class_figures import NOW

OF = assignment("a04_descent")
MEND = next(
    key for key, part in OF.parts() if part.kind == "repair"
)  # what is given there raises and rebinds
CHECKS = [f"{key.exercise}.{check.check}" for key, check in OF.checks() if key == MEND]


def rebinding(student: str) -> SubmissionResult:
    return result(student, OF, dict.fromkeys(CHECKS, ("failed", "rebinding")))


@pytest.fixture
def told(tmp_path: Path) -> Any:
    """Two who left it as it was given, one who mended a part of it; the desk and all figures."""
    elsewhere = course().model_copy(update={"root": str(tmp_path)})
    for made in (
        with_part(rebinding("fei"), MEND, not_begun=True),
        with_part(rebinding("ida"), MEND, not_begun=True),
        rebinding("paul"),
    ):
        write_result(tmp_path, made)
    shared = desk(elsewhere, tmp_path / "submitted", history(elsewhere), NOW, None)
    marks = class_marks(elsewhere, OF)
    return shared, reported(shared, OF), marks


def test_everything_says_that_it_is_not_begun(told: Any) -> None:
    shared, found, marks = told
    of = {item.result.student: item for item in marks.students}
    place = next(at for at, item in enumerate(OF.exercises, start=1) if item.slug == MEND.exercise)
    figures = found.figures
    on_map = misconception_map(
        found.results, figures.points, figures.checks, figures.causes, shared.people
    )
    signs = {
        row.student: "".join(cell.sign for cell in row.cells if cell.tone != "right")
        for row in on_map
    }
    rows = list(csv.DictReader(io.StringIO(as_csv([i.result for i in of.values()], shared.people))))
    for student in ("fei", "ida"):
        assert signs[student] == "·" * len(CHECKS)
        mine = [row for row in rows if row["student"] == student and row["part"] == MEND.part]
        mine = [row for row in mine if row["exercise"] == MEND.exercise]
        assert {(row["not_begun"], row["misconception"]) for row in mine} == {("1", "")}
        assert remark(of[student].result) == f"not begun ({place})"
        assert misconceptions(of[student]) == []
        assert not list(unexplained(of[student].result))
    assert signs["paul"] == "A" * len(CHECKS)
    (cause,) = figures.causes
    assert (cause.id, cause.students) == ("rebinding", ("paul",))
    assert {row["student"] for row in rows if row["misconception"]} == {"paul"}
    assert misconceptions(of["paul"]) == [f"{MEND.exercise}: rebinding"]
    summary = ClassSummary(OF)
    for item in of.values():
        summary.add(item.result)
    lines = list(summary.lines((), 80))
    assert f"    2 × not begun  ({MEND.exercise})" in lines
    assert f"    1 × rebinding  ({MEND.exercise})" in lines
    assert "</span> not begun</li>" in write_class(shared, OF, found).read_text()


def test_a_name_to_which_nothing_was_assigned_is_not_begun_either() -> None:
    made = result("ada", OF, dict.fromkeys(CHECKS, ("failed", None)))
    assert list(unexplained(made)) == [MEND]
    idle = with_part(made, MEND, checks={"not_begun": True})
    assert remark(idle).startswith("not begun")
    assert not list(unexplained(idle))


def test_what_was_stopped_is_counted_apart_from_what_nobody_can_explain() -> None:
    made = [
        result("ada", OF, {CHECKS[0]: ("timeout", None)}),
        result("bob", OF, {CHECKS[0]: ("killed", None)}),
        result("cy", OF, {CHECKS[0]: ("failed", None)}),
        with_part(
            result("di", OF, {CHECKS[0]: ("failed", None)}), MEND, checks={"raised": "ValueError"}
        ),
    ]
    assert [list(unexplained(item)) for item in made] == [[], [], [MEND], [MEND]]
    assert [list(stopped(item)) for item in made] == [[MEND], [MEND], [], []]
    summary = ClassSummary(OF)
    for item in made:
        summary.add(item)
    said = " ".join(summary.lines((), 80))
    assert "2 times no cause is known: gradeprop discover a04_descent" in said
