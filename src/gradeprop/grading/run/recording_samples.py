"""Ask misconceptions' samples what the public checks ask, and write it down for the notebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gradeprop.course.fault_names import ids_in
from gradeprop.course.model import (
    CheckedPart,
    Course,
    ExplanationPart,
    LoadedAssignment,
    LoadedExercise,
)
from gradeprop.grading.checks.declared import clues_of
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.sampled import given
from gradeprop.grading.checks.script import Script
from gradeprop.grading.public.data import decode_script
from gradeprop.grading.public.sampled_data import encode_given
from gradeprop.grading.run.samples import Samples
from gradeprop.notebook.release import release_model
from gradeprop.session.interface import Outcome, Sandbox

__all__ = ["recorded_samples"]


def recorded_samples(
    course: Course,
    assignment: LoadedAssignment,
    public: Mapping[str, Any],
    sandboxes: Mapping[str, Sandbox],
) -> dict[str, Any]:
    """``{exercise: {check: {misconception: [given, …]}}}``, JSON-able and deterministic.

    Args:
        public: the assignment's public data, as recorded.
        sandboxes: an open one for each device.
    """
    samples = Samples(course, assignment, release_model(course, assignment, public), sandboxes)
    try:
        found = {
            exercise.slug: dict(_of_exercise(exercise, public.get(exercise.slug, {}), samples))
            for exercise in assignment.exercises
        }
    finally:
        samples.close()
    return {slug: checks for slug, checks in found.items() if checks}


def _of_exercise(
    exercise: LoadedExercise, data: Mapping[str, Any], samples: Samples
) -> Iterator[tuple[str, dict[str, Any]]]:
    for told in data.get("parts", ()):
        part = exercise.part(told["part"])
        assert not isinstance(part, ExplanationPart)
        single = [item.id for item in part.misconceptions if item.by_sample and item.public]
        several = (
            name for name in exercise.together(part.part) if set(ids_in(name)) <= set(single)
        )
        tried = [*single, *several]
        for check in told["checks"]:
            if check.get("reveal") == "verdict":
                continue  # what is known of mistakes there is sealed, and these would be read
            script = decode_script(check["script"])
            found = {}
            for name in tried:
                ways = samples.of(exercise.key(part.part), name, "cpu", script)
                known = list(_unknown(part, name, script, ways))
                if known:
                    found[name] = known
            if found:
                yield check["check"], found


def _unknown(
    part: CheckedPart, name: str, script: Script, ways: Iterable[Sequence[Outcome]]
) -> Iterator[dict[str, Any]]:
    """What samples gave, but for those that are recognised without."""
    for outcomes in ways:
        gave = given(script, outcomes, part.allowed)
        if gave is None:
            continue
        judgement = judge(
            script,
            outcomes,
            public=True,
            declared={},
            clues=clues_of(part.misconceptions),
            forbid=part.forbid,
            allowed=part.allowed,
        )
        if judgement.status == "failed" and judgement.misconception not in ids_in(name):
            yield encode_given(gave)
