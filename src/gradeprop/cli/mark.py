"""``gradeprop mark``: a person marks explanations by their rubric, in the terminal."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from gradeprop.cli import screen
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.course.model import ExplanationPart, LoadedAssignment
from gradeprop.errors import MissingFacility, UsageError

if TYPE_CHECKING:
    from gradeprop.course.keys import PartKey
    from gradeprop.records.marking.in_gradebook import MarkingBook
    from gradeprop.records.marking.queue import Given, Marking

_KEYS = {
    "\r": "enter", "\n": "enter",
    "\x1b[C": "n", "\x1b[B": "n", "\x1b[D": "p", "\x1b[A": "p",
    "\x03": "q", "\x04": "q",
}  # fmt: skip


def run(
    name: str,
    exercise: str | None,
    submitted: Path | None,
    folder: Path | None,
    *,
    everything: bool,
) -> None:
    """Mark until nothing is left or the marker quits; what was marked is in the gradebook then.

    Raises:
        UsageError: no such exercise, nothing to mark in it, nothing graded yet, or no terminal.
        MissingFacility: nbgrader is not installed, or its gradebook cannot be used.
    """
    root, course = open_course(folder)
    assignment = named_assignment(course, name)
    parts = _parts(assignment, exercise)
    if importlib.util.find_spec("nbgrader") is None:
        raise MissingFacility(
            "marks are kept in nbgrader's gradebook, and nbgrader is not installed",
            remedy="pip install 'gradeprop[grade]'",
        )
    from gradeprop.records.marking.in_gradebook import MarkingBook

    # Without results there may be no gradebook either, and looking into one would make it.
    if not any((root / "results" / name).glob("*.json")):
        raise UsageError(
            f"no answer of {name} is graded yet", remedy=f"run `gradeprop grade {name}`"
        )
    with MarkingBook(course, assignment, parts, submitted or root / "submitted") as book:
        items, marks = book.answers()
        for note in book.notes:
            screen.err().print(screen.plain(note), soft_wrap=True)
        if not items:
            raise UsageError(
                f"no answer of {name} is graded yet", remedy=f"run `gradeprop grade {name}`"
            )
        waiting = sum(mark.standing != "marked" for mark in marks)
        if not waiting and not everything:
            screen.err().print(
                f"All {len(items)} answers are marked (--all goes through them again)."
            )
            return
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError(
                "marking needs a terminal",
                remedy="run it in one, or mark with `nbgrader formgrade`",
            )
        from gradeprop.records.marking.queue import begin

        over = _mark(begin(parts, items, marks), book, assignment)
    screen.err().print(f"{len(items) - over.left} of {len(items)} answers are marked.")


def _parts(assignment: LoadedAssignment, only: str | None) -> dict[PartKey, ExplanationPart]:
    known = [exercise.slug for exercise in assignment.exercises]
    if only is not None and only not in known:
        raise UsageError(
            f"{assignment.id} has no exercise {only!r}", remedy=f"its exercises: {', '.join(known)}"
        )
    parts = {
        key: part
        for key, part in assignment.parts()
        if isinstance(part, ExplanationPart) and only in (None, key.exercise)
    }
    if not parts:
        raise UsageError(
            f"{only or assignment.id} asks for no explanation: there is nothing to mark by hand",
            remedy="`gradeprop grade` marks all the rest",
        )
    return parts


def _mark(state: Marking, book: MarkingBook, assignment: LoadedAssignment) -> Marking:
    """Show, read a key, do what it says; write down what is marked whenever an answer is left."""
    from gradeprop.records.marking.queue import comment, press

    saved: Sequence[Given] = state.marks
    try:
        while not state.over:
            _show(state, assignment)
            for key in _keys():
                if key == "c":
                    text = _asked(state.mark.comment)
                    state = state if text is None else comment(state, text)
                    continue
                at, state = state.at, press(state, key)
                if state.at != at or key == "enter":
                    saved = _save(state, book, saved)
                if state.over:
                    break
    finally:
        _save(state, book, saved)
    return state


def _save(state: Marking, book: MarkingBook, saved: Sequence[Given]) -> Sequence[Given]:
    from gradeprop.records.marking.queue import unsaved

    changed = unsaved(state, saved)
    if changed:
        book.save([(state.items[number], state.marks[number]) for number in changed])
    return state.marks


def _show(state: Marking, assignment: LoadedAssignment) -> None:
    from gradeprop.cli.mark_page import page

    out = screen.out()
    out.clear()
    for line, style in page(state, assignment, min(out.width, 100)):
        out.print(Text(line, style=style), soft_wrap=True)


def _keys() -> list[str]:
    """What was pressed: one key, or several by a quick hand. An arrow is several characters, and
    one key."""
    try:
        pressed = typer.getchar()
    except (KeyboardInterrupt, EOFError):
        return ["q"]
    keys = [pressed] if pressed.startswith("\x1b") else list(pressed)
    return [_KEYS.get(key, key) for key in keys]


def _asked(present: str) -> str | None:
    """The comment as the marker types it; None to leave it as it is."""
    keeps = "; empty keeps it, - removes it" if present else ""
    try:
        text = input(f"Comment{keeps}: ").strip()
    except (KeyboardInterrupt, EOFError):
        return None
    if not text:
        return None
    return "" if text == "-" else text
