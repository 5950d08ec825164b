"""``autograded/<student>/<assignment>/``: the notebook as it ran, each check cell showing its
result.

It is what formgrader shows and what nbgrader makes feedback from. Both put outputs and Markdown
into their pages as they are, so nothing of a student's that a browser could execute gets into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from gradeprop.course.keys import PartKey
from gradeprop.course.model import LoadedAssignment
from gradeprop.errors import UngradableSubmission
from gradeprop.grading.public.marks import chip, mark_of
from gradeprop.grading.public.present import inline
from gradeprop.grading.public.saying import number
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExecutedCell,
    PartResult,
    SubmissionResult,
)
from gradeprop.notebook.release import ReleaseCell, ReleaseModel
from gradeprop.notebook.render import cell_id, nbgrader_metadata, notebook_frame
from gradeprop.notebook.restore import restore
from gradeprop.records.files.door import Refused, read_handed
from gradeprop.records.files.readable_json import readable_json
from gradeprop.records.files.submissions import MAX_NOTEBOOK_BYTES
from gradeprop.records.gradebook.text import inert

_IMAGES = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*\Z")
_MISSING = "This cell was missing from the notebook that was handed in."


def executed_cells(
    result: SubmissionResult, submitted: Path, release: ReleaseModel
) -> tuple[ExecutedCell, ...]:
    """The cells of the submission in order, also where nothing had to run; empty if it is
    unreadable.

    Args:
        submitted: the folder with what was handed in.
    """
    if result.cells or result.status == "ungradable":
        return result.cells
    try:
        data = read_handed(submitted / f"{result.assignment}.ipynb", MAX_NOTEBOOK_BYTES)
        restored = restore(data, release)
    except (Refused, UngradableSubmission):
        return ()
    return tuple(
        ExecutedCell(cell.source, cell.kind, cell.grade_id, cell.judge) for cell in restored.cells
    )


class NotebookRenderer:
    """Makes the notebooks that show how submissions of an assignment ran; what they share is made
    once."""

    def __init__(self, release: ReleaseModel, assignment: LoadedAssignment) -> None:
        self._release = release
        self._frame = notebook_frame(release)
        self._ours = {cell.grade_id: (cell, _metadata(cell)) for cell in release.cells}
        self._words = check_words(assignment)

    def render(self, result: SubmissionResult, cells: Sequence[ExecutedCell]) -> bytes:
        """UTF-8 JSON of the notebook with outputs and results. Every cell of the release is in it,
        so that every part can be graded by hand; one that the student deleted says so."""
        parts = dict(result.parts())
        filled = []
        if result.message:
            filled.append(_note(result.message))
        extras = 0
        for cell in _complete(cells, self._release):
            known, metadata = self._ours.get(cell.grade_id or "", (None, {}))
            if known is None:
                extras += 1
                filled.append(_cell(cell, f"extra-{extras}", metadata, trusted=False))
                continue
            rendered = _cell(cell, cell_id(known.grade_id), metadata, trusted=known.locked)
            if (
                known.role == "check"
                and known.key is not None
                and (part := parts.get(known.key)) is not None
            ):
                rendered["outputs"] = _check_outputs(part, known.key, self._words)
            filled.append(rendered)
        notebook = {**self._frame, "cells": filled}
        return readable_json(notebook, sort_keys=True, half_characters="replace")


def check_words(assignment: LoadedAssignment) -> dict[tuple[PartKey, str], str]:
    """By part and check, what it checks, in the student's words."""
    return {(key, check.check): check.describe.strip() for key, check in assignment.checks()}


def _complete(cells: Sequence[ExecutedCell], release: ReleaseModel) -> Iterator[ExecutedCell]:
    """The cells with those of the release that are not among them, at their places. Where a
    student's progress was shown is kept, and not missed where it never was."""
    present = {cell.grade_id for cell in cells}
    waiting = [cell for cell in release.cells if cell.role != "progress"]

    def missing_before(grade_id: str | None) -> Iterator[ExecutedCell]:
        while waiting and waiting[0].grade_id != grade_id and waiting[0].grade_id not in present:
            yield _placeholder(waiting.pop(0))

    for cell in cells:
        if cell.grade_id is not None:
            yield from missing_before(cell.grade_id)
            if waiting and waiting[0].grade_id == cell.grade_id:
                waiting.pop(0)
        yield cell
    yield from missing_before(None)


def _placeholder(cell: ReleaseCell) -> ExecutedCell:
    if cell.locked:
        return ExecutedCell(
            cell.source, cell.cell_type, cell.grade_id, cell.key if cell.role == "check" else None
        )
    source = f"# {_MISSING}" if cell.cell_type == "code" else f"*{_MISSING}*"
    return ExecutedCell(source, cell.cell_type, cell.grade_id)


def _note(message: str) -> dict[str, Any]:
    return {
        "cell_type": "markdown",
        "id": "note-1",
        "metadata": {"deletable": False, "editable": False},
        "source": [f"**Note:** {inert(' '.join(message.split()))}"],
    }


