"""``gradeprop merge``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop.cli import screen
from gradeprop.cli.class_outcome import ClassOutcome
from gradeprop.cli.ctrl_c import ctrl_c_held
from gradeprop.cli.group_notes import print_groups
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.errors import UsageError
from gradeprop.grading.run.devices import chosen_devices
from gradeprop.grading.run.plan import Plan
from gradeprop.records.files.earlier_release import released_with_progress
from gradeprop.records.files.key import course_key
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.results import check_writable
from gradeprop.records.files.submissions import student_folders
from gradeprop.records.hand_ins import hand_ins
from gradeprop.records.marks import named
from gradeprop.wording import counted

if TYPE_CHECKING:
    from gradeprop.records.merging import Merge
    from gradeprop.session.grader.sandbox import Isolation


def run(
    name: str,
    folders: Sequence[Path],
    submitted: Path | None,
    folder: Path | None,
    *,
    isolation: Isolation,
    as_json: bool,
) -> int:
    """Put shards together; return the exit code: 1 if a grader failed by itself, 2 if anybody who
    has handed in is left without a result, else 0.

    Args:
        folders: copies of the course in which shards were graded.
        submitted: the folder of hand-ins; None: the course's own.
        folder: where the course is; None: the nearest one upward.
        isolation: ``"none"`` also takes what was graded so.
    """
    root, course = open_course(folder)
    assignment = named_assignment(course, name)
    submitted = submitted or root / "submitted"
    found = hand_ins(root, course, submitted, name)
    handed = found.handed
    check_writable(root, name)
    with ctrl_c_held():  # these import torch, which takes seconds
        from gradeprop.grading.run.publish import release_in_use
        from gradeprop.records.gradebook.writer import GradebookWriter
        from gradeprop.records.merging import Merge, result_folder
        from gradeprop.records.recorder import Recorder

    others = [result_folder(item, name) for item in folders if item.resolve() != root.resolve()]
    progress = released_with_progress(root, name) is not False
    release, faults = release_in_use(course, assignment, progress=progress)
    devices = chosen_devices("auto", course.spec.devices)
    plan = Plan(course, name, release, course_key(root), devices, isolation, faults)
    outcome = ClassOutcome(root, assignment)
    with GradebookWriter(course, release, course.spec.gradebook) as gradebook:
        recorder = Recorder(root, name, gradebook)
        groups = recorder.twins(student_folders(submitted))
        alike = {student for group in groups for student in group}
        sound = [item for item in handed if item.student not in alike]
        merge = Merge(plan, sound, others, recorder)
        for item in handed:
            if item.student in alike:
                merge.leave(item.student, root, "to the gradebook it is another student's")
        with screen.progress(f"Merging {name}", len(handed)) as bar:
            for result in merge.results():
                outcome.add(result)
                bar.step(shown_id(result.student))
    if as_json:
        not_merged = [asdict(item) for item in merge.not_merged]
        outcome.print_json(missing=merge.missing, not_merged=not_merged)
    else:
        outcome.print(beginning=f"{{}} of {len(handed)} handed in were merged")
    _report(merge, name)
    print_groups(found)
    outcome.print_faults()
    if merge.missing or merge.not_merged or found.refused:
        return UsageError.exit_code
    return outcome.exit_code


def _report(merge: Merge, assignment: str) -> None:
    """Say on stderr what was merged and what was not."""
    err = screen.err()
    before = f"; {merge.known} had been before" if merge.known else ""
    err.print(f"{counted(merge.merged, 'result')} put into the gradebook{before}")
    if merge.unprotected:
        text = "Graded without any protection (--isolation none): " + _shown(merge.unprotected)
        err.print(screen.plain(text), style="bold red", soft_wrap=True)
    if merge.elsewhere:
        text = "Graded on other devices than course.yaml names: " + _shown(merge.elsewhere)
        err.print(screen.plain(text), style="bold red", soft_wrap=True)
    reasons: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for item in merge.not_merged:
        reasons[item.folder, item.why].append(shown_id(item.student))
    for (folder, why), students in reasons.items():
        text = f"Not merged, from {folder}: {named(students)}: {why}"
        err.print(screen.plain(text), style="bold red", soft_wrap=True)
    if not merge.missing:
        return
    absent = _shown(merge.missing)
    err.print(f"Handed in, but in no shard: {absent}", style="bold red", soft_wrap=True)
    for shard, students in merge.shards_of(merge.missing).items():
        err.print(f"  gradeprop grade {assignment} --shard {shard}   ({len(students)} of them)")


def _shown(students: Sequence[str]) -> str:
    return named([shown_id(student) for student in students])
