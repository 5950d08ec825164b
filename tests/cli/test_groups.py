"""A group's hand-in from grading to feedback: graded once, recorded for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from cli.conftest import HALVED, SOLVED, answered, gradeprop, hand_in, result_of
from gradeprop.grading.checks.seeds import group_seed, student_seed
from gradeprop.records.files.key import course_key

NONE = ("--isolation", "none")


@pytest.fixture
def pair(built: Path) -> Path:
    """A course in which bob handed in for ada and himself."""
    (built / "roster.csv").write_text("id\nada\n")
    (built / "groups.csv").write_text("group,students\npair,ada;bob\n")
    hand_in(built, "bob", answered(built, HALVED))
    hand_in(built, "zed", answered(built, SOLVED))
    return built


def test_each_has_result_gradebook_rows_and_feedback(pair: Path) -> None:
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=pair)
    assert done.returncode == 0, done.stderr
    ada, bob = result_of(pair, "ada"), result_of(pair, "bob")
    assert (ada["student"], ada["group"]) == ("ada", "pair")
    assert {**ada, "student": "bob"} == bob
    assert ada["seed"] == group_seed(course_key(pair), "pair").hex()
    assert ada["seed"] != result_of(pair, "zed")["seed"]
    assert result_of(pair, "zed")["group"] is None
    with Gradebook(f"sqlite:///{pair}/gradebook.db") as book:
        scores = {name: book.find_submission("a01_slopes", name).score for name in ("ada", "bob")}
    assert scores["ada"] == scores["bob"] == ada["auto_score"]
    gradeprop("feedback", "a01_slopes", cwd=pair)
    for student in ("ada", "bob"):
        page = (pair / f"feedback/{student}/a01_slopes/a01_slopes.html").read_text()
        assert "This is the work of your group “pair”" in page
        assert "d_square" in page
    shown = gradeprop("show", "a01_slopes", "ada", cwd=pair).stdout
    assert "the work of your group “pair”" in " ".join(shown.split())


def test_it_is_graded_once_and_not_again_while_nothing_changes(
    pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradeprop.records import class_run

    loaded: list[str] = []
    load = class_run.load

    def counted(plan: Any, handed: Any) -> Any:
        loaded.append(handed.student)
        return load(plan, handed)

    monkeypatch.setattr(class_run, "load", counted)
    done = gradeprop("grade", "a01_slopes", *NONE, "--workers", "1", cwd=pair)
    assert done.returncode == 0, done.stderr
    loaded.clear()
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=pair)
    assert "3 of 3 unchanged" in done.stderr
    assert loaded == ["ada", "bob", "zed"]
    done = gradeprop("replay", "ada", "a01_slopes", *NONE, "--json", cwd=pair)
    assert json.loads(done.stdout)["agrees"] is True


def test_who_joins_a_group_gets_its_result_and_who_leaves_his_own(pair: Path) -> None:
    gradeprop("grade", "a01_slopes", *NONE, cwd=pair)
    before = result_of(pair, "zed")["auto_score"]
    (pair / "groups.csv").write_text("group,students\npair,zed;ada\n")
    gradeprop("grade", "a01_slopes", *NONE, cwd=pair)
    assert result_of(pair, "ada")["auto_score"] == before
    assert result_of(pair, "bob")["group"] is None
    assert result_of(pair, "bob")["seed"] != result_of(pair, "ada")["seed"]


def test_a_group_that_cannot_be_told_is_left_out_and_the_rest_graded(pair: Path) -> None:
    hand_in(pair, "ada", answered(pair, SOLVED))
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=pair)
    assert done.returncode == 2
    assert "Not graded: the group “pair” has several hand-ins" in done.stderr
    assert " not: " not in done.stdout
    assert result_of(pair, "zed")
    assert not (pair / "results/a01_slopes/ada.json").exists()


def test_nobody_of_a_group_that_is_not_graded_has_handed_in_nothing(pair: Path) -> None:
    """Nor a 0: when only one of it was graded, and when it is not known which hand-in counts."""
    (pair / "roster.csv").write_text("id\nada\nbob\ncy\neve\nzed\n")
    (pair / "groups.csv").write_text("group,students\npair,ada;bob;cy\n")
    gradeprop("grade", "a01_slopes", *NONE, "--student", "bob", cwd=pair)
    shown = gradeprop("show", "a01_slopes", cwd=pair).stdout
    assert "1 handed in, 1 not: eve\n" in shown
    (pair / "results/a01_slopes/bob.json").unlink()
    hand_in(pair, "ada", answered(pair, SOLVED))
    done = gradeprop("grade", "a01_slopes", *NONE, cwd=pair)
    assert done.returncode == 2
    assert "1 handed in, 1 not: eve\n" in done.stdout
    shown = gradeprop("show", "a01_slopes", cwd=pair).stdout
    assert "1 handed in, 1 not: eve\n" in shown
    (report,) = json.loads(gradeprop("report", "a01_slopes", "--json", cwd=pair).stdout)[
        "assignments"
    ]
    assert report["handed_in"]["missing"] == ["eve"]


def test_shards_give_each_member_what_one_run_gives(pair: Path) -> None:
    gradeprop("grade", "a01_slopes", *NONE, cwd=pair)
    whole = {name: result_of(pair, name) for name in ("ada", "bob", "zed")}
    for name in whole:
        (pair / "results/a01_slopes" / f"{name}.json").unlink()
    for number in (1, 2, 3):
        done = gradeprop("grade", "a01_slopes", *NONE, "--shard", f"{number}/3", cwd=pair)
        assert done.returncode in (0, 2), done.stderr  # a shard may have nobody
    done = gradeprop("merge", "a01_slopes", *NONE, cwd=pair)
    assert done.returncode == 0, done.stderr
    for name, result in whole.items():
        again = result_of(pair, name)
        assert {**again, "timing": None} == {**result, "timing": None}


def test_seeds_of_groups_are_nobodys() -> None:
    assert group_seed(b"k", "ada") != student_seed(b"k", "ada")
