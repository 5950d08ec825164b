"""The page on what others may rely on says what is so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

from gradeprop import errors
from gradeprop.grading.result.verdict import (
    PartKind,
    Status,
    SubmissionResult,
    SubmissionStatus,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "contract.md").read_text(encoding="utf-8")


def test_the_result_has_exactly_the_fields_that_the_page_shows(
    shown_result: SubmissionResult,
) -> None:
    block = re.search(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert block
    page, real = json.loads(block[1]), json.loads(json.dumps(shown_result.to_json()))
    # The bundled notebooks carry no gradeprop.
    assert set(page["versions"]) - set(real["versions"]) == {"student_package"}
    del page["versions"], real["versions"]
    (told,) = page["exercises"]
    real["exercises"] = [item for item in real["exercises"] if item["exercise"] == told["exercise"]]
    assert _shape(page) == _shape(real)
    for key in ("score", "max_score", "auto_score", "status"):
        assert page[key] == real[key]
    shown, found = (
        exercises[0]["parts"][0]["checks"][0]
        for exercises in (page["exercises"], real["exercises"])
    )
    assert (shown["asked"], shown["report"]) == (found["asked"], found["report"])
    assert shown["rows"][0] == found["rows"][0]


def _shape(value: Any) -> Any:
    """The keys, and those of the first of each list."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    return [_shape(value[0])] if isinstance(value, list) else None


def test_every_status_and_kind_is_told() -> None:
    for word in (*get_args(Status), *get_args(SubmissionStatus), *get_args(PartKind)):
        assert f"`{word}`" in PAGE


def test_every_exit_code_is_told() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE)} | {130}
    classes = [thing for thing in vars(errors).values() if isinstance(thing, type)]
    real = {thing.exit_code for thing in classes if issubclass(thing, errors.GradepropError)}
    assert told == real | {0}
    assert "exit code is then 130" in PAGE
