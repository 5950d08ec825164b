"""Whether a student who misuses the GPU costs a neighbour anything.

    python -m prove_gpu.neighbours hand-in FOLDER
    python -m prove_gpu.neighbours compare RESULTS RESULTS_BESIDE_BAD_ONES

The first makes two classes below FOLDER: ``alone``, students with right and wrong answers, and
``crowded``, the same and among them one who fills the device's memory, one who leaves a kernel
running and one who crashes the context. The second compares what the same students got in both.
Its last line begins with ``verdict:``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from prove_gpu.product import (
    LoadedAssignment,
    PartKey,
    filled_in,
    load_course,
    release_model,
    solution_keys,
    to_notebook,
)

ASSIGNMENT: Final = "a01_slopes"
MISUSED: Final = PartKey("square_derivative", "by_hand")
STUDENTS: Final = 8
_SHOWN: Final = 10

# Each gives the right slope on the CPU. What torch gives a student is not all that can be taken:
# the limit can be lifted by whoever means to, as the first one does.
BAD: Final = {
    "fills": """
import time
import torch

held = []


def d_square(w):
    if w.is_cuda:
        torch.cuda.set_per_process_memory_fraction(1.0)
        size = torch.cuda.mem_get_info()[1]
        while size > 1 << 20:
            try:
                held.append(torch.ones(size, dtype=torch.uint8, device=w.device))
            except torch.OutOfMemoryError:
                size //= 2
        time.sleep(4)
    return 2 * w
""",
    "leaves_running": """
import torch


def d_square(w):
    if w.is_cuda:
        torch.cuda._sleep(1 << 60)
    return 2 * w
""",
    "crashes": """
import torch


def d_square(w):
    if w.is_cuda:
        torch.zeros(2, device=w.device)[torch.tensor([99], device=w.device)].sum().item()
    return 2 * w
""",
}


def answers(assignment: LoadedAssignment) -> dict[str, dict[PartKey, str]]:
    """Of each good student: every other one has all of it right, the others a known mistake."""
    right = solution_keys(assignment)
    wrong = [
        (PartKey(exercise.slug, part), ways[0])
        for exercise in assignment.exercises
        for part in exercise.solution
        for ways in exercise.samples(part).values()
    ]
    found = {}
    for number in range(STUDENTS):
        mistake = dict([wrong[number * len(wrong) // STUDENTS]]) if number % 2 else {}
        found[f"good-{number}"] = right | mistake
    return found


def hand_in(folder: Path) -> None:
    """Both classes, in nbgrader's layout."""
    course = load_course(Path())
    (assignment,) = (item for item in course.assignments if item.id == ASSIGNMENT)
    release = release_model(course, assignment, {})
    good = answers(assignment)
    right = solution_keys(assignment)
    # Names that are graded early, in the middle and late.
    bad = {
        f"{place}-{name}": right | {MISUSED: source.strip()}
        for place, (name, source) in zip(("a", "good-3", "z"), BAD.items(), strict=True)
    }
    for name, students in {"alone": good, "crowded": good | bad}.items():
        for student, given in students.items():
            where = folder / name / student / ASSIGNMENT
            where.mkdir(parents=True)
            (where / f"{ASSIGNMENT}.ipynb").write_bytes(to_notebook(filled_in(release, given)))
            for file, content in release.files.items():
                (where / file).write_bytes(content)


def checks_of(result: dict[str, Any]) -> dict[str, str]:
    """The status of each check, by exercise, check and device."""
    return {
        f"{exercise['exercise']}.{check['check']} on {check['device']}": check["status"]
        for exercise in result["exercises"]
        for part in exercise["parts"]
        for check in part["checks"]
    }


def compared(alone: Path, crowded: Path) -> list[str]:
    """A line for each check that came out otherwise beside the bad ones, and for each bad one whose
    own result is a fault; the last line is the verdict."""
    before, after = (
        {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
        for folder in (alone, crowded)
    )
    bad = sorted(set(after) - set(before))
    lines = []
    for student, result in before.items():
        there = checks_of(after[student]) if student in after else {}
        for check, status in checks_of(result).items():
            if there.get(check) != status:
                lines.append(f"{student}: {check}: {status} alone, {there.get(check)} beside them")
    lines += [f"{student}: a fault of the grader's" for student in bad if _is_fault(after[student])]
    on_gpu = sum(" on cuda" in "".join(checks_of(result)) for result in before.values())
    told = [
        f"{student}: {after[student]['status']} {after[student]['auto_score']}" for student in bad
    ]
    if not before or len(bad) != len(BAD):
        verdict = f"fails: {len(before)} neighbours and {len(bad)} bad ones have results"
    elif lines:
        verdict = f"fails: {len(lines)} differences"
    elif not on_gpu:
        verdict = "fails: no check was made on a GPU"
    else:
        verdict = (
            f"works: {len(before)} neighbours have the same verdicts beside {len(bad)} bad ones"
        )
    return [*lines[:_SHOWN], *told, f"verdict: {verdict}"]


def _is_fault(result: dict[str, Any]) -> bool:
    return bool(result["status"] == "error")


def main() -> None:
    if sys.argv[1] == "hand-in":
        hand_in(Path(sys.argv[2]))
        return
    print("\n".join(compared(Path(sys.argv[2]), Path(sys.argv[3]))))


if __name__ == "__main__":
    main()
