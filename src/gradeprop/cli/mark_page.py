"""What a marker reads of one answer, as styled text. Nothing that a student wrote is taken for
more than text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from textual.content import Content

from gradeprop.cli.maths_text import with_maths
from gradeprop.cli.screen import plain
from gradeprop.course.model import Criterion, LoadedAssignment
from gradeprop.records.marking.key_words import absent
from gradeprop.records.marking.queue import Marking, marked_before
from gradeprop.wording import counted, number

Line: TypeAlias = tuple[str, str]
"""A sentence and its style."""

ABSENT = "underline"
"""How words of the key look that the answer does not have."""
_STANDING = {
    "open": ("not marked yet", "$text-warning"),
    "again": (
        "marked before, but the answer or its points have changed: look again",
        "$text-warning",
    ),
    "marked": ("marked", "$text-success"),
}


def changed_meanwhile(count: int) -> str:
    """Of answers that were handed in anew since they were shown."""
    are = "is another one now: its mark is" if count == 1 else "are others now: their marks are"
    return (
        f"{counted(count, 'answer')} {are} not written. Mark once more to see "
        f"{'it' if count == 1 else 'them'}."
    )


def title(state: Marking, assignment: LoadedAssignment) -> str:
    slug, _ = state.item.part
    exercise = next(item for item in assignment.exercises if item.slug == slug)
    name = state.part.title or state.part.part.replace("_", " ")
    return _said(f"{exercise.spec.title} · {name}")


def place(state: Marking) -> str:
    """Which text it is: of texts, since several students may have written the same one."""
    return f"text {state.at + 1} of {len(state.groups)}"


def standing(state: Marking) -> str:
    """How far the whole is."""
    done = len(state.items) - state.left
    return f"{done} of {counted(len(state.items), 'answer')} marked, {state.left} left"


def length(state: Marking) -> Content:
    """The answer's heading: how many words it has."""
    words = len((state.item.text or "").split())
    most = state.part.rubric.words
    limit = f" of at most {most}" if most else ""
    noun = "word" if (most or words) == 1 else "words"
    style = "bold $text-error" if most and words > most else "bold"
    return Content.styled(f"The answer, {words}{limit} {noun}", style)


def remarks(state: Marking) -> Iterator[Line]:
    """What is to be known before reading: how many wrote this, and what the grader said."""
    if state.item.note:
        yield plain(state.item.note), "$text-warning"
    group = state.group
    students = counted(len(group.members), "student")
    mark = "one mark for all of them" if len(group.members) > 1 else ""
    if state.item.note and not group.words:
        if mark:
            yield f"{students}: {mark}.", "$text-warning"
    elif group.untouched and group.words:
        yield _together(f"{students} left the starter as it was", mark), "$text-warning"
    elif group.untouched:
        yield _together(f"{students} wrote nothing", mark), "$text-warning"
    elif mark:
        ways = len(group.wordings)
        how = f", in {ways} ways that differ in case or punctuation" if ways > 1 else ""
        yield _together(f"{students} wrote this{how}", mark), "$text-accent"
    for other in marked_before(state):
        given = _points(state.marks[other.members[0]].points(state.part))
        most = _points(state.part.points)
        who = counted(len(other.members), "student")
        yield f"{who} got {given} of {most} points for the same words.", "$text-accent"
    if group.alike > 1:
        yield f"Number {group.place} of {group.alike} that are worded alike.", "$text-muted"


def _together(what: str, mark: str) -> str:
    return f"{what}: {mark}." if mark else f"{what}."


def box(key: str, criterion: Criterion, state: Marking) -> Content:
    """A criterion's key, whether it is met, and its points."""
    met = criterion.id in state.mark.met
    style = "bold $text-success" if met else ""
    return Content.styled(f"{key} [{'x' if met else ' '}] {_points(criterion.points):>3}  ", style)


def criterion_text(criterion: Criterion, state: Marking) -> Content:
    met = criterion.id in state.mark.met
    return Content.styled(_said(criterion.text), "bold $text-success" if met else "")


def key_text(criterion: Criterion, state: Marking) -> Content:
    """The criterion's key; words that the answer does not have are underlined."""
    key = _said(" ".join(criterion.key.split()))
    content = Content.styled(key, "$text-secondary")
    if not state.group.untouched:
        for begin, end in absent(key, _said(" ".join(state.group.wordings))):
            content = content.stylize(ABSENT, begin, end)
    return content


def contradictions(state: Marking) -> Content:
    lines = [f"- {_said(text)}" for text in state.part.rubric.contradictions]
    heading = Content.styled("Contradicts a right answer:\n", "bold $text-error")
    return heading + Content.styled("\n".join(lines), "$text-error")


def outcome(state: Marking) -> Content:
    """What the answer has been given so far."""
    words, style = _STANDING[state.mark.standing]
    points = f"{_points(state.mark.points(state.part))} of {_points(state.part.points)} points"
    other = " (given without the criteria)" if state.mark.other is not None else ""
    line = Content.styled(f"{points}{other}, {words}", f"bold {style}")
    if state.mark.comment:
        line += Content(f" · Comment: {plain(state.mark.comment)}")
    return line


def as_typed(text: str) -> str:
    """A text sign by sign, without anything that a terminal would obey."""
    return plain(text.expandtabs(4))


def markdown(text: str) -> str:
    """A text for a Markdown widget: its maths as characters, nothing that a terminal would obey."""
    return with_maths(as_typed(text), markdown=True)


def _points(value: float) -> str:
    return number(round(value, 2))


def _said(text: str) -> str:
    return with_maths(plain(" ".join(text.split())), markdown=False)
