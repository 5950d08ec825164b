"""What `gradeprop build` says of dates; that it writes notebooks is tested with `gradeprop grade`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import gradeprop
from course.minimal import GRADER, SOLUTION, replaced, write_course
from gradeprop.cli.build import run
from gradeprop.course.load import load_course
from gradeprop.errors import GraderFault
from gradeprop.grading.run.facilities import KeptSandboxes, facilities_for


def dated(root: Any, *lines: Any) -> Any:
    text = "".join(f"    {line}\n" for line in ("title: Slopes", *lines))
    return write_course(root, replaced("course.yaml", "    title: Slopes\n", text))


def test_what_is_not_to_be_handed_out_yet_is_written_and_said(tmp_path: Path) -> None:
    root = dated(tmp_path, "release: 2999-01-01", "due: 2999-01-31T23:59+01:00")
    done = gradeprop("build", cwd=root)
    assert done.returncode == 0
    assert done.stderr == "Not to be handed out before Tuesday 1 January 2999: a01_slopes.\n"
    notebook = json.loads((root / "release/a01_slopes/a01_slopes.ipynb").read_text())
    said = "**Due:** Thursday 31 January 2999, 23:59 (UTC+1)."
    assert said in "".join(notebook["cells"][0]["source"])


def test_json_names_the_day(tmp_path: Path) -> None:
    root = dated(tmp_path, "release: 2999-01-01")
    assert json.loads(gradeprop("build", "--json", cwd=root).stdout)["not_before"] == {
        "a01_slopes": "2999-01-01"
    }


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A machine five hours west of Greenwich."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "EST5")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("new_york")
def test_a_due_date_without_a_zone_is_told_as_it_is_understood(tmp_path: Path) -> None:
    root = dated(tmp_path, "release: 2020-01-01", "due: 2020-01-31T23:59")
    said = gradeprop("build", cwd=root).stderr
    assert "a01_slopes. 2020-01-31T23:59:00-05:00 would mean the same everywhere." in said


@pytest.mark.slow  # two sandboxes warm up
def test_who_watches_warms_a_sandbox_once_and_another_after_an_error(course: Any) -> None:
    kept = KeptSandboxes()
    text = (course / GRADER).read_text()
    again = partial(run, ["a01_slopes"], course, "none", as_json=True, kept=kept)
    with closing(kept):
        again()
        facilities = facilities_for(load_course(course), "none", ("cpu",))
        first = kept.of(facilities)
        (course / SOLUTION).write_text((course / SOLUTION).read_text() + "\n# A note.\n")
        again()
        assert kept.of(facilities) is first
        (course / GRADER).write_text(text.replace("w**2", "w**undefined"))
        with pytest.raises(GraderFault):
            again()
        (course / GRADER).write_text(text)
        again()
        assert kept.of(facilities) is not first
