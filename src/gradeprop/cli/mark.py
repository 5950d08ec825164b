"""``gradeprop mark``: a person marks explanations by their rubric, in the terminal or a browser."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop.cli import screen
from gradeprop.cli.installed import INSTALL_GRADE
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.course.model import ExplanationPart, LoadedAssignment
from gradeprop.errors import MissingFacility, UsageError

if TYPE_CHECKING:
    from gradeprop.course.keys import PartKey
    from gradeprop.records.marking.in_gradebook import MarkingBook
    from gradeprop.records.marking.queue import Marking


@dataclass(frozen=True)
class Request:
    """What the command was asked.

    Attributes:
        everything: begin even if every answer is marked.
        port: with ``web``; None for any that is free.
    """

    name: str
    exercise: str | None = None
    submitted: Path | None = None
    folder: Path | None = None
    everything: bool = False
    web: bool = False
    port: int | None = None


def run(asked: Request) -> None:
    """Mark until the marker quits; what was marked is in the gradebook then.

    Raises:
        UsageError: no such exercise, nothing to mark in it, nothing graded yet, no terminal, or a
            port that is taken.
        MissingFacility: nbgrader or, for a browser, textual-serve is not installed, or the
            gradebook cannot be used.
    """
    root, course = open_course(asked.folder)
    assignment = named_assignment(course, asked.name)
    parts = _parts(assignment, asked.exercise)
    _demand(asked)
    from gradeprop.records.marking.in_gradebook import MarkingBook

    # Without results there may be no gradebook either, and looking into one would make it.
    if not any((root / "results" / asked.name).glob("*.json")):
        raise _not_graded(asked.name)
    submitted = asked.submitted or root / "submitted"
    with MarkingBook(course, assignment, parts, submitted) as book:
        items, marks = book.answers()
        for note in book.notes:
            screen.err().print(screen.plain(note), soft_wrap=True)
        if not items:
            raise _not_graded(asked.name)
        waiting = sum(mark.standing != "marked" for mark in marks)
        if not waiting and not asked.everything:
            screen.err().print(
                f"All {len(items)} answers are marked (--all goes through them again)."
            )
            return
        if not asked.web:
            _demand_screen()
            from gradeprop.records.marking.groups import grouped
            from gradeprop.records.marking.queue import begin

            groups = grouped(parts, items, marks)
            over = _mark(begin(parts, items, marks, groups), book, assignment)
            unwritten = sum(
                item.id in book.changed and mark.standing == "marked"
                for item, mark in zip(over.items, over.marks, strict=True)
            )
            marked = len(items) - over.left - unwritten
            screen.err().print(f"{marked} of {len(items)} answers are marked.")
            if book.changed:
                from gradeprop.cli.mark_page import changed_meanwhile

                screen.err().print(changed_meanwhile(len(book.changed)), soft_wrap=True)
            return
    _serve(asked, root)


def _demand(asked: Request) -> None:
    if importlib.util.find_spec("nbgrader") is None:
        raise MissingFacility(
            "marks are kept in nbgrader's gradebook, and nbgrader is not installed",
            remedy=INSTALL_GRADE,
        )
    if asked.port is not None and not asked.web:
        raise UsageError("--port is for --web", remedy="add --web")
    if asked.web and importlib.util.find_spec("textual_serve") is None:
        raise MissingFacility(
            "a browser is served by textual-serve, which is not installed",
            remedy="pip install 'gradeprop[web]'",
        )


def _demand_screen() -> None:
    # Textual's own variable: textual-serve draws elsewhere, and there is no terminal then.
    served = os.environ.get("TEXTUAL_DRIVER")
    if not served and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "marking needs a terminal",
            remedy="run it in one, use --web, or mark with `nbgrader formgrade`",
        )


def _not_graded(name: str) -> UsageError:
    return UsageError(f"no answer of {name} is graded yet", remedy=f"run `gradeprop grade {name}`")


def _serve(asked: Request, root: Path) -> None:
    """The same command again for each page that a browser opens."""
    from gradeprop.cli.mark_web import MarkServer

    command = [sys.executable, "-m", "gradeprop", "mark", asked.name, "--all"]
    command += ["--course", str(root.absolute())]
    if asked.exercise is not None:
        command += ["--exercise", asked.exercise]
    if asked.submitted is not None:
        command += ["--submitted", str(asked.submitted.absolute())]
    server = MarkServer(command, asked.port or 0)
    out = screen.err()
    out.print(f"Open this in a browser on this machine:\n\n  {server.address}\n", soft_wrap=True)
    out.print("Whoever knows the address can mark: keep it to yourself. Ctrl-C ends.")
    server.run()


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
    """Let the marker mark; whatever ends it, what was given is written down.

    Raises:
        StorageError: the gradebook refuses.
    """
    from gradeprop.cli.mark_app import MarkApp

    app = MarkApp(state, assignment, book.save)
    try:
        app.run()
    finally:
        app.save()
    if app.failure is not None:
        raise app.failure
    if app.return_code:
        sys.exit(app.return_code)
    return app.state
