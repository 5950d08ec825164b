"""How late a hand-in was is said by the times and extensions of where shards are merged."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import gradeprop, result_of
from cli.shards import COUNT, NAME, STUDENTS, class_in, grade, graded_in_shards, in_shard, merge
from gradeprop.records.shards.shard import Shard

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sharded_late(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All handed in a day late."""
    root = Path(shutil.copytree(template, tmp_path_factory.mktemp("late") / "course"))
    course = root / "course.yaml"
    title = "    title: Slopes\n"
    course.write_text(
        course.read_text().replace(title, f"{title}    due: 2026-03-01T10:00+00:00\n")
    )
    assert gradeprop("build", cwd=root).returncode == 0
    return graded_in_shards(class_in(root))


@pytest.fixture
def late(sharded_late: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sharded_late, tmp_path / "course"))


def lateness(root: Path, student: str) -> Any:
    result = result_of(root, student)
    return result["late"], result["late_days"], result["extension"]


def extend(root: Path, student: str, until: str) -> None:
    done = gradeprop("extend", student, NAME, until, cwd=root)
    assert done.returncode == 0, done.stderr


def test_an_extension_between_shard_and_merge_counts(late: Path) -> None:
    assert lateness(late, "ada") == (True, 1.0, None)
    extend(late, "ada", "2026-03-05T12:00+00:00")
    merge(late)
    assert lateness(late, "ada") == (False, 0.0, "2026-03-05T12:00+00:00")
    assert lateness(late, "eve") == (True, 1.0, None)
    with sqlite3.connect(late / "gradebook.db") as database:
        given = database.execute("select student_id, extension from submitted_assignment")
        assert [name for name, extension in given if extension is not None] == ["ada"]
    before = (late / "results" / NAME / "ada.json").read_bytes()
    assert f"0 results put into the gradebook; {len(STUDENTS)} had been" in merge(late).stderr
    assert "6 of 6 unchanged" in grade(late).stderr
    shard = Shard.of_student("ada", COUNT)
    mine = len(in_shard(shard.number))
    assert f"{mine} of {mine} unchanged" in grade(late, "--shard", str(shard)).stderr
    assert (late / "results" / NAME / "ada.json").read_bytes() == before
    extend(late, "ada", "none")
    merge(late)
    assert lateness(late, "ada") == (True, 1.0, None)


def test_a_time_that_has_changed_between_shard_and_merge_counts(late: Path) -> None:
    for student, time in (("ada", "2026-02-28 10:00:00 UTC"), ("eve", "2026-03-04 10:00:00 UTC")):
        (late / "submitted" / student / NAME / "timestamp.txt").write_text(time)
    merge(late)
    assert lateness(late, "ada") == (False, 0.0, None)
    assert lateness(late, "eve") == (True, 3.0, None)
    assert lateness(late, "dora") == (True, 1.0, None)
    with sqlite3.connect(late / "gradebook.db") as database:
        times = dict(database.execute("select student_id, timestamp from submitted_assignment"))
    assert times["eve"].startswith("2026-03-04 10:00:00")
    carried = late / "autograded" / "eve" / NAME / "timestamp.txt"
    assert carried.read_text() == "2026-03-04 10:00:00 UTC"


def test_an_extension_after_a_copy_was_merged_needs_the_copy_or_grading(
    late: Path, tmp_path: Path
) -> None:
    here = Path(shutil.copytree(late, tmp_path / "here"))
    shutil.rmtree(here / "results")
    merge(here, late)
    extend(here, "ada", "2026-03-05T12:00+00:00")
    assert "ada: its due date, an extension or the time" in merge(here, code=2).stderr
    assert lateness(here, "ada") == (True, 1.0, None)
    merge(here, late)
    assert lateness(here, "ada") == (False, 0.0, "2026-03-05T12:00+00:00")
