"""Hooks that nbgrader calls: its ``generate_assignment`` writes our release, its ``autograde``
grades in our sandbox. `gradeprop.records.nbgrader.config` switches them on.

A notebook that is not an assignment of course.yaml is none of our business: nbgrader treats it as
ever.

Everything that can fail is done while nbgrader sets up its converter, before it removes an old
release or an earlier grading."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde, GenerateAssignment, NbGraderException
from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets import Enum

from gradeprop.errors import GradepropError
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.notebook.render import to_notebook
from gradeprop.records.files.handed_time import time_note, with_time_note
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.receipt import carry_receipt
from gradeprop.records.files.results import write_result
from gradeprop.records.files.submissions import Handed
from gradeprop.records.gradebook.lateness import with_lateness
from gradeprop.records.gradebook.writer import GradebookWriter
from gradeprop.records.handed_late import lateness_of
from gradeprop.records.nbgrader.config import course_settings
from gradeprop.records.nbgrader.grading import Delivery, Order, in_own_process
from gradeprop.records.nbgrader.hand_ins import discard_halves, hand_ins, is_due, take_up_missing
from gradeprop.records.nbgrader.handed_files import guard

Notebook: TypeAlias = Any
Resources: TypeAlias = dict[str, Any]
Converted: TypeAlias = tuple[Notebook, Resources]


def _is_ours(root: str, resources: Mapping[str, Any]) -> bool:
    place = resources.get("nbgrader", {})
    assignment = place.get("assignment")
    return (
        place.get("notebook") == assignment
        and assignment in course_settings(Path(root)).assignments
    )


def _as_nbgrader_does(
    kinds: list[type], parent: Any, notebook: Notebook, resources: Resources
) -> Converted:
    for kind in kinds:
        notebook, resources = kind(parent=parent)(notebook, resources)
    return notebook, resources


def _defaults(converter: type, name: str) -> list[type]:
    kinds: list[type] = converter.class_traits()[name].default()  # type: ignore[attr-defined]
    return kinds


def _parsed(text: str) -> Notebook:
    return nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]


def _carry_out(log: Any, order: Order) -> Delivery:
    try:
        return in_own_process(order)
    except GradepropError as error:
        log.error("%s", error)
        raise NbGraderException(str(error)) from error


@contextmanager
def _database(log: Any, delivery: Delivery, url: str) -> Iterator[GradebookWriter]:
    """The gradebook with the assignment's rows up to date; what fails is said as nbgrader says
    it."""
    try:
        with GradebookWriter(delivery.course, delivery.release, url) as writer:
            yield writer
    except GradepropError as error:
        log.error("%s", error)
        raise NbGraderException(str(error)) from error


class ReleaseNotebook(NbGraderPreprocessor):
    """For ``generate_assignment``: the release that ``gradeprop build`` writes, and its gradebook
    rows.

    Parts may have been added and points changed although there are submissions.
    """

    parent: Any

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        self._converter: Any = getattr(self.parent, "parent", None)
        self._deliveries: dict[str, Delivery] = {}
        course = getattr(self._converter, "coursedir", None)
        if course is None:
            return
        root = Path(course.root)
        ours = course_settings(root).assignments
        # nbgrader takes a pattern, too, as in `nbgrader generate_assignment 'a0*'`.
        for assignment in sorted(fnmatch.filter(ours, course.assignment_id)):
            order = Order(root, assignment, root / course.submitted_directory)
            delivery = self._deliveries[assignment] = _carry_out(self.log, order)
            for note in delivery.notes:
                self.log.warning("%s", note)

    def preprocess(self, nb: Notebook, resources: Resources) -> Converted:
        course = self._converter.coursedir
        if not _is_ours(course.root, resources):
            return _as_nbgrader_does(
                _defaults(GenerateAssignment, "preprocessors"), self.parent, nb, resources
            )
        delivery = self._deliveries[resources["nbgrader"]["assignment"]]
        release = delivery.release
        if not self._converter.no_database:
            with _database(self.log, delivery, course.db_url) as writer:
                for note in writer.notes:
                    self.log.warning("%s", note)
        resources.setdefault("outputs", {}).update(release.files)
        return _parsed(to_notebook(release).decode()), resources


class SubmissionExporter(NotebookExporter):
    """For ``autograde``: grades the class before nbgrader takes up the first submission.

    Submitted notebooks are read by our own reader only, which nothing in them can stop.
    """

    parent: Any
    isolation: Any = Enum(
        ["auto", "full", "restricted", "none"],
        "auto",
        help="How student code is kept apart: auto, full, restricted or none (no protection).",
    ).tag(config=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        self.delivery: Delivery | None = None
        self.results: dict[str, SubmissionResult] = {}
        converter = self.parent
        course = getattr(converter, "coursedir", None)
        if (
            course is None
            or course.assignment_id not in course_settings(Path(course.root)).assignments
        ):
            return
        guard(converter)
        take_up_missing(converter)
        found = list(hand_ins(converter))
        discard_halves(converter, [student for student, _ in found])
        self._grade(tuple(student for student, path in found if is_due(converter, student, path)))

    def result(self, student: str) -> tuple[Delivery, SubmissionResult]:
        """A student's result, once; graded now if it was not foreseen."""
        if student not in self.results:
            self._grade((student,))
        assert self.delivery is not None
        return self.delivery, self.results.pop(student)

    def _grade(self, students: tuple[str, ...]) -> None:
        if not students:
            return
        course = self.parent.coursedir
        root = Path(course.root)
        self.log.info("Grading %d submission(s) of %s", len(students), course.assignment_id)
        submitted = root / course.submitted_directory
        order = Order(root, course.assignment_id, submitted, students, self.isolation)
        self.delivery = _carry_out(self.log, order)
        self.results.update({result.student: result for result in self.delivery.results})
        # nbgrader refuses an assignment that its database does not know, and looks for it next.
        with _database(self.log, self.delivery, course.db_url) as writer:
            for note in writer.notes:
                self.log.warning("%s", note)

    def from_filename(self, filename: str, resources: Any = None, **settings: Any) -> Converted:
        if not _is_ours(self.parent.coursedir.root, resources):
            return super().from_filename(filename, resources, **settings)
        blank = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
        return self.from_notebook_node(blank, resources, **settings)

    def from_notebook_node(self, nb: Notebook, resources: Any = None, **settings: Any) -> Converted:
        output, resources = super().from_notebook_node(nb, resources, **settings)  # type: ignore[no-untyped-call]
        # Exactly the file that the gradebook knows, to the byte.
        return resources.get("gradeprop", output), resources


