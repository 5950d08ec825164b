"""What statuses are called on every screen and page of an instructor's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gradeprop.grading.result.verdict import Status, SubmissionStatus

__all__ = ["STOPPED", "SUBMISSION"]

SUBMISSION: Final[Mapping[SubmissionStatus, str]] = {
    "graded": "graded",
    "needs_manual": "to mark",
    "ungradable": "unreadable",
    "error": "fault",
}

STOPPED: Final[Mapping[Status, str]] = {
    "timeout": "took too long",
    "killed": "was stopped",
    "memory": "too much memory",
    "output": "too much output",
    "missing": "cell missing",
    "error": "grader fault",
}
"""Of parts and checks: those that are neither right nor wrong."""
