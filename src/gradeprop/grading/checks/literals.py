"""What a grader writes down is checked where it is written, and not when a student is graded."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import Any

from gradeprop.course.rule_words import RULE_WORDS
from gradeprop.gradients.problems.problem import Problem

__all__ = ["refuse_unknown_ids", "refuse_unknown_words", "refuse_what_is_no_problem"]


def refuse_what_is_no_problem(problem: Any) -> None:
    """
    Raises:
        TypeError: it is an answer, and not a problem that has one.
    """
    if isinstance(problem, Problem):
        return
    shown = repr(problem)
    said = shown if len(shown) <= 60 else "..."
    raise TypeError(
        f"to_match() takes a problem, not {type(problem).__name__}: write to_match(Fixed({said}))"
    )


def refuse_unknown_words(**words: str) -> None:
    """
    Args:
        words: option -> its word: ``kinds="either"``.

    Raises:
        ValueError: an option does not know its word.
    """
    for option, word in words.items():
        if word not in RULE_WORDS[option]:
            what = f"{option}={word!r} is not known"
            raise ValueError(f"{what}; {_nearest(str(word), RULE_WORDS[option])}")


def refuse_unknown_ids(problem: Problem, known: frozenset[str] | None) -> None:
    """
    Args:
        known: ids that the exercise declares or that the engine knows; None: any.

    Raises:
        ValueError: the problem says what another id gives.
    """
    if known is None:
        return
    for name in sorted(problem.stated - known):
        raise ValueError(
            f"{type(problem).__name__}: no misconception of this exercise has the id {name!r}; "
            f"{_nearest(name, known)}"
        )


def _nearest(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known here: {', '.join(sorted(known))}"
