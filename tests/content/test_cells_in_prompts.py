"""A prompt that points to a locked cell points to where the notebook has it."""

from __future__ import annotations

from typing import Any

import pytest

from course.shipped import shipped

PARTS = [
    (exercise.slug, exercise.spec, part)
    for assignment in shipped().assignments
    for exercise in assignment.exercises
    for part in exercise.spec.parts
]


@pytest.mark.parametrize(
    ("slug", "spec", "part"), PARTS, ids=[f"{s}-{p.part}" for s, _, p in PARTS]
)
def test_a_locked_cell_stands_where_the_prompt_says(slug: str, spec: Any, part: Any) -> None:
    prompt = " ".join(part.prompt.split())
    if "cell above" in prompt:
        assert spec.given, f"{slug}: no locked cell stands above its prompts"
        assert not part.given, f"{slug}/{part.part}: its own locked cell stands below the prompt"
    if "locked cell below" in prompt:
        assert part.given or part.after, f"{slug}/{part.part}: no locked cell stands below"
