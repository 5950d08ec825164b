"""`gradeprop bundle` as an instructor runs it."""

from __future__ import annotations

import zipfile
from typing import Any

import pytest

from cli.conftest import gradeprop


def test_the_zip_is_written_for_its_owner_only_and_the_points_to_set_are_told(course: Any) -> None:
    done = gradeprop("bundle", "gradescope", "a01_slopes", cwd=course)
    assert done.returncode == 0, done.stderr
    path = course / "dist" / "a01_slopes-gradescope.zip"
    assert done.stdout.strip().endswith(str(path.relative_to(course)))
    assert path.stat().st_mode & 0o077 == 0
    assert zipfile.ZipFile(path).testzip() is None
    assert "the autograder's points to 4 and add manual questions worth 2" in done.stderr


def test_for_classroom50_it_is_told_that_the_zip_will_be_public(course: Any) -> None:
    done = gradeprop("bundle", "classroom50", "a01_slopes", cwd=course)
    assert done.returncode == 0, done.stderr
    path = course / "dist" / "a01_slopes-classroom50.zip"
    assert path.stat().st_mode & 0o077 == 0
    assert "whoever learns its address can read it, students included" in done.stderr
    assert "The checks are worth 4 points; explanations are not in it." in done.stderr
    done = gradeprop(
        "bundle", "classroom50", "a01_slopes", "--course-on-runner", "/srv/c", cwd=course
    )
    assert "students included" not in done.stderr
    assert not [name for name in zipfile.ZipFile(path).namelist() if name.startswith("course/")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gradescope", "a99_none"), "no assignment 'a99_none'"),
        (("moodle", "a01_slopes"), "'moodle' is not"),
        (("gradescope", "a01_slopes", "--course-on-runner", "/c"), "is for classroom50 only"),
        (("gradescope", "a01_slopes", "--output", "graders"), "graders: this is a folder"),
        (
            ("gradescope", "a01_slopes", "--extra-index-url", "https://a b"),
            "not the address of a package index",
        ),
    ],
)
def test_wrong_usage_exits_with_2(course: Any, arguments: Any, said: str) -> None:
    done = gradeprop("bundle", *arguments, cwd=course)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
