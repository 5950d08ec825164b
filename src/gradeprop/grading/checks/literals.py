"""What a grader writes down is checked where it is written, and not when a student is graded."""

from __future__ import annotations

from typing import Any

from gradeprop.course.nearest import LIST_OF_IDS, did_you_mean
from gradeprop.course.rule_words import RULE_WORDS
from gradeprop.gradients.problems.problem import Problem

__all__ = [
    "refuse_unknown_ids",
    "refuse_unknown_words",
    "refuse_what_are_no_names",
    "refuse_what_is_no_flag",
    "refuse_what_is_no_problem",
]


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
            raise ValueError(f"{what}; {did_you_mean(word, RULE_WORDS[option])}")


def refuse_what_is_no_flag(**flags: object) -> None:
    """
    Args:
        flags: option -> what is asked of it: ``is_leaf=True``, None where nothing is.

    Raises:
        TypeError: it is neither.
    """
    for option, asked in flags.items():
        if asked is not None and not isinstance(asked, bool):
            raise TypeError(f"{option}={asked!r} is no truth value; write True or False")


def refuse_what_are_no_names(option: str, names: object) -> None:
    """
    Raises:
        TypeError: a single word stands for a tuple of names, or one of them is no word.
    """
    if isinstance(names, str):
        raise TypeError(f"{option} takes a tuple of names: write {option}=({names!r},)")
    if not isinstance(names, tuple | list) or not all(isinstance(name, str) for name in names):
        raise TypeError(f'{option} takes a tuple of names, not {names!r}: write {option}=("w",)')


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
            f"{did_you_mean(name, sorted(known), LIST_OF_IDS)}"
        )
