"""The bundled class is what its script makes of the present course, and comes out as it is meant
to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import make_class
import pytest
from class_known import ALWAYS, FILES, KNOWN, TEXTS
from class_students import PERFECT, STRUGGLING, STUDENTS, TENDENCIES, TYPICAL

from bundled_class import unpacked
from gradeprop.course.keys import PartKey
from gradeprop.course.load import load_course
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Setting, Submission
from gradeprop.grading.run.publish import release_of
from gradeprop.session.grader.sandbox import open_sandbox

LEAST_HAND_INS = 20
MOST_BYTES = 1_500_000
TWELVE = (
    "ada",
    "alan",
    "emmy",
    "grace",
    "hedy",
    "joan",
    "kurt",
    "maria",
    "nina",
    "paul",
    "sofia",
    "tom",
)


@pytest.fixture(scope="module")
def course() -> Any:
    return load_course(make_class.ROOT)


@pytest.fixture(scope="module")
def bundled(course: Any) -> Any:
    return make_class.BundledClass(course)


@pytest.fixture(scope="module")
def archive() -> dict[str, bytes]:
    return unpacked()


def handed_in(bundled: Any, assignment: str) -> list[tuple[Any, bytes]]:
    return list(bundled.files(bundled.course.assignment(assignment)))


def graded(bundled: Any, assignment: str, students: Sequence[str]) -> list[SubmissionResult]:
    """The results of these students, as `gradeprop grade` gives them."""
    loaded = bundled.course.assignment(assignment)
    submissions = [
        Submission(student.name, data)
        for student, data in handed_in(bundled, assignment)
        if student.name in students
    ]
    results: list[SubmissionResult] = []
    with open_sandbox("auto") as sandbox:
        release = release_of(bundled.course, loaded)
        setting = Setting(bundled.course, loaded, release, b"k" * 32, ("cpu",), {"cpu": sandbox})
        grade_batch(setting, submissions, results.append)
    return results


def test_the_archive_holds_for_a_short_assignment_what_the_script_makes(
    bundled: Any, archive: dict[str, bytes]
) -> None:
    written = {path: data for path, data in archive.items() if "/a11_explain/" in path}
    made = {
        make_class.path_of(student.name, "a11_explain"): data
        for student, data in handed_in(bundled, "a11_explain")
    }
    assert written == made, "run `make examples`"


@pytest.mark.slow
def test_the_archive_holds_what_the_script_makes(course: Any, archive: dict[str, bytes]) -> None:
    assert archive == make_class.make_class(course), "run `make examples`"


def test_the_archive_is_small_in_the_repository() -> None:
    assert make_class.ARCHIVE.stat().st_size < MOST_BYTES


def test_an_archive_is_the_same_whoever_makes_it_and_in_whatever_order() -> None:
    files = {make_class.path_of(name, "a01"): name.encode() for name in ("ada", "tom", "kurt")}
    assert make_class.packed(files) == make_class.packed(dict(reversed(files.items())))


def test_thirty_students_hand_in_and_every_assignment_has_enough_of_them(
    course: Any, archive: dict[str, bytes]
) -> None:
    places = [path.split("/") for path in archive]
    assert {student for _, student, _, _ in places} == {student.name for student in STUDENTS}
    assert len(STUDENTS) == 30
    hand_ins = Counter(assignment for _, _, assignment, _ in places)
    assert set(hand_ins) == {assignment.id for assignment in course.assignments}
    assert min(hand_ins.values()) >= LEAST_HAND_INS
    assert min(hand_ins.values()) < len(STUDENTS)  # not everybody hands in everything


def test_what_is_fixed_stands_in_a_part_of_something_that_is_handed_in(
    bundled: Any, archive: dict[str, bytes]
) -> None:
    fixed = {
        **{
            (name, each): set(work.mistakes) | set(work.text)
            for name, works in KNOWN.items()
            for each, work in works.items()
        },
        **{place: set(texts) for place, texts in TEXTS.items()},
    }
    assert {make_class.path_of(*place) for place in {**fixed, **FILES}} <= set(archive)
    assert set(ALWAYS) <= {student.name for student in STUDENTS}
    for (_, assignment), keys in fixed.items():
        exercises = bundled.course.assignment(assignment).exercises
        parts = {item.key(part.part) for item in exercises for part in item.spec.parts}
        assert keys <= parts


def test_tendencies_are_mistakes_of_the_course(course: Any) -> None:
    exercises = [item for assignment in course.assignments for item in assignment.exercises]
    known = {
        mistake
        for item in exercises
        for part in item.spec.parts
        for mistake in item.samples(part.part)
    }
    assert {each for row in TENDENCIES.values() for each in row} <= known
    assert {name for student in STUDENTS for name in student.tendencies} <= set(TENDENCIES)


def test_perfect_students_make_no_mistake_and_struggling_ones_more_than_others(
    bundled: Any,
) -> None:
    shares = {}
    for profile in (PERFECT, TYPICAL, STRUGGLING):
        kinds = Counter(
            answer.kind
            for assignment in bundled.course.assignments
            for student in bundled.students(assignment)
            if student.profile == profile and student.name not in KNOWN
            for answer in bundled.answers(assignment, student).values()
        )
        shares[profile] = kinds["right"] / kinds.total()
    assert shares[PERFECT] == 1.0
    assert 0.3 < shares[STRUGGLING] < 0.6 < shares[TYPICAL] < 0.9


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_whole_assignment_is_graded_without_a_fault_and_no_cause_is_a_wrong_one(
    bundled: Any,
) -> None:
    assignment = bundled.course.assignment("a08_graph_control")
    everybody = {student.name: student for student in bundled.students(assignment)}
    results = graded(bundled, assignment.id, list(everybody))
    assert {result.student for result in results} == set(everybody)
    for result in results:
        student = everybody[result.student]
        answers = bundled.answers(assignment, student)
        parts = dict(result.parts())
        statuses = {check.status for part in parts.values() for check in part.checks}
        assert "error" not in statuses
        if student.profile == PERFECT:
            assert result.auto_score == result.max_score
        for key, part in parts.items():
            causes = answers[PartKey(*key)].causes
            named = {check.misconception for check in part.checks if check.misconception}
            assert causes is None or named <= causes, (result.student, key)
    (unreadable,) = [result for result in results if result.status == "ungradable"]
    assert unreadable.student == "niels"


@pytest.mark.slow
def test_each_of_the_twelve_comes_out_as_described(bundled: Any) -> None:
    outcome = {
        result.student: (
            result.status,
            result.auto_score,
            {
                part.exercise: found.status
                for part, found in result.parts()
                if found.status != "passed"
            },
            {
                check.misconception
                for _, part in result.parts()
                for check in part.checks
                if check.misconception
            },
        )
        for result in graded(bundled, "a04_descent", TWELVE)
    }
    step, solve, fit = "neuron_step", "solve_x_plus_1", "fit_line"
    every = [item.slug for item in bundled.course.assignment("a04_descent").exercises]
    assert outcome == {
        "ada": ("graded", 28.0, {}, set()),
        "alan": ("graded", 24.0, {fit: "failed"}, {"grad_accumulated"}),
        "emmy": ("graded", 21.0, {step: "failed", solve: "failed"}, {"ascent", "off_by_one_step"}),
        "grace": (
            "graded",
            17.0,
            {step: "failed", solve: "failed", fit: "failed"},
            {"grad_accumulated", "stale_loss", "sum_instead_of_mean"},
        ),
        "hedy": (
            "graded",
            20.0,
            {step: "failed", fit: "failed"},
            {"copied_from_text", "sequential_update"},
        ),
        "joan": ("graded", 25.0, {solve: "timeout"}, set()),
        "kurt": ("graded", 24.0, {fit: "killed"}, set()),
        "maria": ("graded", 25.0, {solve: "failed"}, {"leaf_changed"}),
        "nina": ("graded", 28.0, {}, set()),
        "paul": ("graded", 0.0, dict.fromkeys(every, "failed"), {"rebinding"}),
        "sofia": ("graded", 24.0, {fit: "failed"}, {"grad_accumulated"}),
        "tom": ("ungradable", 0.0, dict.fromkeys(every, "missing"), set()),
    }
