"""``gradeprop similar``: pairs of answers that are more alike than the exercise explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from gradeprop.cli import screen
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.course.keys import PartKey
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import UsageError
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.answers import Answers
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.groups import Groups, read_groups
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.results import read_results
from gradeprop.records.marks import printable_id
from gradeprop.records.similar.compare import LENGTH, Pair, PartCompared, Side, compare
from gradeprop.records.similar.gathered import Likeness, Written, gathered
from gradeprop.records.similar.words import ELSEWHERE, NO_PROOF, nothing_told, percent, who
from gradeprop.wording import counted

_CODES: Final = 3
"""Lines of the table whose codes are shown on the screen; the page has all."""
_TABLE: Final = 50


@dataclass(frozen=True)
class Request:
    """What the command was asked for; ``least`` is in percent."""

    assignment: str
    least: int
    submitted: Path | None
    folder: Path | None
    as_html: bool
    as_json: bool


def run(request: Request) -> None:
    """Compare the code of a class, and show the pairs.

    Raises:
        UsageError: no such assignment, or nothing graded yet.
        StorageError: the page cannot be written.
    """
    root, course = open_course(request.folder)
    assignment = named_assignment(course, request.assignment)
    results, _ = read_results(root, assignment.id)
    if not results:
        raise UsageError(
            f"there are no results of {assignment.id} yet",
            where=f"results/{assignment.id}",
            remedy=f"run `gradeprop grade {assignment.id}` first",
        )
    results = _one_of_each_group(results, read_groups(root))
    answers = Answers(course, assignment, request.submitted or root / "submitted")
    sources = {printable_id(item.student): _own(answers, item) for item in results}
    parts = compare(assignment, sources, request.least / 100)
    pairs = sorted(
        (pair for part in parts for pair in part.pairs),
        key=lambda pair: (-pair.share, -pair.tokens),
    )
    if request.as_html:
        _write(root, course, assignment, gathered(pairs), parts)
    if request.as_json:
        screen.print_json(_as_json(assignment.id, pairs, parts))
    elif not request.as_html:
        _show(gathered(pairs), parts)
    for words in (NO_PROOF, ELSEWHERE):
        screen.err().print(words.replace("ASSIGNMENT", assignment.id))


def _one_of_each_group(
    results: Sequence[SubmissionResult], groups: Groups
) -> list[SubmissionResult]:
    """Who hands in together has one hand-in: it is compared once."""
    group = {student: name for name, members in groups.items() for student in members}
    seen: set[str] = set()
    kept = []
    for result in results:
        name = group.get(result.student)
        if name is None or name not in seen:
            kept.append(result)
        if name is not None:
            seen.add(name)
    return kept


def _own(answers: Answers, result: SubmissionResult) -> dict[PartKey, str]:
    """What the student wrote; a part that is missing was not."""
    missing = {key for key, part in result.parts() if part.status == "missing"}
    found = answers.of(result).items()
    return {key: answer.source for key, answer in found if key not in missing}


def _write(
    root: Path,
    course: Course,
    assignment: LoadedAssignment,
    found: list[Likeness],
    parts: tuple[PartCompared, ...],
) -> None:
    from gradeprop.records.similar.page import similar_page, similar_path

    path = similar_path(root, assignment.id)
    write_atomically(path, similar_page(course, assignment, found, parts))
    screen.err().print(f"Written: {path.relative_to(root)}", soft_wrap=True)


def _show(found: list[Likeness], parts: tuple[PartCompared, ...]) -> None:
    out = screen.out()
    if found:
        out.print(_table(found[:_TABLE]))
        if len(found) > _TABLE:
            out.print(f"… and {counted(len(found) - _TABLE, 'more line')}: --html shows all.")
        for item in found[:_CODES]:
            out.print()
            out.print(_beside(item))
        if len(found) > _CODES:
            out.print(f"\nThe page of --html has the codes of {len(found) - _CODES} more.")
    elif any(part.can_tell for part in parts):
        out.print("No two answers are that much alike.")
    for part in parts:
        if not part.can_tell:
            out.print(nothing_told(part))


def _table(found: list[Likeness]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("Part", overflow="fold")
    table.add_column("Students", overflow="fold")
    table.add_column("Alike", justify="right", no_wrap=True)
    table.add_column("Tokens", justify="right", no_wrap=True)
    for item in found:
        names = [list(map(shown_id, kind)) for kind in item.kinds]
        table.add_row(" ".join(item.key), who(names), percent(item.share), str(item.tokens))
    return table


def _beside(item: Likeness) -> Table:
    title = f"{' '.join(item.key)}, {percent(item.share)} alike; ▌ marks what others have, too"
    table = Table(
        title=title, title_justify="left", box=None, pad_edge=False, expand=True, padding=(0, 1)
    )
    for one in item.shown:
        table.add_column(", ".join(map(shown_id, one.students)), overflow="fold", ratio=1)
    table.add_row(*map(_code, item.shown))
    return table


def _code(one: Written) -> str:
    lines = one.source.split("\n")
    return screen.plain(
        "\n".join(f"{'▌' if at in one.lines else ' '} {line}" for at, line in enumerate(lines))
    )


def _as_json(assignment: str, pairs: list[Pair], parts: tuple[PartCompared, ...]) -> dict[str, Any]:
    return {
        "assignment": assignment,
        "least_tokens": LENGTH,
        "parts": [
            {
                "exercise": part.key.exercise,
                "part": part.key.part,
                "answers": part.answers,
                "long_enough": part.long_enough,
                "can_tell": part.can_tell,
            }
            for part in parts
        ],
        "pairs": [
            {
                "exercise": pair.key.exercise,
                "part": pair.key.part,
                "students": [pair.first.student, pair.second.student],
                "share": round(pair.share, 4),
                "tokens": pair.tokens,
                "lines": [sorted(line + 1 for line in side.lines) for side in _sides(pair)],
                "code": [side.source for side in _sides(pair)],
            }
            for pair in pairs
        ],
        "note": NO_PROOF,
    }


def _sides(pair: Pair) -> tuple[Side, Side]:
    return pair.first, pair.second
