"""Canvas over its REST interface, by canvasapi.

https://developerdocs.instructure.com/services/canvas (read in 2026): lists come in pages, told by
Link headers; too many requests are answered with 429, or 403 and "Rate Limit Exceeded"; a bulk
update is a job, whose Progress object is asked until it is ``completed`` or ``failed``."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, TypeVar

from canvasapi import Canvas
from canvasapi.exceptions import (
    CanvasException,
    Forbidden,
    InvalidAccessToken,
    RateLimitExceeded,
    ResourceDoesNotExist,
    Unauthorized,
)
from requests.exceptions import RequestException

from gradeprop.course.nearest import nearest
from gradeprop.errors import MissingFacility, UsageError
from gradeprop.records.push.patience import limit_patience
from gradeprop.records.push.there import CanvasAssignment, CanvasStudent, Standing, There
from gradeprop.wording import number as as_number

_PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before asking again where Canvas says that there were too many requests."""
_AT_ONCE: Final = 500
"""Scores in one request: Canvas refuses forms with more than some thousand fields."""
_LONGEST: Final = 600.0
_SHOWN: Final = 5

Result = TypeVar("Result")


class CanvasCourse:
    """One Canvas course.

    Args:
        url: as of `gradeprop.records.push.token.canvas_url`.
        course: its number, or ``sis_course_id:…``.
        sleep: waits some seconds.

    Raises:
        UsageError: Canvas has no such course, or hides it from the token's owner.
        MissingFacility: it cannot be reached, or does not take the token.
    """

    def __init__(
        self, url: str, token: str, course: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._url, self._sleep = url, sleep
        with warnings.catch_warnings():
            # Of http://, which only this very machine may have.
            warnings.simplefilter("ignore", UserWarning)
            canvas = Canvas(url, token)
        limit_patience(canvas)
        self._course: Any = self._asked(f"course {course}", lambda: canvas.get_course(course))

    def there(self, title: str, number: int | None) -> There:
        """The assignment of that number, else the one of that name; its students and scores.

        Raises:
            UsageError: there is none, or several have the name.
            MissingFacility: Canvas cannot be reached, or refuses.
        """
        found = self._assignment(title, number)
        users = self._asked(
            "students",
            lambda: list(
                self._course.get_users(enrollment_type=["student"], include=["email"], per_page=100)
            ),
        )
        group = bool(_of(found, "group_category_id"))
        assignment = CanvasAssignment(
            int(found.id),
            str(found.name),
            _of(found, "points_possible"),
            str(_of(found, "grading_type") or "points"),
            shared=group and not _of(found, "grade_group_students_individually"),
            hidden=bool(_of(found, "post_manually")),
        )
        return There(assignment, tuple(map(_student, users)), self.standing(assignment))

    def standing(self, assignment: CanvasAssignment) -> Mapping[int, Standing]:
        """What Canvas has for each student.

        Raises:
            UsageError, MissingFacility: as `there`.
        """

        def ask() -> list[Any]:
            found = self._course.get_assignment(assignment.id)
            return list(found.get_submissions(per_page=100))

        return {
            int(item.user_id): _standing(item)
            for item in self._asked(f"assignment {assignment.id}", ask)
        }

    def update(self, assignment: CanvasAssignment, scores: Mapping[int, float]) -> None:
        """Give scores, by the student's number, and wait until Canvas has taken them.

        Raises:
            UsageError, MissingFacility: as `there`; or Canvas' job failed or takes too long.
        """
        what = f"assignment {assignment.id}"
        found = self._asked(what, lambda: self._course.get_assignment(assignment.id))
        students = sorted(scores)
        for start in range(0, len(students), _AT_ONCE):
            data = {
                str(student): {"posted_grade": as_number(scores[student])}
                for student in students[start : start + _AT_ONCE]
            }
            send = partial(found.submissions_bulk_update, grade_data=data)
            job: Any = self._asked(what, send)
            self._await(job)

    def _await(self, job: Any) -> None:
        waited, pause = 0.0, 0.25
        while (state := _of(job, "workflow_state")) != "completed":
            if state == "failed":
                said = f": {message}" if (message := _of(job, "message")) else ""
                raise MissingFacility(
                    f"Canvas could not take the scores{said}",
                    where=self._url,
                    remedy="look at the assignment there, then push again: what was taken is left "
                    "as it is",
                )
            if waited >= _LONGEST:
                raise MissingFacility(
                    f"Canvas is still at work after {_LONGEST / 60:g} minutes",
                    where=self._url,
                    remedy="push again later: it then sends only what is missing",
                )
            self._sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 5.0)
            job = self._asked("progress", job.query)

    def _assignment(self, title: str, number: int | None) -> Any:
        if number is not None:
            return self._asked(f"assignment {number}", lambda: self._course.get_assignment(number))
        every = self._asked("assignments", lambda: list(self._course.get_assignments(per_page=100)))
        wanted = " ".join(title.split()).casefold()
        named = [item for item in every if " ".join(str(item.name).split()).casefold() == wanted]
        if len(named) == 1:
            return named[0]
        if named:
            numbers = ", ".join(str(item.id) for item in named)
            raise UsageError(
                f"the Canvas course has several assignments {title!r}",
                where=self._url,
                remedy=f"choose one of them with --assignment-id: {numbers}",
            )
        raise UsageError(
            f"the Canvas course has no assignment {title!r}",
            where=self._url,
            remedy=_which(title, every),
        )

    def _asked(self, what: str, ask: Callable[[], Result]) -> Result:
        """What Canvas answers; asked again after a pause where there were too many requests."""
        for pause in (*_PAUSES, None):
            try:
                with self._told(what):
                    return ask()
            except _TooMany:
                if pause is None:
                    break
                self._sleep(pause)
        raise MissingFacility(
            "Canvas says that there are too many requests",
            where=self._url,
            remedy="wait some minutes, then push again: it sends only what is missing",
        )

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Canvas' errors as ours."""
        try:
            yield
        except InvalidAccessToken as error:
            raise MissingFacility(
                "Canvas does not take the token",
                where=self._url,
                remedy="it may have expired: make a new one there (Account, Settings, New Access "
                "Token)",
            ) from error
        except RateLimitExceeded as error:
            raise _TooMany from error
        except (Unauthorized, Forbidden) as error:
            if "rate limit exceeded" in str(error).lower():
                raise _TooMany from error
            raise MissingFacility(
                f"the token's owner may not do this in Canvas ({what})",
                where=self._url,
                remedy="take the token of a teacher of this course, who may edit grades",
            ) from error
        except ResourceDoesNotExist as error:
            raise UsageError(
                f"Canvas has no {what}, or hides it from the token's owner",
                where=self._url,
                remedy="take the number at the end of its address there",
            ) from error
        except CanvasException as error:
            raise MissingFacility(
                f"Canvas answers with an error ({what}): {str(error)[:200]}",
                where=self._url,
                remedy="try again later",
            ) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise MissingFacility(
                f"this is not how Canvas answers ({what})",
                where=self._url,
                remedy="check the address: it is that of Canvas' first page",
            ) from error
        except RequestException as error:
            raise MissingFacility(
                f"Canvas cannot be reached ({type(error).__name__})",
                where=self._url,
                remedy="check the address and the network",
            ) from error


class _TooMany(Exception):
    """Canvas wants to be asked later."""


def _of(found: Any, name: str) -> Any:
    """An attribute that not every Canvas tells, or tells everybody."""
    return getattr(found, name, None)


def _student(user: Any) -> CanvasStudent:
    keys = (str(_of(user, name) or "") for name in ("login_id", "sis_user_id", "email"))
    return CanvasStudent(int(user.id), str(_of(user, "name") or user.id), *keys)


def _standing(submission: Any) -> Standing:
    entered = _of(submission, "entered_score")
    score = _of(submission, "score") if entered is None else entered
    return Standing(
        None if score is None else float(score),
        bool(_of(submission, "excused")),
        float(_of(submission, "points_deducted") or 0.0),
    )


def _which(title: str, every: Sequence[Any]) -> str:
    names = [str(item.name) for item in every]
    near = nearest(title, names)
    shown = ", ".join(f"{item.id} ({item.name})" for item in every[:_SHOWN])
    more = " …" if len(every) > _SHOWN else ""
    listed = f"choose one with --assignment-id: {shown}{more}" if every else "make it there first"
    return f"did you mean {near[0]!r}? {listed}" if near else listed
