"""``results/<assignment>/<student>.json``: one file per submission, written atomically."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.files.atomic import remove_leftovers, write_atomically
from gradeprop.records.files.names import file_name
from gradeprop.records.files.readable_json import readable_json

_HAND_IN: Final = 256 * 1024
"""What one hand-in's result and notebook may well take."""


def result_path(root: Path, assignment: str, student: str) -> Path:
    """Where a result is kept: under `file_name`, so that no two students share a file."""
    return root / "results" / assignment / file_name(student, ".json")


def check_writable(root: Path, assignment: str) -> None:
    """Find out before an hour of grading, not after, that results cannot be kept; clear what a
    killed run has left half-written.

    Raises:
        StorageError: the results folder cannot be written, or has no room for even one.
    """
    folder = root / "results" / assignment
    probe = folder / ".probe"
    write_atomically(probe, bytes(_HAND_IN))
    probe.unlink(missing_ok=True)
    remove_leftovers([folder, *(root / "autograded").glob(f"*/{assignment}")])


def write_result(root: Path, result: SubmissionResult) -> Path:
    """Write one result.

    Raises:
        StorageError: the file cannot be written.
    """
    path = result_path(root, result.assignment, result.student)
    write_atomically(path, result_data(result))
    return path


def result_data(result: SubmissionResult) -> bytes:
    """The bytes of a result file."""
    # All but the outermost is left to orjson, which takes dataclasses as they are and copies
    # nothing.
    return readable_json({**replace(result, exercises=()).to_json(), "exercises": result.exercises})


def result_from(data: bytes) -> SubmissionResult:
    """The result that these bytes hold.

    Raises:
        ValueError: they hold none.
    """
    try:
        return SubmissionResult.from_json(json.loads(data))
    except (AttributeError, RecursionError) as error:
        raise ValueError("not a result") from error


def read_result(root: Path, assignment: str, student: str) -> SubmissionResult | None:
    """The kept result, or None if there is none that can be read."""
    try:
        return result_from(result_path(root, assignment, student).read_bytes())
    except (OSError, ValueError):
        return None


def read_results(root: Path, assignment: str) -> tuple[list[SubmissionResult], list[Path]]:
    """All kept results of an assignment in the order of the students' ids, and the files that are
    none."""
    results, unreadable = [], []
    for path in sorted((root / "results" / assignment).glob("[!.]*.json")):
        try:
            data: Any = json.loads(path.read_bytes().decode("utf-8", "surrogateescape"))
            results.append(SubmissionResult.from_json(data))
        except (OSError, ValueError, AttributeError, RecursionError):
            unreadable.append(path)
    return sorted(results, key=lambda result: result.student), unreadable
