"""The release model: every cell that a student is given, before it becomes JSON.

It is made from the course alone. Submissions are restored against it, never against ``source/``,
which holds solutions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from gradeprop.course.keys import PartKey
from gradeprop.errors import CourseError, CourseProblem
from gradeprop.notebook.comparable import comparable
from gradeprop.notebook.packing import Package
from gradeprop.notebook.progress_cell import PROGRESS_CALL, progress_id
from gradeprop.notebook.prose import (
    assignment_introduction,
    exercise_introduction,
    picture_name,
    prerequisites,
    prompt,
)
from gradeprop.notebook.setup_cell import setup_source
from gradeprop.notebook.sources import plain
from gradeprop.wording import counted, points

if TYPE_CHECKING:  # pydantic is not needed to restore a notebook
    from gradeprop.course.model import AnyPart, Course, Exercise, LoadedAssignment, LoadedExercise

Role: TypeAlias = Literal[
    "introduction",
    "setup",
    "prompt",
    "given",
    "solution",
    "manual",
    "after",
    "check",
    "progress",
    "closing",
]


@dataclass(frozen=True)
class ReleaseCell:
    """One cell of the released notebook.

    Attributes:
        grade_id: unique in the notebook; letters, digits, ``_`` and ``-``, at most 128 characters.
        role: ``solution`` (code) and ``manual`` (Markdown) are the student's; all others are
            locked.
        source: what the student finds in it (for ``solution`` and ``manual``: the starter).
        exercise: slug, or None for the assignment's own cells.
        part: slug, or None for introductions and the set-up cell.
        points: of a ``check`` or ``manual`` cell, else None.
        attachments: pictures (PNG) that its Markdown shows, by name.
    """

    grade_id: str
    role: Role
    cell_type: Literal["code", "markdown"]
    source: str
    exercise: str | None = None
    part: str | None = None
    points: float | None = None
    attachments: tuple[tuple[str, bytes], ...] = ()

    @cached_property
    def plain(self) -> str:
        """The source as it is compared with what was handed in."""
        return plain(self.source)

    @cached_property
    def comparable(self) -> str:
        """What of it says whether a locked cell was changed."""
        return comparable(self.plain)

    @property
    def locked(self) -> bool:
        """Whether the cell is the course's own: restored whatever the student did to it."""
        return self.role not in ("solution", "manual")

    @property
    def key(self) -> PartKey | None:
        """(exercise, part), or None for a cell that belongs to no part."""
        if self.exercise is None or self.part is None:
            return None
        return PartKey(self.exercise, self.part)


@dataclass(frozen=True)
class ReleaseModel:
    """A released notebook: its cells in order and the data files that travel beside it, by name."""

    assignment: str
    title: str
    cells: tuple[ReleaseCell, ...]
    files: dict[str, bytes]

    def answers(self) -> dict[PartKey, ReleaseCell]:
        """The student's cell of each part, in release order."""
        return {cell.key: cell for cell in self.cells if not cell.locked and cell.key is not None}


def release_model(
    course: Course,
    assignment: LoadedAssignment,
    public: Mapping[str, Any],
    samples: Mapping[str, Any] = MappingProxyType({}),
    figures: Mapping[str, bytes] = MappingProxyType({}),
    package: Package | str | None = None,
    *,
    progress: bool = True,
) -> ReleaseModel:
    """Lay out the notebook of one assignment.

    Args:
        course: gives the packages to import and the Colab badge.
        assignment: one of ``course.assignments``.
        public: by exercise, what its public checks need in the student's kernel, as JSON-able data;
            entries of other assignments are left out.
        samples: likewise, what misconceptions' samples give to them, where that is known.
        figures: pictures by the name of the file that draws them. Where nobody looks at them they
            may be left out: no cell's source depends on them.
        package: as `gradeprop.notebook.setup_cell.setup_source`.
        progress: whether there is a cell that shows where a student stands; earlier releases have
            none.

    Raises:
        CourseError: two cells would get the same id, or two data files the same name.
    """
    slugs = [exercise.slug for exercise in assignment.exercises]
    data = {slug: public[slug] for slug in slugs if slug in public}
    ready = ", ".join(
        (assignment.spec.title, counted(len(slugs), "exercise"), points(assignment.points))
    )
    setup = setup_source(course.spec.packages, data, samples, ready=ready, package=package)
    cells = [
        ReleaseCell(
            f"{assignment.id}-introduction",
            "introduction",
            "markdown",
            assignment_introduction(assignment, course.spec.colab, course.spec.devices),
        ),
        ReleaseCell(f"{assignment.id}-setup", "setup", "code", setup),
    ]
    for number, exercise in enumerate(assignment.exercises, start=1):
        before = prerequisites(course, assignment, exercise)
        cells.extend(_exercise_cells(exercise, number, before, figures))
    if progress:
        cells.append(ReleaseCell(progress_id(assignment.id), "progress", "code", PROGRESS_CALL))
    if assignment.spec.closing is not None:
        text = assignment.spec.closing.strip()
        cells.append(ReleaseCell(f"{assignment.id}-closing", "closing", "markdown", text))
    _refuse_twins(assignment.id, cells)
    return ReleaseModel(assignment.id, assignment.spec.title, tuple(cells), _files(assignment))


