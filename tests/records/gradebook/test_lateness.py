"""How late a hand-in is, by due date and extension, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course.minimal import replaced
from gradeprop.errors import UsageError
from gradeprop.records.files.extensions import extensions_of, read_extensions, write_extensions
from gradeprop.records.files.submissions import Handed
from gradeprop.records.gradebook.extending import extend_in_gradebook
from gradeprop.records.gradebook.lateness import (
    Lateness,
    Times,
    facts_of,
    in_words,
    says,
    with_lateness,
)
from gradeprop.records.gradebook.writer import GradebookWriter
from gradeprop.records.handed_late import lateness_of
from records.graded_class import (
    ASSIGNMENT,
    hand_in,
    ran,
    record_now,
    result_for,
    small_course,
    small_release,
)

DUE = datetime(2026, 3, 1, 12)
TIMES = Times(DUE, {"eve": timedelta(days=2)})
RESULT = result_for("ada", ())


@pytest.mark.parametrize(
    ("student", "after", "flag", "lateness"),
    [
        ("ada", timedelta(hours=-1), True, Lateness(False, 0.0)),
        ("ada", timedelta(hours=36), False, Lateness(True, 1.5)),
        ("ada", None, True, Lateness(True)),
        ("ada", None, False, Lateness(False)),
        ("ada", None, None, Lateness()),
        (
            "eve",
            timedelta(hours=36),
            None,
            Lateness(False, 0.0, datetime(2026, 3, 3, 12, tzinfo=UTC)),
        ),
        (
            "eve",
            timedelta(hours=72),
            None,
            Lateness(True, 1.0, datetime(2026, 3, 3, 12, tzinfo=UTC)),
        ),
        # The platform knows nothing of the extension.
        ("eve", None, True, Lateness(None, None, datetime(2026, 3, 3, 12, tzinfo=UTC))),
    ],
)
def test_the_time_counts_before_the_platforms_word(
    student: str, after: timedelta | None, flag: bool | None, lateness: Lateness
) -> None:
    handed_in = None if after is None else DUE + after
    assert TIMES.lateness(student, handed_in, flag) == lateness


def test_without_a_due_date_nobody_is_late() -> None:
    assert Times(None, {}).lateness("ada", DUE, None) == Lateness()


@pytest.mark.parametrize(
    ("lateness", "said"),
    [
        (Lateness(), None),
        (Lateness(False, 0.0), None),
        (Lateness(True), "This was handed in late."),
        (
            Lateness(True, 2 + 3 / 24),
            "This was handed in 2 days and 3 hours after the due date.",
        ),
        (Lateness(True, 0.0001), "This was handed in 1 minute after the due date."),
    ],
)
def test_it_is_said_in_words(lateness: Lateness, said: str | None) -> None:
    assert in_words(with_lateness(RESULT, lateness), None) == said


def test_an_extension_is_said_whether_or_not_it_was_enough() -> None:
    """In the due date's time zone, and in words that are true before it is over and after."""
    until = datetime(2026, 3, 3, 22, 59, tzinfo=UTC)
    due = datetime(2026, 3, 1, 23, 59, tzinfo=timezone(timedelta(hours=1)))
    extended = "The due date was extended to Tuesday 3 March 2026, 23:59 (UTC+1)."
    assert in_words(with_lateness(RESULT, Lateness(False, 0.0, until)), due) == extended
    late = in_words(with_lateness(RESULT, Lateness(True, 1.0, until)), due)
    assert late == f"This was handed in 1 day after the extended due date. {extended}"


def test_a_kept_result_is_stale_as_soon_as_something_else_is_to_be_said() -> None:
    assert says(facts_of(RESULT), Lateness(False, 0.0))  # as results of before are
    assert not says(facts_of(RESULT), Lateness(True, 1.0))
    late = with_lateness(RESULT, Lateness(True, 1.0))
    assert says(facts_of(late), Lateness(True, 1.0))
    assert not says(facts_of(late), Lateness(True, 2.0))
    assert not says(facts_of(late), Lateness(True, 1.0, datetime(2026, 3, 3, tzinfo=UTC)))
    assert not says(facts_of(replace(late, extension="x")), Lateness(True, 1.0))


def test_extensions_come_back_as_they_were(tmp_path: Path) -> None:
    until = datetime(2026, 3, 3, 23, 59, tzinfo=UTC)
    write_extensions(tmp_path, {("=eve", ASSIGNMENT): until, ("ada", "a02"): until})
    assert read_extensions(tmp_path) == {("=eve", ASSIGNMENT): until, ("ada", "a02"): until}
    assert extensions_of(tmp_path, ASSIGNMENT) == {"=eve": until}
    assert read_extensions(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("who,when\n", "extensions.csv:1: the first line must name the columns"),
        ("student,assignment,until\na,b,soon\n", "extensions.csv:2: 'soon' is no date and time"),
        (
            "student,assignment,until\na,b,2026-03-03\na,b,2026-03-04\n",
            "extensions.csv:3: 'a' has two extensions of b",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "extensions.csv").write_text(text)
    with pytest.raises(UsageError) as told:
        read_extensions(tmp_path)
    assert said in str(told.value)


def test_an_extension_reaches_the_gradebook_and_takes_the_penalty_back(tmp_path: Path) -> None:
    line = "  - id: a01_slopes\n"
    due = replaced("course.yaml", line, f"{line}    due: 2026-03-01T12:00+00:00\n")
    course = small_course(tmp_path, {**due})
    release = small_release(course)
    root = Path(course.root)
    (root / "late_rule.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class Rule(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return 0.5\n"
    )
    (root / "nbgrader_config.py").write_text(
        f"import sys\nsys.path.insert(0, {str(root)!r})\nc = get_config()\n"
        "c.AssignLatePenalties.plugin_class = 'late_rule.Rule'\n"
    )
    folder = hand_in(root, release, "ada", at="2026-03-02 12:00:00 UTC")
    handed = [Handed("ada", folder / f"{ASSIGNMENT}.ipynb")]
    with GradebookWriter(course, release) as writer:
        assert lateness_of(root, ASSIGNMENT, handed, writer.times())["ada"] == Lateness(True, 1.0)
        record_now(writer, result_for("ada", ran(release, {})), folder)
    assert penalty(root) == 0.5
    until = datetime(2026, 3, 3, 12, tzinfo=UTC)
    write_extensions(root, {("ada", ASSIGNMENT): until})
    assert extend_in_gradebook(root, "ada", ASSIGNMENT, until)
    assert not extend_in_gradebook(root, "ada", ASSIGNMENT, until)
    assert not extend_in_gradebook(root, "eve", ASSIGNMENT, until)
    with Gradebook(f"sqlite:///{root}/gradebook.db", course.spec.id) as book:
        assert book.find_submission(ASSIGNMENT, "ada").extension == timedelta(days=2)
    with GradebookWriter(course, release) as writer:
        late = lateness_of(root, ASSIGNMENT, handed, writer.times())["ada"]
        assert late == Lateness(False, 0.0, until)
        record_now(writer, result_for("ada", ran(release, {})), folder)
    assert penalty(root) == 0.0


def penalty(root: Path) -> float:
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        found: float = book.find_submission(ASSIGNMENT, "ada").late_submission_penalty
        return found
