"""``gradeprop grade``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gradeprop.cli import screen
from gradeprop.cli.changes_table import print_changes
from gradeprop.cli.class_table import print_class
from gradeprop.cli.ctrl_c import ctrl_c_held
from gradeprop.cli.selection import named_assignment, open_course
from gradeprop.errors import GradepropError, GraderFault
from gradeprop.grading.run.devices import chosen_devices
from gradeprop.grading.run.facilities import facilities_for
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import graders, workers_for
from gradeprop.records.files.key import course_key
from gradeprop.records.files.results import check_writable, replaced_results, result_path
from gradeprop.records.files.submissions import find_submissions

if TYPE_CHECKING:
    from gradeprop.grading.result.verdict import SubmissionResult
    from gradeprop.session.grader.sandbox import Isolation

UNSAFE = (
    "Warning: --isolation none runs student code with all your rights. Use it only for code that "
    "you trust."
)


def run(
    name: str,
    submitted: Path | None,
    students: Sequence[str],
    device: str,
    workers: int | None,
    isolation: Isolation,
    folder: Path | None,
    *,
    force: bool,
    as_json: bool,
) -> int:
    """Grade and record; return the exit code: 1 if a grader failed by itself, else 0."""
    root, course = open_course(folder)
    assignment = named_assignment(course, name)
    handed = find_submissions(submitted or root / "submitted", name, students)
    devices = chosen_devices(device, course.spec.devices)
    check_writable(root, name)
    # nbgrader imports nbformat, and that jsonschema, which looks for what can check the syntax of
    # IRIs: nobody asks for it here, and where it is installed, importing it takes a second.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    if isolation == "none":
        screen.err().print(UNSAFE, style="bold red")
    # Sooner than what is due can be told exactly, but only where it is plain.
    all_due = force or not any(result_path(root, name, item.student).exists() for item in handed)
    with ExitStack() as opened:
        warm = None
        if handed and all_due:
            facilities = facilities_for(course, isolation, devices)
            warm = opened.enter_context(graders(facilities, workers_for(len(handed), workers)))
        with ctrl_c_held():
            # these import torch, which takes seconds
            from gradeprop.grading.result.changes import (
                changes,
            )
            from gradeprop.grading.run.publish import release_of
            from gradeprop.records.class_run import ClassRun

        plan = Plan(
            course, name, release_of(course, assignment), course_key(root), devices, isolation
        )
        class_run = ClassRun(plan, handed, force=force, workers=workers, warm=warm)
        opened.enter_context(class_run.opened())
        for note in class_run.notes:
            screen.err().print(note)
        results = list(class_run.kept)
        if results:
            screen.err().print(
                f"{len(results)} of {len(handed)} unchanged since they were graded (--force "
                f"grades again)"
            )
        try:
            with screen.progress(f"Grading {name}", len(class_run.due)) as bar:

                def note_result(result: SubmissionResult) -> None:
                    results.append(replace(result, cells=()))
                    bar.step(result.student)

                class_run.grade(note_result)
        except (KeyboardInterrupt, GradepropError):
            # The next run will find these unchanged and have nothing to say of them.
            done = replaced_results(root, name, class_run.earlier)
            earlier = {result.student: class_run.earlier[result.student] for result in done}
            print_changes(earlier, done, changes(earlier, done))
            raise
    results.sort(key=lambda result: result.student)
    changed = changes(class_run.earlier, results)
    if as_json:
        screen.print_json(
            {
                "results": [result.to_json() for result in results],
                "changes": [item.to_json() for item in changed],
            }
        )
    else:
        print_class(assignment, results, root)
    print_changes(class_run.earlier, results, changed)
    return GraderFault.exit_code if any(result.status == "error" for result in results) else 0
