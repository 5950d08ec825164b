"""A ready text with which a student can ask for a second look."""

from __future__ import annotations

from collections.abc import Iterator

from gradeprop.course.model import LoadedAssignment
from gradeprop.records.feedback.opening import lost_parts
from gradeprop.records.feedback.phrases import one_line, plain, score_in_words
from gradeprop.records.marks import Marks
from gradeprop.wording import points

__all__ = ["request"]

_DIGITS = 12
"""Of the digest: enough to tell the hand-ins of one student apart."""


def request(marks: Marks, assignment: LoadedAssignment) -> str | None:
    """The text: which assignment and which hand-in, what lost points, and room for the reason;
    None where nothing is lost. It names nobody."""
    lost = [*_lost(marks, assignment)]
    if not lost:
        return None
    digest = marks.result.versions.get("submission", "")[:_DIGITS]
    which = f" The file that was graded has a SHA-256 that begins with {digest}." if digest else ""
    return "\n".join(
        (
            "Hello,",
            "",
            f"could you please look again at my work in “{one_line(assignment.spec.title)}” "
            f"({assignment.id})?{which}",
            "It is about:",
            *(f"- {item}" for item in lost),
            "What I think was overlooked: …",
            "",
            "Thank you!",
        )
    )


def _lost(marks: Marks, assignment: LoadedAssignment) -> Iterator[str]:
    exercises = {item.slug: item.spec for item in assignment.exercises}
    most = {key: part.max_score for key, part in marks.result.parts()}
    for key in lost_parts(marks):
        spec = exercises.get(key.exercise)
        title = one_line(spec.title) if spec else plain(key.exercise)
        if sum(other.exercise == key.exercise for other in most) > 1:
            parts = {item.part: item.title for item in spec.parts} if spec else {}
            title += f", {one_line(parts.get(key.part) or plain(key.part))}"
        yield f"{title}: {score_in_words(marks.parts[key].score, most[key])}"
    if marks.penalty:
        yield f"handing in late: {points(marks.penalty)} taken off"
