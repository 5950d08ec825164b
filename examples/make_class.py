"""Write the bundled class: examples/submitted/<student>/<assignment>/<assignment>.ipynb.

Twelve students hand in a04_descent, four of them also a01_slopes and a11_explain. Most answers are
the course's own solutions and samples of mistakes, so the class follows the course; run this again
(``make examples``) after the course has changed."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gradeprop.course.load import load_course
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.grading.run.publish import record_public_checks
from gradeprop.grading.verify import filled_in
from gradeprop.notebook.release import PartKey, ReleaseModel, release_model
from gradeprop.notebook.render import to_notebook

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "submitted"

SLOPES, DESCENT, EXPLAIN = "a01_slopes", "a04_descent", "a11_explain"
STEP: PartKey = ("neuron_step", "code")
SOLVE: PartKey = ("solve_x_plus_1", "code")
FIT: PartKey = ("fit_line", "code")
BY_HAND: PartKey = ("square_derivative", "by_hand")
AUTOGRAD: PartKey = ("square_derivative", "autograd")
COMMIT: PartKey = ("explain_sign", "commit")
WHY: PartKey = ("explain_sign", "why")

ENDLESS = """\
def solve(x0, lr, steps):
    x = x0
    done = 0
    while done < steps:  # nothing ever counts the steps
        x = x + lr * (3 - (x + 1))
    return x

answer = solve(0.0, 0.1, 10)
"""
CRASH = """\
import os

def fit_line(x, y, lr, steps):
    os.abort()  # what a bug in a compiled library looks like
"""
ERROR = """\
def solve(x0, lr, steps):
    x = torch.tensor(float(x0), requires_grad=True)
    for _ in range(steps):
        loss = 0.5 * (3 - (x + 1)) ** 2
        loss.backward()
        x -= lr * x.grad  # in place on a leaf, outside torch.no_grad()
    return x.item()
"""
NOISY = """\
import warnings

def solve(x0, lr, steps):
    warnings.warn("starting from " + str(x0))
    x = torch.tensor([float(x0)], requires_grad=True)
    for step in range(steps):
        loss = (0.5 * (3 - (x + 1)) ** 2).sum()
        loss.backward()
        loss.grad  # harmless, but torch warns about it on stderr
        with torch.no_grad():
            x -= lr * x.grad
        x.grad = None
        if step % 10 == 0:
            print("step", step, "x =", x.item())
    return x.item()
"""
ESSAY = (
    "The slope of L at w is -5, so when w grows by a little, L falls by about five times as much. "
    "To lower L I increase w, against the sign of the slope. That holds only near this w."
)
WRONG_ESSAY = "The gradient is negative, so w is too big and has to go down."


@dataclass(frozen=True)
class Work:
    """One hand-in: which misconception's sample stands in which part, own text, and what befell the
    file."""

    mistakes: dict[PartKey, str] = field(default_factory=dict)
    text: dict[PartKey, str] = field(default_factory=dict)
    blank: bool = False
    file: Callable[[bytes], bytes] = bytes


def saved_by_colab(notebook: bytes) -> bytes:
    """As Colab writes it: ids moved into metadata, its own metadata added, outputs kept, no format
    4.5."""
    data = json.loads(notebook)
    data["metadata"] = {
        "colab": {"provenance": [], "name": "a04_descent.ipynb"},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
    }
    data["nbformat_minor"] = 0
    for number, cell in enumerate(data["cells"]):
        cell["metadata"] = {**cell["metadata"], "id": cell.pop("id")}
        if cell["cell_type"] == "code":
            cell["metadata"]["outputId"] = f"{number:08x}-0000-4000-8000-000000000000"
            cell["execution_count"] = number
    return json.dumps(data, indent=2, ensure_ascii=False).encode()


def not_a_notebook(_: bytes) -> bytes:
    return b"%PDF-1.4\n% I exported it as a PDF, is that all right?\n"


CLASS: dict[str, dict[str, Work]] = {
    "ada": {SLOPES: Work(), DESCENT: Work(), EXPLAIN: Work(text={WHY: ESSAY})},
    "alan": {
        SLOPES: Work(mistakes={BY_HAND: "missing_factor_two", AUTOGRAD: "grad_accumulated"}),
        DESCENT: Work(mistakes={FIT: "grad_accumulated"}),
        EXPLAIN: Work(mistakes={COMMIT: "inverted_move"}, text={WHY: WRONG_ESSAY}),
    },
    "emmy": {
        SLOPES: Work(mistakes={BY_HAND: "used_autograd"}),
        DESCENT: Work(mistakes={STEP: "ascent", SOLVE: "off_by_one_step"}),
        EXPLAIN: Work(text={WHY: ESSAY}),
    },
    "grace": {
        SLOPES: Work(mistakes={BY_HAND: "value_not_gradient"}),
        DESCENT: Work(
            mistakes={STEP: "stale_loss", SOLVE: "grad_accumulated", FIT: "sum_instead_of_mean"}
        ),
        EXPLAIN: Work(blank=True),
    },
    "hedy": {DESCENT: Work(mistakes={STEP: "copied_from_text", FIT: "sequential_update"})},
    "joan": {DESCENT: Work(text={SOLVE: ENDLESS})},
    "kurt": {DESCENT: Work(text={FIT: CRASH})},
    "maria": {DESCENT: Work(text={SOLVE: ERROR})},
    "nina": {DESCENT: Work(text={SOLVE: NOISY})},
    "paul": {DESCENT: Work(blank=True)},
    "sofia": {DESCENT: Work(mistakes={FIT: "grad_accumulated"}, file=saved_by_colab)},
    "tom": {DESCENT: Work(file=not_a_notebook)},
}


def notebook_of(assignment: LoadedAssignment, release: ReleaseModel, work: Work) -> bytes:
    """The file that this student hands in."""
    answers: dict[PartKey, str] = {}
    for exercise in assignment.exercises:
        for part in exercise.spec.parts:
            key = (exercise.slug, part.part)
            answers[key] = part.starter if work.blank else exercise.solution[part.part]
            if key in work.mistakes:
                answers[key] = exercise.samples(part.part)[work.mistakes[key]][0]
    return work.file(to_notebook(filled_in(release, {**answers, **work.text})))


def make_class(course: Course) -> dict[Path, bytes]:
    """Every file of the class, by its path below ``examples/submitted``."""
    files = {}
    for assignment in course.assignments:
        works = {
            student: work[assignment.id] for student, work in CLASS.items() if assignment.id in work
        }
        if not works:
            continue
        release = release_model(course, assignment, record_public_checks(course, assignment))
        for student, work in works.items():
            path = Path(student) / assignment.id / f"{assignment.id}.ipynb"
            files[path] = notebook_of(assignment, release, work)
    return files


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    for path, data in make_class(load_course(ROOT)).items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_bytes(data)
    print(f"wrote {FOLDER.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
