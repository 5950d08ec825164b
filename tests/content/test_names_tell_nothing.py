"""What a check passes to an answer must not say by its name which answer is right."""

from __future__ import annotations

from typing import Any

import pytest

from content.conftest import Answer, graded

ENDINGS = ["_back", "_back_1", "_back_2", "_back_3", "_back_4"]


def by_name(condition: str) -> Answer:
    source = f"def gradient_ok(f, backward, x):\n    return {condition}\n"
    return Answer("check_the_checker", "code", 1, "unnamed", source)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_name_of_a_backward_does_not_tell_whether_it_is_right(
    settings: Any, ending: str
) -> None:
    given = [
        by_name(f"{verdict}backward.__name__.endswith({ending!r})") for verdict in ("", "not ")
    ]
    for _, part in graded(settings["a05_backprop"], given):
        assert part.score == 0
