"""What no single file can show: whether a course's files fit together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from gradeprop.course.crosscheck_calls import check_calls, check_shared_calls
from gradeprop.course.crosscheck_code import check_grader, check_solution, check_sources
from gradeprop.course.crosscheck_dates import check_dates
from gradeprop.course.crosscheck_exercise import check_exercise, figures_of
from gradeprop.course.crosscheck_harness import check_harnesses
from gradeprop.course.crosscheck_literals import check_literals
from gradeprop.course.crosscheck_order import check_order
from gradeprop.course.crosscheck_package import check_package
from gradeprop.course.crosscheck_recognition import check_recognition
from gradeprop.course.crosscheck_stated import check_stated
from gradeprop.course.document import KeyPath
from gradeprop.course.folder import CourseFiles
from gradeprop.course.gradeids import check_grade_ids
from gradeprop.course.layout import (
    SHARED,
    data_path,
    exercise_path,
    grader_path,
    solution_path,
)
from gradeprop.course.python_source import escaped
from gradeprop.errors import CourseProblem


def crosscheck(files: CourseFiles) -> list[CourseProblem]:
    """Every disagreement between the files of a course. Reads nothing, runs nothing."""
    problems: list[CourseProblem] = []
    for exercise in files.exercises.values():
        problems += check_exercise(exercise)
        problems += check_recognition(exercise)
        problems += check_sources(exercise)
        problems += check_solution(exercise)
        problems += check_grader(exercise)
        problems += check_stated(exercise)
        problems += check_harnesses(exercise, files.shared)
        problems += check_literals(exercise)
        problems += check_calls(exercise)
    problems += check_shared_calls(files)
    if files.spec is not None:
        problems += _listing(files)
        problems += check_dates(files)
        problems += check_order(files)
        problems += check_package(files)
        problems += check_grade_ids(files)
        problems += _strays(files)
    return problems


def _listed(files: CourseFiles) -> Iterator[tuple[KeyPath, str, str]]:
    """(place in course.yaml, assignment, exercise) of everything listed."""
    assert files.spec is not None
    for number, assignment in enumerate(files.spec.assignments):
        for index, slug in enumerate(assignment.exercises):
            yield ("assignments", number, "exercises", index), assignment.id, slug


def _listing(files: CourseFiles) -> Iterator[CourseProblem]:
    """Names used twice, and exercises of which a file is missing."""
    assert files.spec is not None

    def problem(path: KeyPath, what: str, remedy: str) -> CourseProblem:
        return files.document.problem(files.document.place(path), what, remedy)

    yield from _twice(files)
    for number, assignment in enumerate(files.spec.assignments):
        if f"graders/{assignment.id}/" == SHARED:
            what = f"the assignment {assignment.id!r} has the name of the helpers' folder"
            yield problem(
                ("assignments", number, "id"), what, f"rename it: {SHARED} is for helpers"
            )
    homes: dict[str, str] = {}
    for path, home, slug in _listed(files):
        if slug in homes:
            what = f"the exercise {slug!r} is listed twice (also in {homes[slug]})"
            yield problem(path, what, "rename one: gp.check finds an exercise by its name alone")
            continue
        homes[slug] = home
        yaml = exercise_path(home, slug)
        for what, needed in (
            ("exercise", yaml),
            ("solution", solution_path(home, slug)),
            ("grader", grader_path(home, slug)),
        ):
            if what == "grader" and not _needs_grader(files, home, slug):
                continue
            if needed not in files.present:
                remedy = f"write {needed}" + (
                    ", or take it off the list" if what == "exercise" else ""
                )
                if what == "exercise" or yaml in files.present:
                    yield problem(path, f"the exercise {slug!r} has no {what} file", remedy)


def _twice(files: CourseFiles) -> Iterator[CourseProblem]:
    """Assignments, devices and common misconceptions that are listed twice."""
    assert files.spec is not None
    spec = files.spec
    listed: dict[str, list[tuple[KeyPath, str]]] = {
        "assignment": [
            (("assignments", i, "id"), item.id) for i, item in enumerate(spec.assignments)
        ],
        "device": [(("devices", i), device) for i, device in enumerate(spec.devices)],
        "common misconception": [
            (("common", i, "id"), item.id) for i, item in enumerate(spec.common)
        ],
    }
    for kind, items in listed.items():
        names = [name for _, name in items]
        for index, (path, name) in enumerate(items):
            if name in names[:index]:
                remedy = "delete one of them" if kind == "device" else "give each its own id"
                place = files.document.place(path)
                what = f"the {kind} {name!r} is listed twice"
                yield files.document.problem(place, what, remedy)


def _needs_grader(files: CourseFiles, home: str, slug: str) -> bool:
    exercise = files.exercises.get((home, slug))
    return exercise is None or exercise.needs_grader


def _strays(files: CourseFiles) -> Iterator[CourseProblem]:
    """Files that belong to no listed exercise."""
    wanted: set[str] = set()
    for _, home, slug in _listed(files):
        wanted |= {path_of(home, slug) for path_of in (exercise_path, solution_path, grader_path)}
    for exercise in files.exercises.values():
        # Of an exercise that is not listed, only the YAML is reported: the others follow it.
        wanted |= {exercise.solution_path, exercise.grader_path}
        if exercise.spec:
            names = [
                *exercise.spec.files,
                *(figure.file for _, figure in figures_of(exercise.spec)),
            ]
            wanted |= {data_path(exercise.assignment, name) for name in names}
        elif exercise.document.path in wanted:  # it may declare any of the files around it
            folder = f"exercises/{exercise.assignment}/"
            wanted |= {
                path for path in files.present if path.startswith(folder) and ".yaml" not in path
            }
    for path in files.present:
        if path not in wanted and not _is_shared(path):
            yield CourseProblem(
                escaped(path), 0, 0, *_about_stray(PurePosixPath(path), files.present)
            )


def _is_shared(path: str) -> bool:
    """Whether it is a helper that graders can import."""
    name = path.removeprefix(SHARED)
    return name != path and name.endswith(".py") and name.removesuffix(".py").isidentifier()


def _about_stray(path: PurePosixPath, present: Sequence[str]) -> tuple[str, str]:
    if path.name == "conftest.py":
        return (
            "a conftest.py is not allowed here",
            f"put helpers into the grader itself, or into a file of {SHARED}",
        )
    if path.suffix == ".yml":
        return "ends in .yml, which is not read", f"rename it to {path.stem}.yaml"
    if path.parts[0] == "exercises" and path.suffix == ".yaml" and len(path.parts) == 3:
        what = f"is not listed in course.yaml under the assignment {path.parts[1]!r}"
        return what, f"add {path.stem} to its exercises, or delete the file"
    if path.parts[0] == "exercises":
        return (
            "belongs to no exercise",
            "list it under files of the exercise that uses it, or delete it",
        )
    slug = path.stem.removeprefix("test_") if path.parts[0] == "graders" else path.stem
    elsewhere = [
        item for item in present if item.startswith("exercises/") and item.endswith(f"/{slug}.yaml")
    ]
    if elsewhere:
        kind = path.parts[0].removesuffix("s")
        return (
            f"is not where the {kind} of {elsewhere[0]} belongs",
            f"move it to {path.parts[0]}/{PurePosixPath(elsewhere[0]).parent.name}/"
            + ("test_" if kind == "grader" else "")
            + f"{slug}.py",
        )
    if path.parts[0] == "graders" and not path.name.startswith("test_"):
        return _about_helper(path)
    return f"belongs to no exercise {slug!r}", "rename it after its exercise, or delete it"


def _about_helper(path: PurePosixPath) -> tuple[str, str]:
    """Of a file in graders/ that is no grader."""
    name = re.sub(r"\W", "_", path.stem)
    if path.suffix != ".py":
        return "is not Python, which is all that graders can share", "delete it"
    moved = f"move it to {SHARED}{name}.py and write from graders.shared.{name} import ..."
    return f"is no grader, and helpers are imported from {SHARED} only", moved
