"""nbgrader's tables. What needs one imports it from here, so that it comes without what makes
nbgrader slow to import."""

from __future__ import annotations

from gradeprop.records.files.nbgrader_import import import_nbgrader

import_nbgrader()

from nbgrader.api import (  # noqa: E402
    Assignment,
    Base,
    BaseCell,
    Comment,
    Course,
    Grade,
    GradeCell,
    Notebook,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)

__all__ = [
    "Assignment",
    "Base",
    "BaseCell",
    "Comment",
    "Course",
    "Grade",
    "GradeCell",
    "Notebook",
    "SolutionCell",
    "SourceCell",
    "Student",
    "SubmittedAssignment",
    "SubmittedNotebook",
    "new_uuid",
]
