"""What the benchmarks grade: a copy of the course and a class of submissions, no two with the same
text.

Each part holds the course's own solution or the sample of one of its misconceptions, drawn with a
fixed seed, so that two runs grade the same work."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from gradeprop.course.load import load_course
from gradeprop.course.model import CodePart, Course, LoadedAssignment, RepairPart
from gradeprop.grading.run.publish import release_of
from gradeprop.grading.verify import filled_in
from gradeprop.notebook.release import PartKey, ReleaseModel
from gradeprop.notebook.render import to_notebook

ROOT = Path(__file__).resolve().parents[1]
SEED = 20260101
RIGHT = 0.5
"""How likely a part holds the solution and not a misconception's sample."""


@dataclass(frozen=True)
class Workload:
    """A course folder of our own with ``submitted/`` filled, and what stands in it."""

    root: Path
    course: Course
    assignment: LoadedAssignment
    release: ReleaseModel
    notebooks: dict[str, bytes]
    """By student, in the order of their ids."""


def make_workload(
    root: Path,
    assignment: str,
    submissions: int,
    later: str | None = None,
    exercises: Sequence[str] = (),
) -> Workload:
    """Write ``submissions`` different hand-ins of ``assignment`` into a new course folder at
    ``root``, each with a further cell ``later`` at its end if given.

    Args:
        exercises: the only ones to leave in the assignment, all if not given.
    """
    root.mkdir(parents=True)
    shutil.copy(ROOT / "course.yaml", root)
    for folder in ("schemas", "exercises", "solutions", "graders"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    if exercises:
        _leave_only(root, assignment, exercises)
    course = load_course(root)
    loaded = course.assignment(assignment)
    if loaded is None:
        raise SystemExit(f"the course has no assignment {assignment!r}")
    release = release_of(course, loaded)
    numbers = random.Random(SEED)
    notebooks = {
        f"student{number:05d}": _with_cell(
            to_notebook(filled_in(release, _answers(loaded, number, numbers))), later
        )
        for number in range(submissions)
    }
    if len(set(notebooks.values())) != submissions:
        raise AssertionError("two submissions have the same text")
    for student, notebook in notebooks.items():
        path = root / "submitted" / student / assignment / f"{assignment}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(notebook)
    return Workload(root, course, loaded, release, notebooks)


def _leave_only(root: Path, assignment: str, exercises: Sequence[str]) -> None:
    path = root / "course.yaml"
    course = yaml.safe_load(path.read_text())
    (spec,) = (item for item in course["assignments"] if item["id"] == assignment)
    left_out = set(spec["exercises"]).difference(exercises)
    unknown = set(exercises).difference(spec["exercises"])
    if unknown:
        raise SystemExit(f"{assignment} has no exercise {', '.join(sorted(unknown))}")
    spec["exercises"] = [item for item in spec["exercises"] if item in exercises]
    path.write_text(yaml.safe_dump(course, sort_keys=False))
    for file in root.glob("exercises/*/*.yaml"):  # others may build on what is left out
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"(?m)^prerequisites:.*\n", "", text), encoding="utf-8")
    for file in root.glob(f"*/{assignment}/*"):
        if file.stem.removeprefix("test_") in left_out:
            file.unlink()
    folder = root / "exercises" / assignment
    texts = [item.read_text(encoding="utf-8") for item in folder.glob("*.yaml")]
    for file in folder.iterdir():  # what only those that are left out refer to
        if file.suffix != ".yaml" and not any(file.name in text for text in texts):
            file.unlink()


def _with_cell(notebook: bytes, source: str | None) -> bytes:
    if source is None:
        return notebook
    document = json.loads(notebook)
    cell = {"cell_type": "code", "id": "later", "metadata": {}, "source": source}
    document["cells"].append({**cell, "outputs": [], "execution_count": None})
    return json.dumps(document).encode()


def _answers(
    assignment: LoadedAssignment, number: int, numbers: random.Random
) -> dict[PartKey, str]:
    answers = {}
    for exercise in assignment.exercises:
        for part in exercise.spec.parts:
            source = exercise.solution[part.part]
            wrong = [way for ways in exercise.samples(part.part).values() for way in ways]
            if wrong and numbers.random() >= RIGHT:
                source = numbers.choice([source, *wrong])
            if isinstance(part, (CodePart, RepairPart)):
                source = f"# Submission {number}.\n{source}"
            answers[exercise.slug, part.part] = source
    return answers
