"""What a student wrote, and what it printed or drew: from the executed notebook, else from the
hand-in."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from gradeprop.course.gradeids import part_ids
from gradeprop.course.keys import PartKey
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import GradepropError
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.notebook.release import ReleaseModel, release_model
from gradeprop.notebook.restore import restore
from gradeprop.records.files.door import Refused
from gradeprop.records.files.executed import executed_bytes, executed_notebook
from gradeprop.records.hand_ins import hand_ins

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)", re.DOTALL)
_IMAGES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_MOST_TEXT = 6_000
"""Characters of output that are shown; the rest helps nobody who reads the page."""
_MOST_IMAGES = 4
_MOST_BYTES = 2 * 2**20


@dataclass(frozen=True)
class Answer:
    """One part's answer.

    Attributes:
        source: code, or the text of an explanation.
        printed: what its cell printed, its last value and its error; without terminal colours.
        images: (media type, base64) of raster images that it drew.
        experiment: the locked cell after it, where that showed something.
    """

    source: str
    printed: str = ""
    images: tuple[tuple[str, str], ...] = ()
    experiment: Answer | None = None

    @property
    def shows(self) -> bool:
        return bool(self.printed or self.images)


class Answers:
    """Finds what the students of an assignment wrote.

    Args:
        submitted: the folder of submissions, for students without an executed notebook.
    """

    def __init__(self, course: Course, assignment: LoadedAssignment, submitted: Path) -> None:
        self._course, self._assignment, self._submitted = course, assignment, submitted

    def of(self, result: SubmissionResult) -> Mapping[PartKey, Answer]:
        """By part, the answer; parts that cannot be found have none. Nothing is raised for bad
        files."""
        if result.status == "ungradable":
            return {}
        root = Path(self._course.root)
        found = self._executed(executed_notebook(root, result.student, self._assignment.id))
        return self._handed_in(result.student) if found is None else found

    def _executed(self, path: Path) -> dict[PartKey, Answer] | None:
        try:
            cells = json.loads(executed_bytes(path).decode("utf-8", "replace"))["cells"]
            by_id = {
                cell["metadata"].get("nbgrader", {}).get("grade_id"): cell
                for cell in cells
                if isinstance(cell, dict)
            }
        except (Refused, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        found = {}
        for key, _ in self._assignment.parts():
            ids = part_ids(*key)
            if ids.answer in by_id:
                after = _answer(by_id.get(ids.after, {}))
                experiment = after if after.shows else None
                found[key] = replace(_answer(by_id[ids.answer]), experiment=experiment)
        return found

    def _handed_in(self, student: str) -> dict[PartKey, Answer]:
        try:
            root = Path(self._course.root)
            name = self._assignment.id
            found = hand_ins(root, self._course, self._submitted, name, [student])
            (handed,) = found.handed
            data, problem = handed.read()
            if problem is not None:
                return {}
            restored = restore(data, self._release)
        except GradepropError:
            return {}
        return {key: Answer(source) for key, source in restored.answers.items()}

    @cached_property
    def _release(self) -> ReleaseModel:
        # Answers are found by ids and starters; the public checks' numbers play no part in that.
        return release_model(self._course, self._assignment, {})


def _answer(cell: Mapping[str, Any]) -> Answer:
    outputs = cell.get("outputs")
    known = (
        [item for item in outputs if isinstance(item, dict)] if isinstance(outputs, list) else []
    )
    printed = _ANSI.sub("", "".join(_texts(known)))
    if len(printed) > _MOST_TEXT:
        printed = f"{printed[:_MOST_TEXT]}\n… and {len(printed) - _MOST_TEXT} more characters"
    return Answer(
        _text(cell.get("source")), printed.strip("\n"), tuple(_images(known))[:_MOST_IMAGES]
    )


def _texts(outputs: list[dict[str, Any]]) -> Iterator[str]:
    for output in outputs:
        kind = output.get("output_type")
        if kind == "stream":
            yield _text(output.get("text"))
        elif kind == "error":
            trace = output.get("traceback")
            lines = [_text(line) for line in trace] if isinstance(trace, list) else []
            yield "\n".join(lines) or f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}"
            yield "\n"
        elif isinstance(data := output.get("data"), dict) and not _IMAGES.keys() & data.keys():
            yield f"{_text(data.get('text/plain'))}\n"


def _images(outputs: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for output in outputs:
        data = output.get("data")
        for kind, magic in _IMAGES.items():
            if isinstance(data, dict) and kind in data:
                try:
                    image = base64.b64decode("".join(_text(data[kind]).split()), validate=True)
                except (binascii.Error, ValueError):
                    continue
                if image.startswith(magic) and len(image) <= _MOST_BYTES:
                    yield kind, base64.b64encode(image).decode()


def _text(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")
