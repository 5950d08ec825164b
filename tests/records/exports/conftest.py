from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gradeprop.records.gradebook.given import PartMark, Person
from records.graded_class import result_for, small_course
from records.marked_class import BY_HAND, COMMIT, WHY, marked, the_class, wrong


@pytest.fixture
def course(tmp_path: Path) -> Any:
    return small_course(tmp_path)


@pytest.fixture
def waiting(course: Any) -> Any:
    """ada, whose text nobody has read."""
    return the_class(course, marked(result_for("ada", ())))


@pytest.fixture
def recorded(course: Any) -> Any:
    """A class with a gradebook: scores by a person, extra credit, a late penalty, an odd id."""
    ada = marked(
        result_for("ada", ()),
        {BY_HAND: PartMark(3.0), COMMIT: PartMark(1.0), WHY: PartMark(None, 1.5, 1.0, "Nice.")},
        penalty=2.0,
        person=Person("Ada", "Lovelace", "ada@example.org", "4711"),
    )
    odd = marked(
        wrong("=1+1"),
        {BY_HAND: PartMark(1.0, manual=2.0), COMMIT: PartMark(0.0), WHY: PartMark(None)},
    )
    return the_class(course, ada, odd)


@pytest.fixture
def faulty(course: Any) -> Any:
    """bob, on whom a grader failed; the text has its points already."""
    return the_class(
        course,
        marked(
            result_for("bob", (), hidden=None),
            {BY_HAND: PartMark(None), COMMIT: PartMark(1.0), WHY: PartMark(None, 2.0)},
        ),
    )
