"""An assignment's public checks: their fixed inputs, the expected numbers, the words for mistakes;
and the notebook that carries them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import GraderFault
from gradeprop.grading.run.figures import drawn
from gradeprop.grading.run.recording import recorded
from gradeprop.grading.run.recording_samples import recorded_samples
from gradeprop.notebook.packing import packed
from gradeprop.notebook.release import ReleaseModel, release_model
from gradeprop.session.interface import Sandbox

__all__ = ["record_public_checks", "release_in_use", "release_of"]


def release_of(
    course: Course,
    assignment: LoadedAssignment,
    sandboxes: Callable[[], Mapping[str, Sandbox]] | None = None,
    *,
    progress: bool = True,
) -> ReleaseModel:
    """The released notebook with its public checks and figures, and what known wrong answers give
    to the checks.

    Args:
        sandboxes: called if samples are to be run, gives an open one for the CPU; without it, the
            notebook knows what is recognised by ids and patterns alone.
        progress: as of `release_model`.

    Raises:
        GraderFault: as `record_public_checks` and `drawn`.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        pictures = beside.submit(drawn, course, assignment)
        public = record_public_checks(course, assignment)
        samples = {}
        if sandboxes is not None and assignment.carries_samples:
            samples = recorded_samples(course, assignment, public, sandboxes())
        figures = pictures.result()
        package = course.spec.install or packed()
        return release_model(
            course, assignment, public, samples, figures, package, progress=progress
        )


def record_public_checks(course: Course, assignment: LoadedAssignment) -> dict[str, Any]:
    """The public data of an assignment, JSON-able and deterministic: ``{exercise: data}``.

    Raises:
        GraderFault: a grader fails by itself, before any student is involved.
    """
    found = recorded(course, assignment)
    if found.faults:
        checks: dict[str, list[str]] = {}
        for (exercise, check), why in found.faults.items():
            checks.setdefault(why, []).append(f"{exercise} {check}")
        told = [f"{', '.join(names)}: {why.strip()}" for why, names in checks.items()]
        raise GraderFault("\n".join(["a grader fails by itself; mend it there:", *told]))
    return found.data


def release_in_use(
    course: Course,
    assignment: LoadedAssignment,
    *,
    figures: bool = False,
    progress: bool = True,
    meanwhile: Callable[[], object] | None = None,
) -> tuple[ReleaseModel, dict[tuple[str, str], str]]:
    """The released notebook for work that has been handed in, and by exercise and check the faults
    of graders that fail by themselves: all other checks can be graded.

    Args:
        figures: whether somebody will look at the figures; else they are not drawn.
        progress: as of `release_model`; as it was released, so that a gradebook keeps its list of
            cells. What was handed in is graded alike.
        meanwhile: as of `recorded`.

    Raises:
        GraderFault: the graders cannot be run at all; or as `drawn`.
    """
    found = recorded(course, assignment, meanwhile)
    pictures = drawn(course, assignment) if figures else {}
    release = release_model(course, assignment, found.data, figures=pictures, progress=progress)
    return release, found.faults
