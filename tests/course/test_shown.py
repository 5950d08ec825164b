"""What a check says it shows of a wrong answer: ``reveal`` and ``plot``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course.minimal import EXERCISE, EXPLAIN, course_files, replaced, write_course
from gradeprop.course.load import load_course

Problems = Callable[[dict[str, str | bytes | None]], list[str]]
PUBLIC = "public: true\n"
HIDDEN = "needs: [shape]\n"


def declared(after: str, *lines: str) -> dict[str, str | bytes | None]:
    """The minimal exercise with further keys of the check that has the line ``after``."""
    return {**replaced(EXERCISE, after, after + "".join(f"        {line}\n" for line in lines))}


@pytest.mark.parametrize("key", ["reveal: numbers", "reveal: verdict", "plot: curve"])
def test_a_hidden_check_shows_nothing(problems: Problems, key: str) -> None:
    name = key.split(":")[0]
    (problem,) = problems(declared(HIDDEN, key))
    assert problem == (
        f"{EXERCISE}:24:{11 + len(name)}: the check 'matches_autograd' is hidden, so {name} has no "
        f"effect; delete {name}, or set public: true"
    )


def test_a_plot_cannot_show_what_reveal_keeps_back(problems: Problems) -> None:
    (problem,) = problems(declared(PUBLIC, "reveal: verdict", "plot: field"))
    assert problem == (
        f"{EXERCISE}:21:15: the plot of 'shape' would show the numbers that it keeps back; delete "
        "plot, or write reveal: numbers"
    )


def test_a_choice_keeps_its_numbers_back_unless_it_says_otherwise(problems: Problems) -> None:
    assert PUBLIC in course_files()[EXPLAIN]
    changed = replaced(EXPLAIN, PUBLIC, f"{PUBLIC}        plot: curve\n")
    (problem,) = problems({**changed})
    assert "would show the numbers that it keeps back" in problem


@pytest.mark.parametrize(
    ("plot", "said"),
    [
        ("curv", "plot cannot be the text 'curv'; did you mean 'curve'?"),
        ("3", "plot must be a mapping, not the number 3; write 'key: value' lines"),
        ("{kind: lines}", "kind cannot be the text 'lines'"),
        ("{kind: curve, ovr: w}", "unknown key 'ovr'; did you mean 'over'?"),
        ("{kind: field, over: w}", "over means nothing for a field, only for a curve"),
        ("{kind: curve, steps: n}", "steps means nothing for a curve, only for a path"),
        ("{over: w}", "the key 'kind' is missing here; add it: curve: a function of one"),
    ],
)
def test_a_slip_in_a_plot_is_told(problems: Problems, plot: str, said: str) -> None:
    (problem,) = problems(declared(PUBLIC, f"plot: {plot}"))
    assert said in problem
    assert problem.startswith(f"{EXERCISE}:20:")


def test_a_kind_alone_is_short_for_the_plot_in_full(tmp_path: Path) -> None:
    found = []
    for number, plot in enumerate(("curve", "{kind: curve}")):
        course = load_course(
            write_course(tmp_path / str(number), declared(PUBLIC, f"plot: {plot}"))
        )
        found.append(course.assignments[0].exercises[0].spec.parts[0].checks[0].plot)
    assert found[0] is not None
    assert found[0] == found[1]
