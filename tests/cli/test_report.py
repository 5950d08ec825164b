"""`gradeprop report` as an instructor runs it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from cli.conftest import gradeprop
from gradeprop.records.files.results import write_result
from records.graded_class import result_for, unreadable
from records.marked_class import wrong

WRONG = [f"lee{number}" for number in range(4)]
RIGHT = [f"kim{number}" for number in range(8)]


@pytest.fixture
def graded(course: Any) -> Any:
    for student in RIGHT:
        write_result(course, result_for(student, ()))
    for student in WRONG:
        write_result(course, wrong(student))
    write_result(course, unreadable("eve"))
    (course / "submitted" / "zoe").mkdir(parents=True)
    return course


def page(root: Any, name: str) -> str:
    return (root / "reports" / f"{name}.html").read_text()


def test_each_assignment_gets_a_page_and_so_does_the_course(graded: Any) -> None:
    done = gradeprop("report", cwd=graded)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["reports/a01_slopes.html", "reports/course.html"]
    html = page(graded, "a01_slopes")
    for said in ("13 of 14 enrolled", "zoe", "eve", "missing factor two", "Was the 2 of 2w lost?"):
        assert said in html
    assert "missing factor two" in page(graded, "course")


def test_who_was_late_and_who_may_be_is_told(graded: Any) -> None:
    late = replace(result_for("kim0", ()), late=True, late_days=2.0)
    write_result(graded, late)
    write_result(graded, replace(result_for("kim1", ()), extension="2026-12-01T12:00:00+00:00"))
    (one,) = json.loads(gradeprop("report", "--json", cwd=graded).stdout)["assignments"]
    assert (one["handed_in"]["late"], one["handed_in"]["extended"]) == (["kim0"], ["kim1"])
    gradeprop("report", cwd=graded)
    assert "<dt>Late</dt>" in page(graded, "a01_slopes")


def test_with_a_name_only_that_one_is_written(graded: Any) -> None:
    done = gradeprop("report", "a01_slopes", cwd=graded)
    assert done.stdout.split() == ["reports/a01_slopes.html"]
    assert not (graded / "reports" / "course.html").exists()


def test_for_the_class_nobody_is_named_anywhere(graded: Any) -> None:
    gradeprop("feedback", "a01_slopes", cwd=graded)
    for arguments in ((), ("--json",), ("--to", "csv")):
        done = gradeprop("report", "--anonymous", *arguments, cwd=graded)
        assert done.returncode == 0, done.stderr
        shown = [done.stdout, done.stderr]
        if not arguments:
            shown += [page(graded, "anonymous/a01_slopes"), page(graded, "anonymous/course")]
        for text in shown:
            assert not [name for name in (*RIGHT, *WRONG, "zoe", "eve") if name in text]
    html = page(graded, "anonymous/a01_slopes")
    assert "Student 1" in html
    assert 'href="../' not in html
    assert not (graded / "reports" / "a01_slopes.html").exists()
    named = gradeprop("report", "a01_slopes", cwd=graded)
    assert named.returncode == 0
    assert 'href="../feedback/lee0/a01_slopes/a01_slopes.html"' in page(graded, "a01_slopes")


def test_the_figures_for_programs_are_those_of_the_page(graded: Any) -> None:
    data = json.loads(gradeprop("report", "--json", cwd=graded).stdout)
    (one,) = data["assignments"]
    assert one["handed_in"]["count"] == 13
    assert one["handed_in"]["missing"] == ["zoe"]
    assert one["handed_in"]["unreadable"] == ["eve"]
    shares = {item["check"]: item["share_right"] for item in one["checks"]}
    assert shares["matches_autograd"] == pytest.approx(8 / 12)
    assert one["causes"][0]["students"] == WRONG
    assert data["course"]["causes"][0]["students"] == 4
    rows = list(csv.DictReader(io.StringIO(gradeprop("report", "--to", "csv", cwd=graded).stdout)))
    assert len(rows) == 12 * len(shares)
    passed = [row["status"] == "passed" for row in rows if row["check"] == "matches_autograd"]
    assert sum(passed) / len(passed) == pytest.approx(shares["matches_autograd"])


@pytest.mark.parametrize("arguments", [(), ("a01_slopes",)])
def test_before_grading_the_remedy_is_told(course: Any, arguments: Any) -> None:
    done = gradeprop("report", *arguments, cwd=course)
    assert done.returncode == 2
    assert "run `gradeprop grade a01_slopes` first" in done.stderr
    assert not (course / "reports").exists()


def test_an_unknown_assignment_is_named(graded: Any) -> None:
    done = gradeprop("report", "a99_none", cwd=graded)
    assert done.returncode == 2
    assert "no assignment 'a99_none'" in done.stderr


def test_without_a_student_show_lists_the_class_as_it_stands(graded: Any) -> None:
    done = gradeprop("show", "a01_slopes", cwd=graded)
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "13 handed in, 1 not: zoe" in said
    assert "1 unreadable" in said
    assert "lee0" in said
    assert "4 × missing factor two  (square_derivative)" in said
    data = json.loads(gradeprop("show", "a01_slopes", "--json", cwd=graded).stdout)
    assert len(data["results"]) == 13


def test_a_report_need_not_wait_for_torch_nor_for_a_grammar(graded: Any) -> None:
    code = (
        "import sys\nfrom gradeprop.cli.main import main\n"
        "sys.argv = ['gradeprop', 'report']\ntry: main()\nexcept SystemExit: pass\n"
        "from gradeprop.records.gradebook import tables\n"
        "print(sorted({'torch', 'rfc3987_syntax'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=graded, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert page(graded, "course")
