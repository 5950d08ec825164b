"""A new exercise: its files, and its line in a course.yaml whose comments stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.minimal import write_course
from gradeprop.course.load import load_course
from gradeprop.errors import CourseError, UsageError
from gradeprop.records.starting.new_exercise import start_exercise
from gradeprop.records.starting.templates import KINDS

BLOCK = """\
id: minimal  # of its kind
title: A minimal course

# All of them.
assignments:
  - id: a01_slopes
    title: "Slopes"
    introduction: |
      What a slope is.

      # no comment
    exercises:
      -  square_derivative   # the first
      # between
      - explain_sign  # the last
    weight: 2

# Where it runs.
devices: [cpu]
"""
FLOW = """\
assignments:
- {id: a01_slopes, title: Slopes, introduction: Hi, exercises: [square_derivative, "explain_sign" ]} # all
id: minimal
title: A minimal course
"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_exercise_of_each_kind_is_valid(tmp_path: Path, kind: str) -> None:
    root = write_course(tmp_path)
    written = start_exercise(root, "a01_slopes/another", kind)
    by_a_grader = ["graders/a01_slopes/test_another.py"] if kind in ("code", "repair") else []
    assert written == [
        "exercises/a01_slopes/another.yaml",
        "solutions/a01_slopes/another.py",
        *by_a_grader,
        "course.yaml",
    ]
    (assignment,) = load_course(root).assignments
    assert [exercise.slug for exercise in assignment.exercises][-1] == "another"
    assert [part.kind for part in assignment.exercises[-1].spec.parts] == [kind]


def test_a_line_more_and_nothing_else_is_changed(tmp_path: Path) -> None:
    root = write_course(tmp_path, {"course.yaml": BLOCK})
    start_exercise(root, "a01_slopes/another", "code")
    after = (root / "course.yaml").read_text()
    assert after == BLOCK.replace("# the last\n", "# the last\n      - another\n")


def test_a_list_in_brackets_grows_behind_its_last_item(tmp_path: Path) -> None:
    root = write_course(tmp_path, {"course.yaml": FLOW})
    start_exercise(root, "a01_slopes/another", "code")
    after = (root / "course.yaml").read_text()
    assert after == FLOW.replace('"explain_sign" ]', '"explain_sign", another ]')
    load_course(root)


def test_a_new_assignment_comes_last_and_before_what_follows(tmp_path: Path) -> None:
    root = write_course(tmp_path, {"course.yaml": BLOCK.replace("\n", "\r\n").encode()})
    start_exercise(root, "a02_slopes/another", "code")
    raw = (root / "course.yaml").read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    text = raw.decode().replace("\r\n", "\n")
    before, after = text.split("  - id: a02_slopes\n")
    assert before == BLOCK[: BLOCK.index("\n# Where it runs.")]
    assert after.endswith("      - another\n\n# Where it runs.\ndevices: [cpu]\n")
    assert [item.id for item in load_course(root).assignments] == ["a01_slopes", "a02_slopes"]


def test_where_a_line_cannot_be_added_nothing_is_written(tmp_path: Path) -> None:
    text = FLOW.replace("- {id", "- &a {id").replace("\n-", " [").replace("} # all", "}]")
    root = write_course(tmp_path, {"course.yaml": text.replace("[ &a", "[")})
    with pytest.raises(UsageError, match="cannot be added to a list that is written like this"):
        start_exercise(root, "a02_more/another", "code")
    assert not (root / "exercises/a02_more").exists()


def test_an_exercise_that_is_listed_and_not_written_is_written(tmp_path: Path) -> None:
    text = BLOCK.replace("      - explain_sign", "      - planned\n      - explain_sign")
    root = write_course(tmp_path, {"course.yaml": text})
    written = start_exercise(root, "exercises/a01_slopes/planned.yaml", "code")
    assert "course.yaml" not in written
    load_course(root)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("another", "names no exercise"),
        ("a01_slopes/Another", "names no exercise"),
        ("a01_slops/another", "no assignment 'a01_slops'"),
        ("a02_more/explain_sign", "has an exercise 'explain_sign' already, in a01_slopes"),
        ("a01_slopes/explain_sign", "this file exists already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str, said: str
) -> None:
    root = write_course(tmp_path, {"course.yaml": BLOCK})
    before = sorted(root.rglob("*"))
    with pytest.raises(UsageError, match=said):
        start_exercise(root, name, "code")
    assert sorted(root.rglob("*")) == before
    assert (root / "course.yaml").read_text() == BLOCK


def test_a_course_that_is_not_valid_is_told_with_its_place(tmp_path: Path) -> None:
    root = write_course(tmp_path, {"course.yaml": BLOCK.replace("title: A", "titel: A")})
    with pytest.raises(CourseError) as told:
        start_exercise(root, "a01_slopes/another", "code")
    assert "course.yaml:2:1" in str(told.value)
