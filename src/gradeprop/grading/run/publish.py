"""Record an assignment's public checks: their fixed inputs, the expected numbers, the words for
mistakes.

The graders run once, without any student: what they ask and expect is the public data that the
notebook carries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gradeprop.course.model import (
    Check,
    ChoicePart,
    CodePart,
    Course,
    LoadedAssignment,
    LoadedExercise,
)
from gradeprop.errors import GraderFault
from gradeprop.grading.checks.declared import clues_of
from gradeprop.grading.checks.plugin import GradingPlugin
from gradeprop.grading.checks.pytest_run import run_pytest
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.seeds import public_seed
from gradeprop.grading.checks.sites import CheckSite, Rewrite
from gradeprop.grading.public.data import encode_script
from gradeprop.notebook.release import ReleaseModel, release_model


class _Recorder:
    """An `Examiner` that keeps every public check's script."""

    subjects = 1

    def __init__(self) -> None:
        self.scripts: dict[tuple[str, str], Script] = {}
        self.faults: list[str] = []

    def wanted(self, site: CheckSite) -> bool:
        return site.check.public and not site.check.voided

    def seed(self, subject: int, site: CheckSite, attempt: int) -> bytes:  # noqa: ARG002
        return public_seed(*site.key, attempt)

    def prerequisite(self, subject: int, site: CheckSite, device: str) -> str | None:  # noqa: ARG002
        return None

    def examine(
        self,
        subject: int,  # noqa: ARG002
        site: CheckSite,
        device: str,  # noqa: ARG002
        script: Script,
        again: Rewrite,  # noqa: ARG002
    ) -> str | None:
        earlier = self.scripts.get(site.key)
        self.scripts[site.key] = script if earlier is None else _joined(earlier, script)
        return None

    def fault(self, subject: int, site: CheckSite, device: str, error: str) -> None:  # noqa: ARG002
        self.faults.append(f"{site.exercise.grader}: test_{site.check.check}: {error.strip()}")

    def finished(self, subject: int) -> None:
        pass


def release_of(course: Course, assignment: LoadedAssignment) -> ReleaseModel:
    """The released notebook with its public checks.

    Raises:
        GraderFault: as `record_public_checks`.
    """
    return release_model(course, assignment, record_public_checks(course, assignment))


def record_public_checks(course: Course, assignment: LoadedAssignment) -> dict[str, Any]:
    """The public data of an assignment, JSON-able and deterministic: ``{exercise: data}``.

    Raises:
        GraderFault: a grader fails by itself, before any student is involved.
    """
    recorder = _Recorder()
    plugin = GradingPlugin(course, assignment, ("cpu",), recorder)
    errors = run_pytest(course, assignment.exercises, plugin)
    faults = [*errors.values(), *recorder.faults]
    if faults:
        raise GraderFault(
            "a grader fails by itself:\n" + "\n".join(faults), remedy="mend it; see the trace above"
        )
    return {
        exercise.slug: _exercise_data(exercise, recorder.scripts)
        for exercise in assignment.exercises
    }


def _exercise_data(
    exercise: LoadedExercise, scripts: dict[tuple[str, str], Script]
) -> dict[str, Any]:
    parts = [part for part in exercise.spec.parts if isinstance(part, (CodePart, ChoicePart))]
    return {
        "title": exercise.spec.title,
        "parts": [_part_data(exercise, part, scripts) for part in parts],
    }


def _part_data(
    exercise: LoadedExercise,
    part: CodePart | ChoicePart,
    scripts: dict[tuple[str, str], Script],
) -> dict[str, Any]:
    # Part by part: the same mistake may be spoken of in other words in another part.
    spoken = {item.id: item.say.strip() for item in part.misconceptions if item.public}
    clues = {
        name: {"seen": list(found.seen), "unseen": list(found.unseen), "unsure": found.unsure}
        for name, found in clues_of(part.misconceptions).items()
        if name in spoken
    }
    counted = [check for check in part.checks if not check.voided]
    public = [check for check in counted if check.public]
    given = sum(check.points for check in part.checks if check.voided)
    names = {check.check for check in public}

    def check_data(check: Check) -> dict[str, Any]:
        return {
            "check": check.check,
            "describe": check.describe.strip(),
            "points": check.points,
            "needs": [name for name in check.needs if name in names],
            "script": encode_script(scripts[exercise.slug, check.check], frozenset(spoken)),
        }

    return {
        "part": part.part,
        "title": _title(exercise, part),
        "points": part.points,
        **({"given": given} if given else {}),
        "hidden": len(counted) - len(public),
        "forbid": list(part.forbid),
        "words": spoken,
        **({"clues": clues} if clues else {}),
        **({"options": list(part.options)} if isinstance(part, ChoicePart) else {}),
        "checks": [check_data(check) for check in public],
    }


def _title(exercise: LoadedExercise, part: CodePart | ChoicePart) -> str:
    if part.title is None and len(exercise.spec.parts) == 1:
        return exercise.spec.title
    return f"{exercise.spec.title} – {part.title or part.part.replace('_', ' ')}"


def _joined(first: Script, second: Script) -> Script:
    """Two scripts of one parametrised check as one."""
    shift = len(first.asks)
    moved = tuple(
        replace(probe, handle=replace(probe.handle, ask=probe.handle.ask + shift))
        for probe in second.probes
    )
    return Script(first.asks + second.asks, first.probes + moved)
