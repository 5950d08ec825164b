"""A class of sixty in the course's first assignment: drawn from solutions, samples of mistakes,
slips and further right ways, and seventeen who made mistakes that nobody foresaw."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import make_class
from class_answers import answers_to
from class_students import PERFECT, STRONG, STRUGGLING, TENDENCIES, TYPICAL, Student

from gradeprop.course.load import load_course
from gradeprop.grading.run.publish import record_public_checks
from gradeprop.grading.verify import filled_in
from gradeprop.notebook.release import release_model
from gradeprop.notebook.render import to_notebook

ASSIGNMENT = "a01_slopes"
_PROFILES = (PERFECT, STRONG, TYPICAL, TYPICAL, TYPICAL, STRUGGLING)

PLANTED: Mapping[tuple[str, str], tuple[tuple[str, ...], ...]] = {
    ("square_derivative", "by_hand"): (
        (  # integrated
            "def d_square(w):\n    return w**3 / 3",
            "def d_square(w):\n    # the power goes up by one\n    return w * w * w / 3",
            "def power_up(x, n):\n    return x ** (n + 1) / (n + 1)\n\n\n"
            "def d_square(w):\n    return power_up(w, 2)",
            "import torch\n\n\ndef d_square(w):\n    return torch.pow(w, 3).div(3.0)",
            "def d_square(w):\n    area = w**3\n    return area * (1 / 3)",
        ),
        (  # no tensor of the course's
            "def d_square(w):\n    return w.derivative()",
            "def d_square(w):\n    slope = w.derivative()\n    return slope * 2",
            "def d_square(w):\n    return w.derivative(2)",
        ),
    ),
    ("forward_difference", "code"): (
        (  # twice the step, divided once
            "def forward(f, x, h):\n    return (f(x + h + h) - f(x)) / h",
            "def forward(f, x, h):\n    return (f(x + 2 * h) - f(x)) / h",
            "def forward(f, x, h):\n    end = x + h * 2\n    rise = f(end) - f(x)\n    return rise / h",
            "def forward(f, x, h):\n    h2 = 2 * h\n    return (f(x + h2) - f(x)) / (h2 / 2)",
        ),
    ),
    ("central_difference", "code"): (
        (  # the rise of a rise
            "def central(f, x, h):\n    return (f(x + h) - 2 * f(x) + f(x - h)) / h**2",
            "def central(f, x, h):\n    up = f(x + h) - f(x)\n    down = f(x) - f(x - h)\n"
            "    return (up - down) / h / h",
            "def central(f, x, h):\n    mid = f(x)\n"
            "    return ((f(x + h) - mid) / h - (mid - f(x - h)) / h) / h",
        ),
        (  # the sum of both sides
            "def central(f, x, h):\n    return (f(x + h) + f(x - h)) / (2 * h)",
            "def central(f, x, h):\n    a, b = f(x - h), f(x + h)\n    return (a + b) / (2 * h)",
        ),
    ),
}
"""By exercise and part, mistakes that no sample and no slip shows, each as several wrote it."""


def planted() -> list[tuple[tuple[str, str], dict[str, str]]]:
    """Each planted mistake: its part, and who made it with what they wrote."""
    number, found = 0, []
    for part, mistakes in PLANTED.items():
        for ways in mistakes:
            found.append((part, {f"new{number + one:02}": way for one, way in enumerate(ways)}))
            number += len(ways)
    return found


def write_class(root: Path) -> None:
    """The repository's course at ``root``, of one assignment, and what sixty handed in for it."""
    settings = (make_class.ROOT / "course.yaml").read_text(encoding="utf-8")
    root.mkdir()
    for folder in ("exercises", "solutions", "graders"):
        shutil.copytree(make_class.ROOT / folder, root / folder)
    (root / "course.yaml").write_text(settings, encoding="utf-8")
    course = load_course(root)
    assignment = course.assignment(ASSIGNMENT)
    assert assignment is not None
    release = release_model(course, assignment, record_public_checks(course, assignment))
    sources = make_class.BundledClass(load_course(make_class.ROOT)).sources
    unforeseen = {name: (part, way) for part, each in planted() for name, way in each.items()}
    for student in _students(60 - len(unforeseen), sorted(unforeseen)):
        answers = {
            exercise.key(part): answer.source
            for exercise in assignment.exercises
            for part, answer in answers_to(exercise, student, sources).items()
        }
        if student.name in unforeseen:
            (slug, part), way = unforeseen[student.name]
            exercise = next(each for each in assignment.exercises if each.slug == slug)
            answers[exercise.key(part)] = way
        notebook = to_notebook(filled_in(release, answers))
        folder = root / "submitted" / student.name / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / f"{ASSIGNMENT}.ipynb").write_bytes(notebook)


def _students(count: int, unforeseen: list[str]) -> list[Student]:
    drawn = [
        Student(
            f"stu{number:02}",
            _PROFILES[number % len(_PROFILES)],
            (sorted(TENDENCIES)[number % len(TENDENCIES)],),
        )
        for number in range(count)
    ]
    return [*drawn, *(Student(name, PERFECT) for name in unforeseen)]
