"""What of a course was asked for: by assignment, by exercise or by the path of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from pathlib import Path, PurePosixPath
from typing import Final, TypeAlias

from gradeprop.course.digest import FOLDERS
from gradeprop.course.folder import CourseFiles
from gradeprop.course.layout import data_path, exercise_path, grader_path, solution_path
from gradeprop.course.nearest import did_you_mean
from gradeprop.errors import CourseProblem, UsageError

Key: TypeAlias = tuple[str, str]
"""Assignment and exercise."""
Choose: TypeAlias = Callable[[Sequence[Key]], Set[Key]]
"""Which of the listed exercises."""

_SHARED: Final = "graders/shared/"


def by_name(names: Sequence[str], root: Path) -> Choose:
    """A choice by assignment, exercise, ``assignment/exercise`` or the path of one of its files.

    Args:
        root: the course folder; paths are looked up there and in the current folder.

    The choice raises:
        UsageError: a name fits nothing, with the nearest that would.
    """

    def choose(listed: Sequence[Key]) -> Set[Key]:
        known = _known(listed)
        chosen: set[Key] = set()
        for name in names:
            found = known.get(name) or known.get(_below(root, name))
            if found is None:
                raise _unknown(name, known)
            chosen |= found
        return chosen

    return choose


def both(one: Choose, other: Choose) -> Choose:
    """What two choices have in common."""
    return lambda listed: one(listed) & other(listed)


def with_neighbours(choose: Choose) -> Choose:
    """A choice with all other exercises of its assignments."""

    def chosen(listed: Sequence[Key]) -> Set[Key]:
        assignments = {assignment for assignment, _ in choose(listed)}
        return {key for key in listed if key[0] in assignments}

    return chosen


def whole(assignments: Sequence[str]) -> Choose:
    """A choice of whole assignments.

    The choice raises:
        UsageError: there is none of that name, with the nearest.
    """

    def choose(listed: Sequence[Key]) -> Set[Key]:
        known = list(dict.fromkeys(assignment for assignment, _ in listed))
        for name in assignments:
            if name not in known:
                raise UsageError(
                    f"the course has no assignment {name!r}", remedy=did_you_mean(name, known)
                )
        return {key for key in listed if key[0] in assignments}

    return choose


def concerning(
    problems: Iterable[CourseProblem], files: CourseFiles, chosen: Set[Key]
) -> Iterator[CourseProblem]:
    """The problems of chosen exercises, and those of the course itself."""
    own = {path for key in chosen for path in _files_of(files, key)}
    elsewhere = {place for place, key in _places(files) if key not in chosen}
    for problem in problems:
        if PurePosixPath(problem.path).parts[0] in FOLDERS:
            if problem.path in own or problem.path.startswith(_SHARED):
                yield problem
        elif problem.path != files.document.path or (problem.line, problem.column) not in elsewhere:
            yield problem


def listed(files: CourseFiles) -> list[Key]:
    """Every exercise that course.yaml lists, in order."""
    return [key for _, key in _places(files)]


def _places(files: CourseFiles) -> Iterator[tuple[tuple[int, int], Key]]:
    assert files.spec is not None
    for number, assignment in enumerate(files.spec.assignments):
        for index, slug in enumerate(assignment.exercises):
            path = ("assignments", number, "exercises", index)
            yield files.document.place(path), (assignment.id, slug)


def _files_of(files: CourseFiles, key: Key) -> Iterator[str]:
    for path_of in (exercise_path, solution_path, grader_path):
        yield path_of(*key)
    found = files.exercises.get(key)
    if found is not None and found.spec is not None:
        for name in found.spec.files:
            yield data_path(key[0], name)


def _known(keys: Sequence[Key]) -> dict[str, set[Key]]:
    """Everything by which exercises can be asked for; what a reader is told first comes first."""
    known: dict[str, set[Key]] = {}
    for key in keys:
        known.setdefault(key[0], set()).add(key)
    for assignment, slug in keys:
        own = {(assignment, slug)}
        known.setdefault(slug, own)
        known[f"{assignment}/{slug}"] = own
        for path_of in (exercise_path, solution_path, grader_path):
            known[path_of(assignment, slug)] = own
    for folder in FOLDERS:
        for assignment, _ in keys:
            known[f"{folder}/{assignment}"] = known[assignment]
        known[folder] = set(keys)
    return known


def _below(root: Path, name: str) -> str:
    """The path of a file as the course writes it, whichever folder it was named from."""
    root = root.resolve()
    for base in (Path.cwd(), root):
        path = (base / name).resolve()
        if path.is_relative_to(root) and path.exists():
            return path.relative_to(root).as_posix()
    return name


def _unknown(name: str, known: dict[str, set[Key]]) -> UsageError:
    is_path = "/" in name or name.endswith((".yaml", ".py"))
    # A path is told as a path, a name as a name.
    words = [word for word in known if ("/" in word) == is_path]
    remedy = did_you_mean(name, words)
    if is_path:
        near = did_you_mean(PurePosixPath(name).stem.removeprefix("test_"), known)
        remedy = remedy if remedy.startswith("did") else near
        return UsageError(f"course.yaml lists no exercise with the file {name!r}", remedy=remedy)
    return UsageError(f"the course has no assignment or exercise {name!r}", remedy=remedy)
