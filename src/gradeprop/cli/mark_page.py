"""What a marker sees of one answer, as lines; nothing that was written by a student reaches the
terminal but as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from gradeprop.cli.screen import plain
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.public.saying import number
from gradeprop.records.marking.queue import KEYS, Marking

HELP = "Enter give and go on · n/p next, previous · s skip · c comment · u undo · q quit"
Line = tuple[str, str]
"""A line and its style."""

_STANDING = {
    "open": ("not marked yet", "yellow"),
    "again": ("marked before, but the answer or its points have changed: look again", "yellow"),
    "marked": ("marked", "green"),
}


def page(state: Marking, assignment: LoadedAssignment, width: int) -> Iterator[Line]:
    """The present answer with its rubric, key and contradictions, and what it has been given so
    far."""
    slug, _ = state.item.part
    exercise = next(item for item in assignment.exercises if item.slug == slug)
    title = f"{exercise.spec.title}: {state.part.title or state.part.part.replace('_', ' ')}"
    yield from _wrapped(title, width, "", "bold")
    yield f"answer {state.at + 1} of {len(state.items)}, {state.left} left to mark", "dim"
    yield "", ""
    yield from _wrapped(state.part.prompt, width, "  ", "dim")
    yield "", ""
    yield from _answer(state, width)
    yield "", ""
    yield from _rubric(state, width)
    yield "", ""
    standing, style = _STANDING[state.mark.standing]
    points = state.mark.points(state.part)
    other = " (given without the criteria)" if state.mark.other is not None else ""
    yield f"{number(points)} of {number(state.part.points)} points{other}, {standing}", style
    if state.mark.comment:
        yield from _wrapped(f"Comment: {state.mark.comment}", width, "", "")
    yield "", ""
    if state.message:
        yield state.message, "bold"
    last = len(state.part.rubric.criteria) - 1
    yield from _wrapped(
        f"{KEYS[0]}{f'–{KEYS[last]}' if last else ''} criteria · {HELP}", width, "", "dim"
    )


def _answer(state: Marking, width: int) -> Iterator[Line]:
    text = (state.item.text or "").strip()
    words = len(text.split())
    most = state.part.rubric.words
    limit = f" of at most {most}" if most else ""
    style = "bold red" if most and words > most else "bold"
    yield f"The answer ({words}{limit} word{'' if (most or words) == 1 else 's'})", style
    if state.item.note:
        yield from _wrapped(state.item.note, width, "  ", "yellow")
    if not text:
        yield "  (nothing)", "yellow"
    yield from _wrapped(text, width, "  ", "")


def _rubric(state: Marking, width: int) -> Iterator[Line]:
    rubric = state.part.rubric
    for key, item in zip(KEYS, rubric.criteria, strict=False):
        met = item.id in state.mark.met
        first = f"{key} [{'x' if met else ' '}] {number(item.points):>3}  "
        yield from _wrapped(item.text, width, first, "bold green" if met else "")
        if item.key:
            yield from _wrapped(f"key: {item.key}", width, " " * len(first), "cyan")
    if rubric.contradictions:
        yield "Contradicts a right answer:", "red"
    for text in rubric.contradictions:
        yield from _wrapped(text, width, "  - ", "red")


def _wrapped(text: str, width: int, first: str, style: str) -> Iterator[Line]:
    """Lines of a text, its own line ends kept; all after the first are indented like it."""
    rest = " " * len(first)
    lead = first
    for paragraph in plain(text.expandtabs(4)).strip("\n").split("\n"):
        for line in textwrap.wrap(
            paragraph,
            max(20, width),
            initial_indent=lead,
            subsequent_indent=rest,
            drop_whitespace=True,
        ) or [""]:
            yield line, style
        lead = rest