def _metadata(cell: ReleaseCell) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "deletable": False,
        "nbgrader": nbgrader_metadata(cell, cell.source),
    }
    if cell.locked:
        metadata["editable"] = False
    if cell.role == "setup":
        metadata["jupyter"] = {"source_hidden": True}
    return metadata


def _cell(
    cell: ExecutedCell, name: str, metadata: dict[str, Any], *, trusted: bool
) -> dict[str, Any]:
    source = cell.source if trusted or cell.kind == "code" else inert(cell.source)
    rendered: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": name,
        "metadata": metadata,
        "source": source.splitlines(keepends=True),
    }
    if cell.kind == "code":
        rendered["execution_count"] = cell.execution_count
        rendered["outputs"] = [
            clean
            for output in cell.outputs
            if (clean := _plain_output(output, cell.execution_count))
        ]
    return rendered


def _plain_output(output: Mapping[str, Any], count: int | None) -> dict[str, Any] | None:
    """An output of student code, rebuilt from what cannot be executed: text and raster images."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": _text(output.get("text"))}
    if kind == "error":
        trace = output.get("traceback")
        lines = [_text(line) for line in trace] if isinstance(trace, list | tuple) else []
        return {
            "output_type": "error",
            "ename": _text(output.get("ename")),
            "evalue": _text(output.get("evalue")),
            "traceback": lines,
        }
    data = output.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, Mapping):
        return None
    kept = {"text/plain": _text(data["text/plain"])} if "text/plain" in data else {}
    # Pages put an image's text straight into an attribute: it must be base64 and nothing else.
    kept |= {
        kind: text for kind in _IMAGES if kind in data and _BASE64.match(text := _text(data[kind]))
    }
    clean = {"output_type": kind, "data": kept, "metadata": {}}
    return clean | {"execution_count": count} if kind == "execute_result" else clean


def _text(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def _check_outputs(
    part: PartResult, key: PartKey, describe: Mapping[tuple[PartKey, str], str]
) -> list[dict[str, Any]]:
    """What a check cell shows: the checks, and the score as the number that nbgrader reads."""
    words = [describe.get((key, verdict.check), verdict.check) for verdict in part.checks]
    several = len({verdict.device for verdict in part.checks}) > 1
    shown: list[dict[str, Any]] = [
        {
            "output_type": "display_data",
            "data": {
                "text/plain": _as_text(part, words, several),
                "text/html": _as_html(part, words, several),
            },
            "metadata": {},
        }
    ]
    if part.score is not None:
        shown.append(
            {
                "output_type": "execute_result",
                "data": {"text/plain": repr(min(float(part.score), float(part.max_score)))},
                "execution_count": None,
                "metadata": {},
            }
        )
    return shown


def _headline(part: PartResult) -> str:
    if part.score is None:
        return "This part could not be graded automatically; a person will look at it."
    return f"{number(part.score)} of {number(part.max_score)} points"


def _where(verdict: CheckVerdict, several: bool) -> str:
    return f" on {verdict.device}" if several else ""


def _as_text(part: PartResult, words: Sequence[str], several: bool) -> str:
    lines = [_headline(part)]
    if part.message:
        lines.append(f"  {part.message}")
    for verdict, word in zip(part.checks, words, strict=True):
        sign, state = mark_of(verdict.status, verdict.not_begun, handed_in=True)
        lines.append(f"  {sign} {state}: {word} ({_earned(verdict)}{_where(verdict, several)})")
        if verdict.status != "passed" and verdict.message:
            lines.append(f"      {verdict.message}")
    return "\n".join(lines)


def _earned(verdict: CheckVerdict) -> str:
    score = "–" if verdict.score is None else number(verdict.score)
    return f"{score}/{number(verdict.max_score)}"


def _as_html(part: PartResult, words: Sequence[str], several: bool) -> str:
    checks = "".join(
        _check_html(verdict, word, several)
        for verdict, word in zip(part.checks, words, strict=True)
    )
    message = f"<div>{inline(part.message)}</div>" if part.message else ""
    return (
        '<div style="border:1px solid #8888;border-radius:4px;padding:.6em .9em;margin:.3em 0;'
        'max-width:60em;font-family:system-ui,sans-serif;line-height:1.45">'
        f"<div><strong>{escape(_headline(part))}</strong></div>{message}{checks}</div>"
    )


def _check_html(verdict: CheckVerdict, word: str, several: bool) -> str:
    mark = chip(*mark_of(verdict.status, verdict.not_begun, handed_in=True))
    head = (
        f'<div style="margin-top:.5em">{mark}{escape(word)} <span style="opacity:.8">'
        f"({_earned(verdict)}{_where(verdict, several)})</span></div>"
    )
    if verdict.status == "passed" or not verdict.message:
        return head
    return (
        head
        + f'<div style="margin:.2em 0 0 1.2em;white-space:pre-line">{inline(verdict.message)}</div>'
    )
