"""What is said of where a student stands: of each exercise, of all in all, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from gradeprop.grading.public.marks import mark_of
from gradeprop.grading.public.saying import points, sure_in_all
from gradeprop.grading.public.standing import ExerciseStanding, PartStanding, State, Written
from gradeprop.wording import counted

__all__ = ["all_in_all", "mark_for", "next_step", "parts_passed"]

_NOT_TOLD = "Answers in your own words, if there are any, are not counted here."
_NOTHING_RUN = (
    "No check has been run since the notebook was started. Run all of its cells, from the first "
    "one to this one: then this shows what the checks have found."
)
_STATES: dict[State, tuple[str, str]] = {
    "passed": mark_of("passed"),
    "not yet": mark_of("failed"),
    "not begun": mark_of("failed", True),
    "not checked": ("○", "not checked"),
    "stopped": mark_of("error"),
    "error": mark_of("error"),
}
_BEGUN = ("○", "begun")


def mark_for(exercise: ExerciseStanding) -> tuple[str, str]:
    """Sign and word for a whole exercise."""
    states = {part.state for part in exercise.parts}
    if not states:
        return mark_of("manual")
    troubles: tuple[State, ...] = ("not yet", "stopped", "error")
    for state in troubles:
        if state in states:
            return _STATES[state]
    if len(states) == 1:
        return _STATES[states.pop()]
    return _BEGUN if "passed" in states else _STATES["not begun"]


def parts_passed(exercise: ExerciseStanding) -> str:
    """How many of the parts have passed, if it is some of several."""
    passed = sum(part.state == "passed" for part in exercise.parts)
    count = len(exercise.parts)
    return f"{passed} of {count} parts passed" if 0 < passed < count else ""


def all_in_all(exercises: Sequence[ExerciseStanding]) -> str:
    """The sums, in sentences."""
    sure, later = sum(it.sure for it in exercises), sum(it.open for it in exercises)
    in_words = sum(it.in_words for it in exercises)
    total = in_words + sum(part.points for it in exercises for part in it.parts)
    text = sure_in_all(sure, total, later)
    sentences = [text[:1].upper() + text[1:]]
    if here := sum(it.here for it in exercises):
        sentences.append(f"{points(here)} {_is(here)} still to be won here.")
    if in_words:
        sentences.append(
            f"{points(in_words)} {_is(in_words)} for your own words, which a person reads; whether "
            "they are written cannot be seen here."
        )
    if any(it.written is None for it in exercises):
        sentences.append(_NOT_TOLD)
    return " ".join(sentences)


def _is(count: float) -> str:
    return "is" if count == 1 else "are"


def next_step(exercises: Sequence[ExerciseStanding]) -> str:
    """What to do next: of all that is left, the first."""
    parts = [part for exercise in exercises for part in exercise.parts]
    left = [part for part in parts if part.state != "passed"]
    if left and all(part.state == "not checked" for part in parts if part.checks):
        return _NOTHING_RUN
    if left:
        return _step(left[0])
    written = [answer for exercise in exercises for answer in exercise.written or ()]
    passed = "Every check has passed." if parts else ""
    read = _read_again(written) if written else ""
    return f"{passed} {read}".strip()


def _step(part: PartStanding) -> str:
    title = f"“{part.title}”"
    if part.state == "not begun":
        return (
            f"Begin {title}: write your answer, run its cell (Shift + Enter), then run the check "
            "below it."
        )
    if part.state == "not checked":
        return f"Check {title}: run the check below your answer."
    if part.state == "stopped":
        return (
            f"Go on with {title}: its check was stopped before it was done. Is there a loop that "
            "never ends?"
        )
    if part.state == "error":
        return (
            f"Check {title} again: its check could not be run. If it still fails, restart the "
            "kernel and run all cells again."
        )
    found = f"{part.right} of {counted(part.checks, 'check')} passed"
    return f"Go on with {title} ({found}): change your answer, run its cell, then check it again."


def _read_again(written: Sequence[Written]) -> str:
    titles = ", ".join(f"“{answer.title}” ({points(answer.points)})" for answer in written)
    return f"See that you have written what is asked for in your own words: {titles}."
