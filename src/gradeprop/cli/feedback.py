"""``gradeprop feedback``: one page for each student."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from gradeprop.cli import screen
from gradeprop.cli.export import require_results, tell
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.errors import UsageError
from gradeprop.records.answers import Answers
from gradeprop.records.feedback.extras import extras
from gradeprop.records.feedback.write import out_of_reach, write_feedback
from gradeprop.records.files.names import shown_id
from gradeprop.records.marks import Marks, class_marks

_NAMES = 10


def run(
    name: str,
    students: Sequence[str],
    submitted: Path | None,
    folder: Path | None,
    *,
    as_json: bool,
) -> None:
    """Write feedback and print the paths written.

    Raises:
        UsageError: no such assignment, nothing graded yet, or a named student has no result.
        StorageError: a page cannot be written.
    """
    root, course = open_course(folder)
    assignment = named_assignment(course, name)
    marks = class_marks(course, assignment)
    tell(marks)
    require_results(marks)
    chosen = [item for item in marks.students if not students or item.result.student in students]
    if absent := [student for student in students if student not in _ids(chosen)]:
        raise UsageError(
            f"no result of {name} for: {', '.join(map(shown_id, absent))}",
            where=f"results/{name}",
            remedy="check the spelling of the id, or grade it first",
        )
    handed_in = submitted or root / "submitted"
    answers = Answers(course, assignment, handed_in)
    besides, notes = extras(course, assignment, marks, datetime.now(UTC))
    for note in notes:
        screen.err().print(screen.plain(f"{note}."), soft_wrap=True)
    written = []
    with screen.progress(f"Feedback {name}", len(chosen)) as bar:
        for item in chosen:
            written.append(write_feedback(course, assignment, item, answers, handed_in, besides))
            bar.step(shown_id(item.result.student))
    if missed := out_of_reach(root, sorted(_ids(chosen)), name, handed_in):
        names = ", ".join(map(shown_id, missed[:_NAMES])) + (" …" if len(missed) > _NAMES else "")
        screen.err().print(
            screen.plain(
                f"Not handed in through nbgrader's exchange, so that their pages must be sent: "
                f"{names}"
            ),
            soft_wrap=True,
        )
    paths = [str(path.relative_to(root)) for path in written]
    if as_json:
        screen.print_json({"written": paths})
    else:
        for path in paths:
            screen.out().print(shown_id(path), soft_wrap=True)


def _ids(chosen: Sequence[Marks]) -> set[str]:
    return {item.result.student for item in chosen}
