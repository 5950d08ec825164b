"""``gradeprop discover``: the wrong answers that nobody foresaw, by what they do."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop.cli import screen
from gradeprop.cli.group_notes import print_groups
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.course.keys import PartKey
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import UngradableSubmission, UsageError
from gradeprop.grading.run.devices import chosen_devices
from gradeprop.records.discovered.groups import Discovered, FoundGroup, write_discovered
from gradeprop.records.files.earlier_release import released_with_progress
from gradeprop.records.files.key import course_key
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.results import read_results
from gradeprop.records.files.submissions import Handed
from gradeprop.records.hand_ins import hand_ins, sharing
from gradeprop.records.marks import named
from gradeprop.records.together import together
from gradeprop.wording import counted

if TYPE_CHECKING:
    from gradeprop.grading.discovery import Group
    from gradeprop.grading.run.plan import Plan
    from gradeprop.session.grader.sandbox import Isolation

_SHOWN = 5
"""Students who are named on the screen."""


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    assignment: str
    submitted: Path | None
    isolation: Isolation
    workers: int | None
    folder: Path | None
    as_json: bool


def run(request: Request) -> None:
    """Ask again, on one set of inputs for all, what has no cause; print the groups and keep them
    for `gradeprop adopt`.

    Raises:
        UsageError: nothing is graded yet, or isolation is none.
        MissingFacility, GraderFault, StorageError: as in grading.
    """
    root, course = open_course(request.folder)
    assignment = named_assignment(course, request.assignment)
    if request.isolation == "none":
        raise UsageError(
            "answers that nobody has understood yet are run in a sandbox only",
            remedy="leave --isolation none away",
        )
    results, _ = read_results(root, assignment.id)
    if not results:
        raise UsageError(
            f"there are no results of {assignment.id} yet",
            where=f"results/{assignment.id}",
            remedy=f"run `gradeprop grade {assignment.id}` first",
        )
    from gradeprop.grading.discovery import stopped, unexplained

    wanted = {result.student: parts for result in results if (parts := list(unexplained(result)))}
    found = Discovered(course.digest, {}, ())
    if wanted:
        found = _discovered(request, root, course, assignment, wanted)
    halted = {(item.group or item.student, part) for item in results for part in stopped(item)}
    found = replace(found, stopped=found.stopped + len(halted))
    write_discovered(root, assignment.id, found)
    if request.as_json:
        groups = [group.to_json() for group in found.groups]
        counts = {"named": found.named, "right": found.right, "stopped": found.stopped}
        screen.print_json({"groups": groups, **counts})
        return
    for line in _lines(assignment, found):
        screen.out().print(screen.plain(line), soft_wrap=True)


def _discovered(
    request: Request,
    root: Path,
    course: Course,
    assignment: LoadedAssignment,
    wanted: Mapping[str, Sequence[PartKey]],
) -> Discovered:
    from gradeprop.grading.discovery import grouped, seen_in
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.pool import graders, workers_for
    from gradeprop.grading.run.publish import release_in_use
    from gradeprop.grading.run.worker import Shown
    from gradeprop.records.loading import load

    submitted = request.submitted or root / "submitted"
    shared = _hand_ins(root, course, submitted, assignment.id, wanted)
    handed = [items[0] for items in shared.values()]
    if not handed:
        return Discovered(course.digest, {}, ())
    progress = released_with_progress(root, assignment.id) is not False
    release, faults = release_in_use(course, assignment, progress=progress)
    devices = chosen_devices("cpu", course.spec.devices)
    key = course_key(root)
    plan = Plan(
        course,
        assignment.id,
        release,
        key,
        devices,
        request.isolation,
        faults,
        same_inputs=True,
    )
    shown: list[Shown] = []
    workers = workers_for(len(handed), request.workers)
    with (
        screen.progress(f"Asking again {assignment.id}", len(handed)) as bar,
        graders(plan.facilities, workers) as running,
    ):
        running.grade(
            plan,
            [partial(load, plan, item) for item in handed],
            lambda result: bar.step(shown_id(result.student)),
            shown.append,
        )
    part_of = {f"{part.exercise}.{item.check}": part for part, item in assignment.checks()}
    asked = {
        student: [part for item in items for part in wanted[item.student]]
        for student, items in shared.items()
    }
    came = seen_in(shown, asked, part_of)
    sources = _Sources(plan, handed)
    groups = [
        _found_group(number, group, sources, shared)
        for number, group in enumerate(grouped(came.seen), start=1)
    ]
    digests = {
        item.student: sources.digest(student) for student in shared for item in shared[student]
    }
    return Discovered(course.digest, digests, tuple(groups), came.named, came.right, came.stopped)


def _hand_ins(
    root: Path, course: Course, submitted: Path, assignment: str, wanted: Collection[str]
) -> dict[str, list[Handed]]:
    """By the student who is asked, all whose hand-in it is; told is who cannot be asked."""
    found = hand_ins(root, course, submitted, assignment)
    print_groups(found, "Not asked again")
    groups = together(root)
    gone = [name for name in wanted if not groups.handed_in(submitted, name, assignment)]
    if gone:
        names = named(list(map(shown_id, gone)))
        screen.err().print(
            f"Not asked again, since nothing of theirs is in {submitted.name}/ any more: {names}.",
            soft_wrap=True,
        )
    return sharing([item for item in found.handed if item.student in wanted])


class _Sources:
    """What the students of a run wrote."""

    def __init__(self, plan: Plan, handed: Sequence[Handed]) -> None:
        self._release = plan.release
        self._notebooks = {item.student: item.read()[0] for item in handed}

    def digest(self, student: str) -> str:
        return hashlib.sha256(self._notebooks[student]).hexdigest()

    def answer(self, student: str, part: PartKey) -> str:
        """The answer, with what it needs of other cells, without comments."""
        from gradeprop.notebook.alone import alone
        from gradeprop.notebook.restore import restore
        from gradeprop.notebook.uncommented import without_comments

        try:
            notebook = restore(self._notebooks[student], self._release)
        except UngradableSubmission:  # changed since it was graded
            return ""
        return without_comments(alone(notebook, part))


def _found_group(
    number: int, group: Group, sources: _Sources, shared: Mapping[str, Sequence[Handed]]
) -> FoundGroup:
    by_code = {item.student: sources.answer(item.student, group.part) for item in group.seen}
    shortest = min(by_code, key=lambda student: (len(by_code[student]), by_code[student]))
    item = next(item for item in group.seen if item.student == shortest)
    found = FoundGroup(
        number,
        group.part.exercise,
        group.part.part,
        tuple(sorted(item.student for asked in by_code for item in shared[asked])),
        by_code[shortest],
        len(by_code),
        nearest=item.nearest,
    )
    if item.wrong is None:
        return replace(found, got=item.stopped)
    wrong = [one for one in item.wrong.items if not one.right][:1]
    return replace(
        found,
        question=item.wrong.expression,
        got=wrong[0].got if wrong else None,
        expected=wrong[0].expected if wrong else None,
    )


def _lines(assignment: LoadedAssignment, found: Discovered) -> Iterator[str]:
    if not (found.groups or found.named or found.right or found.stopped):
        yield f"{assignment.id}: every wrong answer has a cause."
    elif found.groups:
        answers = sum(group.hand_ins for group in found.groups)
        yield (
            f"{assignment.spec.title} ({assignment.id}): {counted(answers, 'answer')} without a "
            f"cause, {counted(len(found.groups), 'group')} by what they do."
        )
    what = "other answer" if found.groups else "answer"
    if found.named:
        verb = "has" if found.named == 1 else "have"
        yield (
            f"{counted(found.named, what)} {verb} one on the inputs that all were asked: "
            "`gradeprop grade --force` may name it."
        )
    if found.right:
        verb = "is" if found.right == 1 else "are"
        yield (
            f"{counted(found.right, what)} {verb} right on the inputs that all were asked: the "
            "fault shows elsewhere (`gradeprop replay` shows a student's own)."
        )
    if found.stopped:
        verb = "was" if found.stopped == 1 else "were"
        yield (
            f"{counted(found.stopped, what)} took too long or {verb} stopped, and cannot be made a "
            "misconception: nothing came by which a grader could know it again."
        )
    for group in found.groups:
        yield ""
        yield from _group_lines(group)
    if found.groups:
        number = found.groups[0].group
        yield ""
        yield (
            f"To name one: gradeprop adopt {assignment.id} {number} --id SHORT_NAME "
            '--say "What the student reads."'
        )


def _group_lines(group: FoundGroup) -> Iterator[str]:
    names = ", ".join(map(shown_id, group.students[:_SHOWN]))
    more = f" and {len(group.students) - _SHOWN} more" if len(group.students) > _SHOWN else ""
    several = group.hand_ins < len(group.students)
    once = f" with {counted(group.hand_ins, 'hand-in')}" if several else ""
    yield (
        f"{group.group}. {group.exercise} {group.part}, "
        f"{counted(len(group.students), 'student')}{once}: {names}{more}"
    )
    for line in group.code.split("\n"):
        yield f"     {line}".rstrip()
    if group.question is not None:
        yield f"   asked     {group.question}"
    if group.expected is not None:
        yield f"   expected  {group.expected}"
    if group.got is not None:
        yield f"   got       {group.got}"
    if group.nearest is not None:
        yield f"   {group.nearest}"
