from __future__ import annotations

import inspect

from gradeprop.gradients.loops import wrong_loops, wrong_slopes
from gradeprop.gradients.loops.wrong import WRONG

SECOND_NAMES = {"sign_flipped": "ascent"}


def test_an_id_is_the_name_of_what_works_it_out() -> None:
    for name, function in WRONG.items():
        assert function.__name__ == SECOND_NAMES.get(name, name)


def test_nothing_that_is_written_down_is_left_out() -> None:
    written = set()
    for module in (wrong_loops, wrong_slopes):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                written.add(function)
    assert written == set(WRONG.values())