def _exercise_cells(
    exercise: LoadedExercise, number: int, before: Sequence[str], figures: Mapping[str, bytes]
) -> Iterator[ReleaseCell]:
    slug, spec = exercise.slug, exercise.spec
    yield ReleaseCell(
        f"{slug}-introduction",
        "introduction",
        "markdown",
        exercise_introduction(spec, number, before),
        slug,
        attachments=_attached(spec, figures),
    )
    if spec.given is not None:
        yield ReleaseCell(f"{slug}-given", "given", "code", spec.given.strip("\n"), slug)
    for part in spec.parts:
        name = f"{slug}-{part.part}"
        text = prompt(part, alone=len(spec.parts) == 1)
        pictures = _attached(part, figures)
        yield ReleaseCell(
            f"{name}-prompt", "prompt", "markdown", text, slug, part.part, attachments=pictures
        )
        if part.given is not None:
            given = part.given.strip("\n")
            yield ReleaseCell(f"{name}-given", "given", "code", given, slug, part.part)
        starter = part.starter.strip("\n")
        if part.kind == "explanation":
            yield ReleaseCell(name, "manual", "markdown", starter, slug, part.part, part.points)
        else:
            yield ReleaseCell(name, "solution", "code", starter, slug, part.part)
        if part.after is not None:
            after = part.after.strip("\n")
            yield ReleaseCell(f"{name}-after", "after", "code", after, slug, part.part)
        if part.kind != "explanation":
            check = f'gp.check("{slug}", "{part.part}")'
            yield ReleaseCell(f"{name}-check", "check", "code", check, slug, part.part, part.points)


def _attached(
    shown: Exercise | AnyPart, figures: Mapping[str, bytes]
) -> tuple[tuple[str, bytes], ...]:
    if shown.figure is None or shown.figure.file not in figures:
        return ()
    return ((picture_name(shown.figure), figures[shown.figure.file]),)


def _refuse_twins(assignment: str, cells: list[ReleaseCell]) -> None:
    seen: set[str] = set()
    for cell in cells:
        if cell.grade_id in seen:
            raise CourseError(
                [
                    CourseProblem(
                        f"exercises/{assignment}/{cell.exercise}.yaml"
                        if cell.exercise
                        else "course.yaml",
                        0,
                        0,
                        f"two cells of the notebook would have the id {cell.grade_id!r}",
                        "name no part 'introduction' or 'setup', and no exercise like its "
                        "assignment",
                    )
                ]
            )
        seen.add(cell.grade_id)


def _files(assignment: LoadedAssignment) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    problems: list[CourseProblem] = []
    for exercise in assignment.exercises:
        for name, content in exercise.data.items():
            if files.setdefault(name, content) != content or name == f"{assignment.id}.ipynb":
                problems.append(
                    CourseProblem(
                        f"exercises/{assignment.id}/{exercise.slug}.yaml",
                        0,
                        0,
                        f"the data file {name!r} has the name of another released file",
                        "rename one of them",
                    )
                )
    if problems:
        raise CourseError(problems)
    return files
