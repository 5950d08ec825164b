"""Who is surely to be graded is told at once, without torch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gradeprop.course.model import Course
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.conditions import versions
from gradeprop.notebook.release import ReleaseModel
from gradeprop.records.files.results import result_path, write_result
from gradeprop.records.files.submissions import find_submissions
from gradeprop.records.surely_due import surely_due
from gradeprop.session.grader.sandbox import Isolation
from records.graded_class import ASSIGNMENT, hand_in, result_for


def due(course: Course, isolation: Isolation = "auto") -> int:
    root = Path(course.root)
    handed = find_submissions(root / "submitted", ASSIGNMENT)
    return surely_due(root, course, ASSIGNMENT, handed, isolation)


def graded(course: Course, release: ReleaseModel, student: str) -> SubmissionResult:
    """Hand in for a student and keep a result of it."""
    notebook = hand_in(Path(course.root), release, student) / f"{ASSIGNMENT}.ipynb"
    of_this = {"submission": hashlib.sha256(notebook.read_bytes()).hexdigest(), "input": "x"}
    result = replace(result_for(student, ()), versions={**versions(course), **of_this})
    write_result(Path(course.root), result)
    return result


def test_what_has_its_result_is_not_due(course: Course, release: ReleaseModel) -> None:
    graded(course, release, "ada")
    graded(course, release, "bob")
    assert due(course) == 0
    assert surely_due(Path(course.root), course, ASSIGNMENT, (), "auto") == 0


def test_another_notebook_or_none_before_is(course: Course, release: ReleaseModel) -> None:
    graded(course, release, "ada")
    graded(course, release, "bob")
    path = Path(course.root) / "submitted" / "bob" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    path.write_bytes(path.read_bytes() + b"\n")
    assert due(course) == 1
    hand_in(Path(course.root), release, "eve")
    assert due(course) == 2


@pytest.mark.parametrize("name", ["gradeprop", "torch", "course", "python", "ipython"])
def test_a_result_of_other_versions_is_done_again(
    course: Course, release: ReleaseModel, name: str
) -> None:
    result = graded(course, release, "ada")
    write_result(Path(course.root), replace(result, versions={**result.versions, name: "another"}))
    assert due(course) == 1


@pytest.mark.parametrize(("kept", "asked"), [("none", "auto"), ("none", "full"), ("full", "none")])
def test_so_is_one_that_was_not_isolated_as_asked(
    course: Course, release: ReleaseModel, kept: str, asked: Isolation
) -> None:
    write_result(Path(course.root), replace(graded(course, release, "ada"), isolation=kept))
    assert due(course, asked) == 1
    other: Isolation = "none" if kept == "none" else "restricted"
    assert due(course, other) == 0


def test_torchs_build_is_not_known_without_torch(course: Course, release: ReleaseModel) -> None:
    result = graded(course, release, "ada")
    torch = result.versions["torch"].partition("+")[0]
    for build in (torch, f"{torch}+cpu", f"{torch}+cu121"):
        write_result(
            Path(course.root), replace(result, versions={**result.versions, "torch": build})
        )
        assert due(course) == 0


@pytest.mark.parametrize(
    "change",
    [lambda result: replace(result, status="error"), lambda result: replace(result, group="team")],
    ids=["error", "group"],
)
def test_so_is_one_of_a_group_and_one_with_a_grader_fault(
    course: Course, release: ReleaseModel, change: Callable[[SubmissionResult], SubmissionResult]
) -> None:
    write_result(Path(course.root), change(graded(course, release, "ada")))
    assert due(course) == 1


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"versions": 3}', b"[" * 100_000])
def test_what_cannot_be_read_is_done_again(
    course: Course, release: ReleaseModel, data: bytes
) -> None:
    graded(course, release, "ada")
    result_path(Path(course.root), ASSIGNMENT, "ada").write_bytes(data)
    assert due(course) == 1