class SanitizeOthers(NbGraderPreprocessor):
    """For ``autograde``: nbgrader's first pass, which our own notebooks do not need."""

    parent: Any

    def preprocess(self, nb: Notebook, resources: Resources) -> Converted:
        if _is_ours(self.parent.parent.coursedir.root, resources):
            return nb, resources
        return _as_nbgrader_does(
            _defaults(Autograde, "sanitize_preprocessors"), self.parent, nb, resources
        )


class GradeSubmission(NbGraderPreprocessor):
    """For ``autograde``: records the result in the gradebook and results/, and puts the notebook as
    it ran in the place of the submitted one."""

    parent: Any

    def preprocess(self, nb: Notebook, resources: Resources) -> Converted:
        course = self.parent.parent.coursedir
        if not _is_ours(course.root, resources):
            return _as_nbgrader_does(
                _defaults(Autograde, "autograde_preprocessors"), self.parent, nb, resources
            )
        place = resources["nbgrader"]
        try:
            delivery, result = self.parent.result(place["student"])
            folder = course.format_path(
                course.submitted_directory, place["student"], place["assignment"]
            )
            with GradebookWriter(delivery.course, delivery.release, place["db_url"]) as writer:
                result = with_time_note(result, time_note(Path(folder)))
                handed = Handed(result.student, Path(folder) / f"{result.assignment}.ipynb")
                late = lateness_of(Path(course.root), result.assignment, [handed], writer.times())
                result = with_lateness(result, late[result.student])
                entry, data = writer.prepared(result, Path(folder))
                writer.save([entry])
            graded = course.format_path(
                course.autograded_directory, place["student"], place["assignment"]
            )
            carry_receipt(Path(graded), Path(folder))
            write_result(Path(course.root), result)
        except GradepropError as error:
            raise NbGraderException(str(error)) from error
        if result.status == "ungradable":
            self.log.warning(
                "%s cannot be graded and gets no points: %s",
                shown_id(place["student"]),
                result.message,
            )
        notebook = resources["gradeprop"] = data.decode()
        return _parsed(notebook), resources
