"""Finds and loads a course: every file read, every problem collected, then one value or one
error."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from gradeprop.course.choosing import Choose, Key, concerning, listed
from gradeprop.course.completing import common_of, complete
from gradeprop.course.course_spec import CourseSpec
from gradeprop.course.crosscheck import crosscheck
from gradeprop.course.crosscheck_exercise import figures_of
from gradeprop.course.digest import FOLDERS, course_digest, files_below
from gradeprop.course.document import Document
from gradeprop.course.folder import CourseFiles, ExerciseFiles
from gradeprop.course.harness import PythonFile
from gradeprop.course.layout import SHARED, data_path, exercise_path
from gradeprop.course.model import Course, Exercise, LoadedAssignment, LoadedExercise
from gradeprop.course.python_source import parse_python
from gradeprop.course.solution import read_solution
from gradeprop.course.stated import with_whole_samples
from gradeprop.course.strict_yaml import read_yaml
from gradeprop.course.validate import validate
from gradeprop.course.voided import FILE as VOIDED
from gradeprop.course.voided import Voided, VoidedList, check_voided, with_voided
from gradeprop.errors import CourseError, CourseProblem, UsageError

M = TypeVar("M", bound=BaseModel)


def find_course(start: Path | None = None) -> Path:
    """The nearest folder with a ``course.yaml``: ``start`` (default: the current folder) or one
    above it.

    Raises:
        UsageError: there is none, or ``start`` does not exist.
    """
    try:
        folder = Path.cwd() if start is None else start.resolve(strict=True)
    except OSError as error:
        raise UsageError(
            "this folder does not exist", where=str(start), remedy="check --course"
        ) from error
    for candidate in (folder, *folder.parents):
        if (candidate / "course.yaml").is_file():
            return candidate
    raise UsageError(
        "there is no course.yaml here or in a folder above",
        where=str(folder),
        remedy="go to a course's folder, or name it with --course DIR",
    )


def load_course(root: Path, choose: Choose | None = None, *, sound: str | None = None) -> Course:
    """Load the course in ``root`` and check it across its files.

    Args:
        choose: what of the course is wanted; the rest is left out, and so are its problems.
        sound: the digest of files that are known to fit together; if they are still these, they are
            not compared again.

    Raises:
        CourseError: with all problems of all files; their paths are relative to ``root``.
    """
    read = _Read.of(root, compare=sound is None)
    chosen, problems = read.chosen(choose)
    if problems:
        raise CourseError(problems)
    course = read.course_of(chosen)
    return course if sound in (None, course.digest) else load_course(root, choose)


def load_sound(root: Path, choose: Choose | None = None) -> tuple[Course, CourseError | None]:
    """As `load_course`, without the exercises that are not valid, and what is wrong with those.

    Raises:
        CourseError: with all problems; no exercise is without, or one is of the course itself.
    """
    read = _Read.of(root)
    chosen, problems = read.chosen(choose)
    general = set(concerning(problems, read.files, frozenset()))
    own = {key: set(concerning(problems, read.files, {key})) - general for key in chosen}
    sound = {key for key in chosen if not own[key]}
    if set(problems) - set().union(*own.values()) or (problems and not sound):
        raise CourseError(problems)
    return read.course_of(sound), CourseError(problems) if problems else None


@dataclass(frozen=True)
class _Read:
    """A course's files, and what is wrong with them."""

    root: Path
    files: CourseFiles
    voided: Sequence[Voided]
    problems: tuple[CourseProblem, ...]

    @classmethod
    def of(cls, root: Path, *, compare: bool = True) -> _Read:
        """Raises CourseError if course.yaml itself is not valid. ``compare``: with each other."""
        reader = _Reader(root.resolve())
        files = reader.course()
        voided = reader.voided(files)
        problems = [*reader.problems, *(crosscheck(files) if compare else ())]
        if files.spec is None:
            raise CourseError(problems)
        return cls(reader.root, files, voided, tuple(problems))

    def chosen(self, choose: Choose | None) -> tuple[set[Key], list[CourseProblem]]:
        """What is wanted (None: all), and what is wrong with that."""
        every = listed(self.files)
        if choose is None:
            return set(every), list(self.problems)
        wanted = set(every) & choose(every)
        return wanted, list(concerning(self.problems, self.files, wanted))

    def course_of(self, chosen: Set[Key]) -> Course:
        """The course with these exercises, which are valid."""
        files = self.files
        assert files.spec is not None
        assignments = []
        for item in files.spec.assignments:
            found = [
                files.exercises[item.id, slug]
                for slug in item.exercises
                if (item.id, slug) in chosen
            ]
            if not found:
                continue
            exercises = tuple(_loaded(exercise, self.voided) for exercise in found)
            assignments.append(LoadedAssignment(spec=item, exercises=exercises))
        titles = {
            exercise.slug: (exercise.assignment, exercise.spec.title)
            for exercise in files.exercises.values()
            if exercise.spec is not None
        }
        return Course(
            root=str(self.root),
            spec=files.spec,
            assignments=tuple(assignments),
            digest=course_digest(self.root),
            titles=titles,
        )


