"""`gradeprop bundle` as an instructor runs it."""

from __future__ import annotations

import zipfile
from typing import Any

import pytest

from cli.conftest import gradeprop
from course.minimal import GRADER, course_files, write_course
from records.bundles.two_assignments import ADOPTED, MORE


def test_the_zip_is_written_for_its_owner_only_and_the_points_to_set_are_told(course: Any) -> None:
    done = gradeprop("bundle", "gradescope", "a01_slopes", cwd=course)
    assert done.returncode == 0, done.stderr
    path = course / "dist" / "a01_slopes-gradescope.zip"
    assert done.stdout.strip().endswith(str(path.relative_to(course)))
    assert path.stat().st_mode & 0o077 == 0
    assert zipfile.ZipFile(path).testzip() is None
    assert "the autograder's points to 4 and add manual questions worth 2" in done.stderr
    assert "hidden checks of a01_slopes alone, and the course key" in done.stderr
    assert "All hidden inputs of the course come from that key" in done.stderr


def test_for_classroom50_it_is_told_that_the_zip_will_be_public(course: Any) -> None:
    done = gradeprop("bundle", "classroom50", "a01_slopes", cwd=course)
    assert done.returncode == 0, done.stderr
    path = course / "dist" / "a01_slopes-classroom50.zip"
    assert path.stat().st_mode & 0o077 == 0
    assert "whoever learns its address can read it, students included" in done.stderr
    assert "hidden checks of a01_slopes alone" in done.stderr
    assert "Its key was made for this zip: hidden inputs there are others" in done.stderr
    assert "Not in it" not in done.stderr
    assert "The checks are worth 4 points; explanations are not in it." in done.stderr
    done = gradeprop(
        "bundle", "classroom50", "a01_slopes", "--course-on-runner", "/srv/c", cwd=course
    )
    assert "students included" not in done.stderr
    assert not [name for name in zipfile.ZipFile(path).namelist() if name.startswith("course/")]


def test_for_classroom50_it_is_told_whose_samples_are_left_out(course: Any) -> None:
    write_course(course, ADOPTED)
    done = gradeprop("bundle", "classroom50", "a01_slopes", cwd=course)
    assert done.returncode == 0, done.stderr
    assert "Not in it is what students wrote, the samples of tripled:" in done.stderr
    assert "Not in it" not in gradeprop("bundle", "gradescope", "a01_slopes", cwd=course).stderr


def test_a_grader_that_takes_from_another_assignment_is_told_before_any_student_hands_in(
    course: Any,
) -> None:
    taken = "from graders.a02_other.test_cube_slope import cube\n\n\ndef test_shape("
    grader = course_files()[GRADER].replace("def test_shape(", taken)
    write_course(course, {**MORE, GRADER: grader})
    done = gradeprop("bundle", "gradescope", "a01_slopes", cwd=course)
    assert done.returncode == 1
    assert "No module named 'graders.a02_other'" in done.stderr
    assert not (course / "dist").exists()


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
