"""Canvas is asked as it documents, and what it refuses is told with a remedy."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from gradeprop.errors import MissingFacility, UsageError
from gradeprop.records.push import canvas as module
from gradeprop.records.push.canvas import CanvasCourse
from gradeprop.records.push.patience import limit_patience
from gradeprop.records.push.there import CanvasStudent, Standing
from records.push.fake_canvas import COURSE, TOKEN, FakeCanvas

Slept = list[float]


@pytest.fixture
def opened(canvas: FakeCanvas) -> Callable[[], tuple[CanvasCourse, Slept]]:
    canvas.assignment("Slopes", 6.0)
    canvas.assignment("Descent", 4.0, 78)
    canvas.assignment("Twice", 4.0, 79)
    canvas.assignment(" twice ", 4.0, 80)
    for number in range(1, 6):
        canvas.student(number, f"Student {number}", login_id=f"s{number}")

    def open_it(token: str = TOKEN, course: str = str(COURSE)) -> tuple[CanvasCourse, Slept]:
        slept: Slept = []
        return CanvasCourse(canvas.url, token, course, slept.append), slept

    return open_it


def test_every_page_is_read(opened: Callable[..., tuple[CanvasCourse, Slept]]) -> None:
    there = opened()[0].there("slopes", None)
    assert [student.id for student in there.students] == [1, 2, 3, 4, 5]
    assert there.students[0] == CanvasStudent(1, "Student 1", login="s1")
    assert dict(there.standing) == dict.fromkeys(range(1, 6), Standing())
    assert (there.assignment.id, there.assignment.points) == (77, 6.0)


def test_scores_are_sent_as_one_job_and_its_progress_is_awaited(
    canvas: FakeCanvas, opened: Callable[..., tuple[CanvasCourse, Slept]]
) -> None:
    course, slept = opened()
    assignment = course.there("Slopes", None).assignment
    course.update(assignment, {1: 3.0, 4: 1.333333})
    assert (canvas.score(1), canvas.score(4), canvas.score(2)) == (3.0, 1.333333, None)
    assert len(canvas.updates) == 1
    assert slept == [0.25, 0.5]  # queued, running


def test_many_scores_go_in_several_requests(
    canvas: FakeCanvas,
    opened: Callable[..., tuple[CanvasCourse, Slept]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    course, _ = opened()
    course.update(course.there("", 77).assignment, dict.fromkeys(range(1, 6), 1.0))
    assert len(canvas.updates) == 3
    assert [canvas.score(number) for number in range(1, 6)] == [1.0] * 5


def test_what_canvas_entered_counts_not_what_its_late_policy_left(
    canvas: FakeCanvas, opened: Callable[..., tuple[CanvasCourse, Slept]]
) -> None:
    course, _ = opened()
    canvas.student(9, "Late", 4.0, entered_score=5.0, points_deducted=1.0, excused=True)
    assert course.there("Slopes", None).standing[9] == Standing(5.0, True, 1.0)


def test_too_many_requests_are_made_again_after_a_pause(
    canvas: FakeCanvas, opened: Callable[..., tuple[CanvasCourse, Slept]]
) -> None:
    course, slept = opened()
    canvas.throttled = 2
    assert len(course.there("Slopes", None).students) == 5
    assert slept == [1.0, 2.0]


def test_too_many_requests_for_long_are_told(
    canvas: FakeCanvas, opened: Callable[..., tuple[CanvasCourse, Slept]]
) -> None:
    course, slept = opened()
    canvas.throttled = 1000
    with pytest.raises(MissingFacility, match="too many requests") as raised:
        course.there("Slopes", None)
    assert "wait some minutes" in str(raised.value)
    assert sum(slept) == 31.0


def test_a_token_that_is_not_taken_is_told_and_never_shown(
    opened: Callable[..., tuple[CanvasCourse, Slept]],
) -> None:
    with pytest.raises(MissingFacility, match="does not take the token") as raised:
        opened("7~AnotherToken")
    assert "AnotherToken" not in str(raised.value)


def test_a_course_that_is_not_there(opened: Callable[..., tuple[CanvasCourse, Slept]]) -> None:
    with pytest.raises(UsageError, match="no course 99"):
        opened(course="99")


def test_an_assignment_that_is_not_there_is_answered_with_those_that_are(
    opened: Callable[..., tuple[CanvasCourse, Slept]],
) -> None:
    course, _ = opened()
    with pytest.raises(UsageError, match="no assignment 'Slope'") as raised:
        course.there("Slope", None)
    assert "did you mean 'Slopes'?" in str(raised.value)
    assert "--assignment-id: 77 (Slopes), 78 (Descent)" in str(raised.value)
    with pytest.raises(UsageError, match="no assignment 5"):
        course.there("", 5)


def test_of_several_of_one_name_a_number_chooses(
    opened: Callable[..., tuple[CanvasCourse, Slept]],
) -> None:
    course, _ = opened()
    with pytest.raises(UsageError, match="several assignments") as raised:
        course.there("Twice", None)
    assert "79, 80" in str(raised.value)
    assert course.there("Twice", 80).assignment.id == 80


def test_who_may_not_grade_is_told_so(
    canvas: FakeCanvas, opened: Callable[..., tuple[CanvasCourse, Slept]]
) -> None:
    course, slept = opened()
    canvas.forbidden = True
    with pytest.raises(MissingFacility, match="may not do this") as raised:
        course.update(course.there("Slopes", None).assignment, {1: 1.0})
    assert "the token of a teacher" in str(raised.value)
    assert not slept  # to wait would change nothing


def test_a_job_that_fails_is_told_with_canvas_own_words(
    canvas: FakeCanvas, opened: Callable[..., tuple[CanvasCourse, Slept]]
) -> None:
    course, _ = opened()
    canvas.ends = "failed"
    with pytest.raises(MissingFacility, match="Assignment is moderated"):
        course.update(course.there("Slopes", None).assignment, {1: 1.0})


def test_a_job_that_never_ends_is_not_awaited_for_ever(
    canvas: FakeCanvas, opened: Callable[..., tuple[CanvasCourse, Slept]]
) -> None:
    course, slept = opened()
    canvas.ends = "running"
    with pytest.raises(MissingFacility, match="still at work after 10 minutes"):
        course.update(course.there("Slopes", None).assignment, {1: 1.0})
    assert max(slept) == 5.0


def test_nobody_at_the_address() -> None:
    with pytest.raises(MissingFacility, match="cannot be reached"):
        CanvasCourse("http://127.0.0.1:9", TOKEN, str(COURSE))


def test_an_address_of_something_else(canvas: FakeCanvas) -> None:
    canvas.answer = lambda *_: (200, "<html>Welcome</html>")  # type: ignore[method-assign]
    with pytest.raises(MissingFacility, match="not how Canvas answers"):
        CanvasCourse(canvas.url, TOKEN, str(COURSE))


def test_an_answer_that_does_not_come_is_not_awaited_for_ever(
    canvas: FakeCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "limit_patience", lambda made: limit_patience(made, 0.2))
    wait = threading.Event()
    canvas.answer = lambda *_: (200, wait.wait(20))  # type: ignore[method-assign]
    with pytest.raises(MissingFacility, match="cannot be reached"):
        CanvasCourse(canvas.url, TOKEN, str(COURSE))
    wait.set()