def _loaded(files: ExerciseFiles, voided: Sequence[Voided]) -> LoadedExercise:
    assert files.spec is not None
    places = {}
    for number, part in enumerate(files.spec.parts):
        places[part.part] = files.where("parts", number)
        for kind, key in (("checks", "check"), ("misconceptions", "id")):
            for index, item in enumerate(getattr(part, kind)):
                places[f"{part.part}.{getattr(item, key)}"] = files.where(
                    "parts", number, kind, index
                )
    solution = {cell.part: cell.text for cell in files.solution or ()}
    spec = with_whole_samples(files.spec, solution)
    return LoadedExercise(
        slug=files.slug,
        assignment=files.assignment,
        spec=with_voided(spec, files.slug, voided),
        solution=solution,
        grader=files.grader_path,
        stated=files.stated,
        data=files.data,
        places=places,
    )


@dataclass
class _Reader:
    """Reads files below ``root`` and keeps what went wrong."""

    root: Path

    def __post_init__(self) -> None:
        self.problems: list[CourseProblem] = []
        self.common: dict[str, dict[str, Any]] = {}

    def course(self) -> CourseFiles:
        document = self.yaml("course.yaml")
        spec = self.validated(CourseSpec, document)
        self.common = common_of(document.data)
        present: tuple[str, ...] = ()
        try:
            for folder in FOLDERS:
                present += tuple(
                    path.relative_to(self.root).as_posix()
                    for path in files_below(self.root / folder)
                )
        except OSError as error:
            path, what = (
                os.path.relpath(error.filename, self.root),
                f"cannot be read: {error.strerror}",
            )
            raise CourseError([CourseProblem(path, 0, 0, what, "check its permissions")]) from error
        exercises = {}
        # those on disk, not those listed: a broken course.yaml hides no other problem
        for path in present:
            if match := re.fullmatch(r"exercises/([^/]+)/([^/]+)\.yaml", path):
                exercises[match[1], match[2]] = self.exercise(match[1], match[2])
        return CourseFiles(document, spec, exercises, present, self.shared(present))

    def shared(self, present: Sequence[str]) -> dict[str, PythonFile]:
        """The helpers that graders share."""
        found = {}
        for path in present:
            match = re.fullmatch(rf"{SHARED}([^/]+)\.py", path)
            text = self.text(path) if match else None
            file = None if text is None else self.python(path, text)
            if match and file:
                found[match[1]] = file
        return found

    def python(self, path: str, text: str) -> PythonFile | None:
        """A file of graders' code."""
        tree, wrong = parse_python(text)
        if wrong:
            problem = CourseProblem(path, wrong.line, wrong.column, wrong.what, "mend the grader")
            self.problems.append(problem)
        return None if tree is None else PythonFile(path, text, tree)

    def voided(self, files: CourseFiles) -> tuple[Voided, ...]:
        if not (self.root / VOIDED).exists():
            return ()
        document = self.yaml(VOIDED)
        spec = self.validated(VoidedList, document)
        if spec is None:
            return ()
        self.problems += check_voided(document, spec, files)
        return spec.checks

    def exercise(self, assignment: str, slug: str) -> ExerciseFiles:
        files = ExerciseFiles(assignment, slug, self.yaml(exercise_path(assignment, slug)))
        complete(files.document.data, self.common)
        files.spec = self.validated(Exercise, files.document)
        if (self.root / files.solution_path).exists():
            text = self.text(files.solution_path)
            if text is not None:
                files.solution, problems = read_solution(text, files.solution_path)
                self.problems += problems
        if (self.root / files.grader_path).exists():
            text = self.text(files.grader_path)
            if text is not None:
                files.grader_file = self.python(files.grader_path, text)
        for _, figure in figures_of(files.spec) if files.spec else ():
            path = self.root / data_path(assignment, figure.file)
            if path.is_file() and not path.is_symlink():
                source = self.text(path.relative_to(self.root).as_posix())
                files.figures[figure.file] = source or ""
        for name in files.spec.files if files.spec else ():
            path = self.root / data_path(assignment, name)
            if path.is_file() and not path.is_symlink():
                content = self.bytes(path.relative_to(self.root).as_posix())
                files.data[name] = content or b""
        return files

    def validated(self, model: type[M], document: Document) -> M | None:
        self.problems += document.problems
        if not document.readable or (document.data is None and document.problems):
            return None
        value, problems = validate(model, document)
        self.problems += problems
        return value

    def yaml(self, path: str) -> Document:
        raw = self.bytes(path)
        return Document(path) if raw is None else read_yaml(raw, path)

    def text(self, path: str) -> str | None:
        raw = self.bytes(path)
        if raw is None:
            return None
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            what = f"byte 0x{raw[error.start]:02x} is not UTF-8"
            self.problems.append(CourseProblem(path, line, 1, what, "save the file as UTF-8"))
            return None

    def bytes(self, path: str) -> bytes | None:
        try:
            if (self.root / path).exists() and not (self.root / path).is_file():
                raise OSError("not a file")  # a pipe would be waited for
            return (self.root / path).read_bytes()
        except OSError as error:
            what = f"cannot be read: {error.strerror or error}"
            self.problems.append(
                CourseProblem(path, 0, 0, what, "check that it is a file that you may read")
            )
            return None
