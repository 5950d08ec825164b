"""`gradeprop similar` as an instructor runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import answered, gradeprop, hand_in
from gradeprop.records.files.results import write_result
from records.graded_class import CODE, result_for
from records.similar.codes import AUTOGRAD, DISGUISED, LOOP, MATRIX


@pytest.fixture
def graded(built: Path) -> Path:
    for student, code in {"al": LOOP, "b o": DISGUISED, "cy": AUTOGRAD, "di": MATRIX}.items():
        hand_in(built, student, answered(built, {CODE: code}))
        write_result(built, result_for(student, ()))
    return built


def similar(root: Path, *arguments: Any) -> Any:
    return gradeprop("similar", "a01_slopes", *arguments, cwd=root)


def test_pairs_are_shown_with_both_codes_and_a_warning(graded: Path) -> None:
    done = similar(graded)
    assert done.returncode == 0, done.stderr
    assert "square_derivative by_hand  al and b o  100 %" in done.stdout
    assert "▌     for i in range(len(w)):" in done.stdout
    assert "▌     for k in range(len(values)):" in done.stdout
    assert "cy" not in done.stdout
    assert "Likeness is a reason to look, and no proof." in done.stderr
    assert "export a01_slopes --to code" in " ".join(done.stderr.split())


def test_json_has_the_lines_and_what_could_be_told(graded: Path) -> None:
    data = json.loads(similar(graded, "--json").stdout)
    (pair,) = data["pairs"]
    assert pair["students"] == ["al", "b o"]
    assert pair["share"] == 1.0
    assert pair["lines"][0] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert data["parts"] == [
        {
            "exercise": "square_derivative",
            "part": "by_hand",
            "answers": 4,
            "long_enough": 4,
            "can_tell": True,
        }
    ]


def test_html_is_one_page(graded: Path) -> None:
    done = similar(graded, "--html")
    assert done.returncode == 0, done.stderr
    page = (graded / "reports" / "a01_slopes-similar.html").read_text()
    assert "al and b o" in page
    assert "Written: reports/a01_slopes-similar.html" in done.stderr


def test_short_answers_are_said_to_tell_nothing(built: Path) -> None:
    for student in ("al", "bo"):
        hand_in(built, student, answered(built, {CODE: "def d_square(w):\n    return w + w"}))
        write_result(built, result_for(student, ()))
    done = similar(built)
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())
    assert "square_derivative by_hand: nothing can be told. 0 of 2 answers" in told


def test_without_results_it_says_what_to_do(course: Path) -> None:
    done = similar(course)
    assert done.returncode == 2
    assert "run `gradeprop grade a01_slopes` first" in done.stderr


def test_a_group_is_not_like_itself(graded: Path) -> None:
    (graded / "groups.csv").write_text("group,students\nours,al;b o\n")
    assert json.loads(similar(graded, "--json").stdout)["pairs"] == []
