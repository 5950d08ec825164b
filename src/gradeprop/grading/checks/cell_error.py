"""A part whose cell stopped: what stopped it is why names are missing or values wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.known_errors import cause_of_error
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.signs import by_error, renamed
from gradeprop.grading.result import words
from gradeprop.session.interface import CellOutcome, Raised, Read

__all__ = ["with_cell_error"]


def with_cell_error(
    judgement: Judgement, script: Script, cell: CellOutcome | None, declared: Mapping[str, str]
) -> Judgement:
    """The judgement with the cause that the cell's error tells, where it is why the check failed:
    a name is missing, or a check that only reads names found a value without a known cause. Where
    a limit stopped the cell, none is named: what it did not come to is no mistake.

    Args:
        cell: what became of the part's cell.
    """
    if cell is None or cell.status == "ok" or not _may_be_why(judgement, script):
        return judgement
    if cell.status != "error":
        return replace(judgement, misconceptions=(), hint=None)
    error = _error_of(cell)
    if error is None:
        return judgement
    causes = by_error(script.signs, error)
    if not causes:
        known = cause_of_error(error.type_name, error.message)
        causes = (known,) if known else ()
    if len(causes) != 1:
        return judgement
    hint = words.words_for(causes[0], declared)
    named = replace(judgement, misconceptions=causes, hint=hint)
    return renamed(named, script.signs, declared, public=True)  # the report names no number


def _may_be_why(judgement: Judgement, script: Script) -> bool:
    if judgement.status != "failed" or judgement.not_begun:
        return False
    if judgement.misconception == "missing_name":
        return True
    only_reads = all(isinstance(ask, Read) for ask in script.asks)
    return only_reads and judgement.misconceptions in ((), ("no_backward",))


def _error_of(cell: CellOutcome) -> Raised | None:
    """The exception that stopped a cell, as far as its output tells."""
    outputs = (item for item in cell.outputs if item["output_type"] == "error")
    error = next(outputs, None)
    return None if error is None else Raised(str(error["ename"]), str(error["evalue"]))
