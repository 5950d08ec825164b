"""The figures of a class: whose points are in them, and whose are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gradeprop.records.files.results import write_result
from gradeprop.records.report.history import history
from gradeprop.records.report.people import anonymous
from gradeprop.records.report.statistics import LEAST, correlation
from gradeprop.records.report.tidy import as_csv, class_data
from gradeprop.records.report.write import desk, reported, write_class
from records.report.classes import assignment, course, drawn, result, with_part

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
KEY = b"k" * 32
OF = assignment("a04_descent")
FIRST = next(f"{key.exercise}.{check.check}" for key, check in OF.checks())


def figured(root: Path, results: Any, key: bytes | None = None) -> Any:
    elsewhere = course().model_copy(update={"root": str(root)})
    for item in results:
        write_result(root, item)
    shared = desk(elsewhere, root / "submitted", history(elsewhere), NOW, key)
    return shared, reported(shared, OF)


def test_a_graders_fault_costs_nobody_a_place_in_the_distribution(tmp_path: Path) -> None:
    good = [result(f"s{number:02}", OF) for number in range(12)]
    faulty = result("zoe", OF, {FIRST: ("error", None)})
    _, found = figured(tmp_path, [*good, faulty])
    figures = found.figures
    assert figures.handed.faults == ("zoe",)
    assert "zoe" in figures.readable
    assert len(figures.scores) == 12
    assert min(figures.scores) == figures.most


def test_why_the_points_are_those_of_the_checks_is_told(tmp_path: Path) -> None:
    """The assignment has no explanation: only who has left a group has no total."""
    (tmp_path / "groups.csv").write_text("group,students\nours,zoe\n")
    left = replace(result("ada", OF), group="ours")
    shared, found = figured(tmp_path, [left, *drawn(OF, 12)])
    assert (found.figures.counted, found.figures.open_for) == ("checks", {"group"})
    html = write_class(shared, OF, found).read_text()
    assert "Whoever has left a group has no total" in html
    assert "nobody has marked" not in html


def test_points_that_a_person_has_still_to_give_are_told(tmp_path: Path) -> None:
    with_prose = next(
        item
        for item in course().assignments
        if any(part.kind == "explanation" for _, part in item.parts())
    )
    made = result("ada", with_prose)
    key = next(key for key, part in with_prose.parts() if part.kind == "explanation")
    waiting = with_part(made, key, score=None)
    elsewhere = course().model_copy(update={"root": str(tmp_path)})
    write_result(tmp_path, replace(waiting, status="needs_manual", score=None))
    shared = desk(elsewhere, tmp_path / "submitted", history(elsewhere), NOW, None)
    found = reported(shared, with_prose)
    assert found.figures.open_for == {"person"}
    html = write_class(shared, with_prose, found).read_text()
    assert "What nobody has marked yet is not in these points." in html
    assert "left a group" not in html


def test_results_of_other_exercises_are_left_out_and_told(tmp_path: Path) -> None:
    old = result("old", OF)
    old = replace(old, exercises=old.exercises[1:])
    shared, found = figured(tmp_path, [*drawn(OF, 12), old])
    assert found.figures.outdated == ("old",)
    assert "old" not in found.figures.readable
    assert "Graded with other exercises" in write_class(shared, OF, found).read_text()


def test_for_few_students_no_mean_is_told(tmp_path: Path) -> None:
    shared, found = figured(tmp_path, drawn(OF, LEAST - 1))
    assert all(item.mean is None for item in found.figures.exercises)
    assert f"points of {LEAST - 1} students known" in write_class(shared, OF, found).read_text()


def test_points_in_thirds_that_are_all_the_same_have_no_correlation() -> None:
    rest = [0.1 + 0.2, 0.3] * 10
    assert correlation([0.0, 1.0] * 10, rest) is None


def test_who_could_not_be_read_has_not_got_over_anything(tmp_path: Path) -> None:
    late = assignment("a08_graph_control")
    early = {"fit_line.four_points": ("failed", "broadcast")}
    root = course().model_copy(update={"root": str(tmp_path)})
    write_result(tmp_path, result("ada", OF, early))
    write_result(tmp_path, replace(result("ada", late), status="ungradable"))
    assert history(root).later("ada", "broadcast", ["fit_line"]) == []
    write_result(tmp_path, result("ada", late))
    assert history(root).later("ada", "broadcast", ["fit_line"]) == [False]


def test_an_exercise_that_the_course_has_no_more_was_before_nothing(tmp_path: Path) -> None:
    past = history(course().model_copy(update={"root": str(tmp_path)}))
    assert not past.had_before("ada", "broadcast", "renamed_away")


@pytest.mark.parametrize("begun", [True, False])
def test_nobody_is_told_by_an_order_or_by_an_id(tmp_path: Path, begun: bool) -> None:
    idle = [] if begun else [item.slug for item in OF.exercises]
    results = [result(f"s{number:02}", OF, not_begun=idle) for number in range(20)]
    results = [replace(item, status="needs_manual", score=None) for item in results]
    shared, found = figured(tmp_path, results, KEY)
    labels = [f"Student {number}" for number in range(1, 21)]
    rows = as_csv(found.results, shared.people).splitlines()[1:]
    assert list(dict.fromkeys(row.split(",")[1] for row in rows)) == labels
    data = class_data(found.figures, shared.people)
    html = write_class(shared, OF, found).read_text()
    on_map = [label for label in html.split("<bdi>") if label.startswith("Student ")]
    assert [label.split("<")[0] for label in on_map] == labels
    assert "s0" not in str(data)
    assert "<bdi>s" not in html


def test_whoever_comes_later_is_no_id_either() -> None:
    assert anonymous(["ada"], KEY).label("bob") == "a student"
