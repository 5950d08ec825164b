"""A notebook that carries its gradeprop, handed in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Setting, Submission
from gradeprop.grading.run.publish import release_in_use
from gradeprop.notebook.packing import packed
from student.released import course, filled, solutions

ASSIGNMENT = "a03_fields"
OWN = "import types\ngp = types.SimpleNamespace(check=lambda *a: 100.0, progress=print)"


@pytest.fixture(scope="module")
def setting(warm_sandbox: Any) -> Setting:
    assignment = course().assignment(ASSIGNMENT)
    release, _ = release_in_use(course(), assignment)
    return Setting(course(), assignment, release, b"k" * 32, ("cpu",), {"cpu": warm_sandbox()})


def changed(source: str) -> str:
    """A solved notebook whose set-up cell holds this."""
    notebook = json.loads(filled(ASSIGNMENT, solutions(ASSIGNMENT)))
    for cell in notebook["cells"]:
        if cell["id"] == f"{ASSIGNMENT}-setup":
            cell["source"] = source
    return json.dumps(notebook)


@pytest.mark.slow
def test_it_gets_all_its_points_and_whatever_was_done_to_what_it_carries_changes_none(
    setting: Setting,
) -> None:
    solved = filled(ASSIGNMENT, solutions(ASSIGNMENT))
    damaged = solved.replace(packed().text[:40], "!" * 40)
    handed_in = {"whole": solved, "damaged": damaged, "own": changed(OWN), "gone": changed("")}
    assert damaged != solved
    results: dict[str, Any] = {}
    grade_batch(
        setting,
        [Submission(name, text.encode()) for name, text in handed_in.items()],
        lambda result: results.update({result.student: result}),
    )
    assert {name: result.score for name, result in results.items()} == dict.fromkeys(
        handed_in, setting.assignment.points
    )
    told = {name: result.versions.get("student_package") for name, result in results.items()}
    here = f"{packed().version} {packed().digest}"
    assert told == {"whole": here, "damaged": here, "own": None, "gone": None}
    assert results["whole"].message is None
