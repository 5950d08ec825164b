"""The dates in a notebook's introduction, and that they may move."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from notebook_example import course

from gradeprop.notebook.dates import dates_line, undated
from gradeprop.notebook.release import ReleaseModel, release_model
from gradeprop.notebook.render import to_notebook
from gradeprop.notebook.restore import restore

RELEASE = date(2026, 9, 1)
DUE = datetime(2026, 9, 30, 23, 59, tzinfo=timezone(timedelta(hours=2)))
LATER = datetime(2026, 10, 7, 12, 0, tzinfo=UTC)
SAID = "**Due:** Wednesday 30 September 2026, 23:59 (UTC+2)."


def dated(**dates: Any) -> ReleaseModel:
    made = course()
    assignment = made.assignments[0]
    spec = assignment.spec.model_copy(update=dates)
    return release_model(made, assignment.model_copy(update={"spec": spec}), {})


def test_a_line_names_the_dates_that_are_given() -> None:
    assert dates_line(None, None) == ""
    assert dates_line(RELEASE, None) == "**Handed out:** Tuesday 1 September 2026."
    assert dates_line(None, DUE) == SAID
    assert dates_line(RELEASE, DUE) == f"**Handed out:** Tuesday 1 September 2026. {SAID}"


def test_the_introduction_tells_them_between_the_points_and_the_table() -> None:
    text = dated(release=RELEASE, due=DUE).cells[0].source
    points, table = text.index("**Points:**"), text.index("| Exercise |")
    assert points < text.index("**Handed out:**") < text.index(SAID) < table


def test_without_dates_the_notebook_is_the_same_as_before() -> None:
    plain, with_dates = dated(), dated(release=RELEASE, due=DUE)
    assert "**Due:**" not in plain.cells[0].source
    assert undated(with_dates.cells[0].source) == plain.cells[0].source
    assert with_dates.cells[1:] == plain.cells[1:]


@pytest.mark.parametrize("now", [{"due": LATER}, {"release": RELEASE, "due": DUE}, {}])
@pytest.mark.parametrize("ids", [True, False])
def test_a_date_that_was_moved_is_not_told_as_a_change_by_the_student(
    now: dict[str, Any], ids: bool
) -> None:
    notebook = json.loads(to_notebook(dated(due=DUE)))
    if not ids:
        for cell in notebook["cells"]:
            cell.pop("id")
            cell["metadata"] = {}
    restored = restore(json.dumps(notebook).encode(), dated(**now))
    assert restored.notes == ()
    assert restored.cells[0].source == dated(**now).cells[0].source


def test_any_other_change_of_the_introduction_is_still_told() -> None:
    notebook = json.loads(to_notebook(dated(due=DUE)))
    notebook["cells"][0]["source"] = "mine"
    (note,) = restore(json.dumps(notebook).encode(), dated(due=LATER)).notes
    assert note == "Put back as released, after changes: a01_slopes-introduction."
