"""Every sample, slip and mutant of the course, graded in one run; docs/course-proof.md shows what
came of it."""

from __future__ import annotations

from typing import Any

import proof_page
import pytest

# Of the slips of an exercise whose cause is known, so many may go without it: one in ten, or two.
FEW = 2


@pytest.fixture(scope="module")
def data() -> Any:
    return proof_page.verified()


def of(exercise: str, slips: Any) -> Any:
    return [slip for slip in slips if slip["exercise"] == exercise and slip["acceptable"]]


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_every_sample_is_named_and_no_slip_has_a_wrong_cause(data: Any) -> None:
    assert [proof for proof in data["proofs"] if proof["problems"]] == []
    assert [slip for slip in data["slips"] if slip["problems"]] == []
    assert data["precision"] == 1
    for exercise in {slip["exercise"] for slip in data["slips"]}:
        known = of(exercise, data["slips"])
        unnamed = [slip["slip"] for slip in known if not slip["named"]]
        assert len(unnamed) <= max(FEW, len(known) // 10), (exercise, unnamed)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_every_mutant_is_caught_or_excused(data: Any) -> None:
    survivors = [item for item in data["mutants"] if item["survives"] and not item["excused"]]
    assert survivors == []
    assert (data["not_tried"], data["unused_excuses"]) == ({}, [])
    assert (data["faults"], data["mutant_faults"]) == ([], [])


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_page_shows_it(data: Any) -> None:
    made = proof_page.page(data, proof_page.right_styles())
    assert proof_page.PAGE.read_text(encoding="utf-8") == made, "run python scripts/proof_page.py"


def test_a_mutant_that_is_as_right_is_shown_with_its_reason() -> None:
    mutant = {"exercise": "e", "survives": True, "excused": "Because a | b.", "after": ""}
    kept = {**mutant, "before": "    x = x.clone()\n"}
    case = {"exercise": "e", "kind": "misconception"}
    slip = {"exercise": "e", "acceptable": ["ascent"], "named": [], "problems": []}
    proof = {"case": case, "problems": []}
    page = proof_page.page({"proofs": [proof], "slips": [slip], "mutants": [kept]}, {"e": 2})
    assert "| e | 1 | 1 | 2 | 1 | 0 | 1 | 0 | 1 | 0 | 1 |\n" in page
    assert r"| e | `x = x.clone()` left out | Because a \| b. |" in page
