"""Hand in the course's own solutions: one notebook for each assignment.

    python -m prove_gpu.solutions SUBMITTED_FOLDER

Written in nbgrader's layout, as the student ``solution``. Prints the assignments, one a line.
"""

from __future__ import annotations

import sys
from pathlib import Path

from prove_gpu.product import filled_in, load_course, release_model, solution_keys, to_notebook

STUDENT = "solution"


def main() -> None:
    course = load_course(Path())
    for assignment in course.assignments:
        # Without the public checks' data: the grader has its own.
        release = release_model(course, assignment, {})
        folder = Path(sys.argv[1]) / STUDENT / assignment.id
        folder.mkdir(parents=True)
        notebook = to_notebook(filled_in(release, solution_keys(assignment)))
        (folder / f"{assignment.id}.ipynb").write_bytes(notebook)
        for name, content in release.files.items():
            (folder / name).write_bytes(content)
        print(assignment.id)


if __name__ == "__main__":
    main()
