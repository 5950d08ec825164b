"""Write the bundled class: examples/submitted.tar.xz, which unpacks to
submitted/<student>/<assignment>/<assignment>.ipynb.

Thirty students hand in the course's assignments. Their answers are the course's own solutions,
further right ways, samples of mistakes and slips, so the class follows the course; run this again
(``make examples``) after the course has changed."""

from __future__ import annotations

import io
import lzma
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from class_answers import Answer, Sources, answers_to, read_sources
from class_files import as_it_is
from class_known import ALWAYS, FILES, KNOWN, TEXTS, Work
from class_students import STUDENTS, Student

from gradeprop.course.keys import PartKey
from gradeprop.course.load import load_course
from gradeprop.course.model import AnyPart, Course, LoadedAssignment, LoadedExercise
from gradeprop.grading.run.publish import record_public_checks
from gradeprop.grading.verify import filled_in
from gradeprop.notebook.release import ReleaseModel, release_model
from gradeprop.notebook.render import to_notebook

ROOT = Path(__file__).resolve().parents[1]
ARCHIVE = ROOT / "examples" / "submitted.tar.xz"
FOLDER = "submitted"

# The notebooks of an assignment are much alike, so that nearly all of one is found in another: the
# dictionary has to reach back over all of them.
DICTIONARY_BYTES = 64 * 2**20
HANDED_IN_AT = 1767225600  # 2026-01-01 UTC, for every file; a zip could hold none from 1970
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": DICTIONARY_BYTES}]


@dataclass(frozen=True)
class BundledClass:
    """The class for a course."""

    course: Course

    @cached_property
    def sources(self) -> Sources:
        """What answers are taken from."""
        every = [item for assignment in self.course.assignments for item in assignment.exercises]
        return read_sources(ROOT, every)

    def students(self, assignment: LoadedAssignment) -> list[Student]:
        """Those who hand it in, by name."""
        number = 1 + self.course.assignments.index(assignment)
        return [student for student in STUDENTS if student.hands_in(number)]

    def answers(self, assignment: LoadedAssignment, student: Student) -> dict[PartKey, Answer]:
        """What the student wrote in each part, and what a grader may say to it."""
        work = KNOWN.get(student.name, {}).get(assignment.id)
        if work is not None:
            return _known_answers(assignment, work)
        answers = {
            exercise.key(part): answer
            for exercise in assignment.exercises
            for part, answer in answers_to(exercise, student, self.sources).items()
        }
        texts = TEXTS.get((student.name, assignment.id), {})
        return answers | {key: Answer("odd", text, None) for key, text in texts.items()}

    def files(self, assignment: LoadedAssignment) -> Iterator[tuple[Student, bytes]]:
        """Each student with the file handed in."""
        public = record_public_checks(self.course, assignment)
        release = release_model(self.course, assignment, public)
        for student in self.students(assignment):
            yield student, self._file(release, assignment, student)

    def _file(self, release: ReleaseModel, assignment: LoadedAssignment, student: Student) -> bytes:
        answers = self.answers(assignment, student)
        sources = {key: answer.source for key, answer in answers.items()}
        notebook = to_notebook(filled_in(release, sources))
        befallen = FILES.get((student.name, assignment.id), ALWAYS.get(student.name, as_it_is))
        return befallen(notebook, assignment.id)


def _known_answers(assignment: LoadedAssignment, work: Work) -> dict[PartKey, Answer]:
    return {
        exercise.key(part.part): _known_answer(exercise, part, work)
        for exercise in assignment.exercises
        for part in exercise.spec.parts
    }


def _known_answer(exercise: LoadedExercise, part: AnyPart, work: Work) -> Answer:
    key = exercise.key(part.part)
    if key in work.text:
        return Answer("odd", work.text[key], None)
    if work.blank:
        return Answer("unfinished", part.starter, None)
    if key in work.mistakes:
        mistake = work.mistakes[key]
        sample = exercise.samples(part.part)[mistake][0]
        return Answer("mistake", sample, frozenset({mistake}))
    return Answer("right", exercise.solution[part.part])


def path_of(student: str, assignment: str) -> str:
    """Where a file stands in the archive, as in nbgrader's layout."""
    return f"{FOLDER}/{student}/{assignment}/{assignment}.ipynb"


def make_class(course: Course) -> dict[str, bytes]:
    """Every file of the class, by its path in the archive."""
    bundled = BundledClass(course)
    return {
        path_of(student.name, assignment.id): data
        for assignment in course.assignments
        for student, data in bundled.files(assignment)
    }


def packed(files: Mapping[str, bytes]) -> bytes:
    """One archive of these files, the same whenever and by whomever it is made. It goes by
    assignment, so that what is alike stands together."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(files, key=lambda path: path.split("/")[::-1]):
            entry = tarfile.TarInfo(path)  # of nobody
            entry.mtime = HANDED_IN_AT
            entry.size = len(files[path])
            archive.addfile(entry, io.BytesIO(files[path]))
    return lzma.compress(plain.getvalue(), filters=FILTERS)


def main() -> None:
    ARCHIVE.write_bytes(packed(make_class(load_course(ROOT))))
    print(f"wrote {ARCHIVE.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
