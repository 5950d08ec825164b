"""Whether a course says where its notebooks have gradeprop from."""

from __future__ import annotations

from collections.abc import Iterator

from gradeprop.course.folder import CourseFiles
from gradeprop.errors import CourseProblem


def check_package(files: CourseFiles) -> Iterator[CourseProblem]:
    """``install`` without ``student_package: install``, and the other way round."""
    assert files.spec is not None
    spec = files.spec
    if spec.student_package == "install" and spec.install is None:
        yield files.document.problem(
            files.document.place(("student_package",)),
            "student_package is install, and it is not said what pip is to install",
            'write install: "…" beside it, or student_package: embedded',
        )
    elif spec.student_package == "embedded" and spec.install is not None:
        yield files.document.problem(
            files.document.place(("install",)),
            "install has no effect: notebooks carry gradeprop along",
            "write student_package: install beside it, or take it away",
        )
