"""A class graded in shards and merged is a class graded at once."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import gradeprop
from cli.shards import COUNT, NAME, STUDENTS, class_in, grade, graded_in_shards, in_shard, merge
from gradeprop.records.files.submissions import Handed
from gradeprop.records.shards.shard import Shard

RANDOM = {"id", "notebook_id", "assignment_id", "cell_id", "timestamp"}


def files(root: Path) -> dict[str, Any]:
    """What is in results/ and autograded/, without times and the secrets that are made up."""
    found: dict[str, Any] = {}
    for path in sorted((root / "results" / NAME).glob("*.json")):
        result = json.loads(path.read_bytes())
        del result["timing"]
        found[path.name] = result
    for path in sorted((root / "autograded").rglob("*")):
        if path.is_file() and path.name != "submission_secret.txt":
            found[str(path.relative_to(root))] = path.read_bytes()
    return found


def rows(root: Path) -> dict[str, list[Any]]:
    """The gradebook's tables, without what is drawn at random."""
    found: dict[str, list[Any]] = {}
    with sqlite3.connect(root / "gradebook.db") as database:
        database.row_factory = sqlite3.Row
        names = [
            row[0] for row in database.execute("select name from sqlite_master where type='table'")
        ]
        for name in names:
            everything = database.execute(f'select * from "{name}"').fetchall()
            kept = [
                {key: row[key] for key in row.keys() if key not in RANDOM}  # noqa: SIM118
                for row in everything
            ]
            found[name] = sorted(map(repr, kept))
        times = "select student_id, timestamp from submitted_assignment order by student_id"
        found["times"] = [tuple(row) for row in database.execute(times)]
    return found


@pytest.fixture(scope="module")
def classroom(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Handed in, with a key, and not graded."""
    return class_in(Path(shutil.copytree(template, tmp_path_factory.mktemp("class") / "course")))


@pytest.fixture(scope="module")
def at_once(classroom: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(classroom, tmp_path_factory.mktemp("once") / "course"))
    grade(root)
    return root


@pytest.fixture(scope="module")
def sharded(classroom: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All shards graded in one folder, and nothing merged."""
    root = tmp_path_factory.mktemp("sharded") / "course"
    return graded_in_shards(Path(shutil.copytree(classroom, root)))


@pytest.fixture
def shared(sharded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sharded, tmp_path / "course"))


@pytest.fixture
def main(classroom: Path, tmp_path: Path) -> Path:
    """The course in which copies are merged."""
    return Path(shutil.copytree(classroom, tmp_path / "main"))


def test_a_student_is_in_one_shard_whoever_else_hands_in() -> None:
    crowd = [f"s{number}" for number in range(1000)]
    handed = [Handed(student, Path(student)) for student in crowd]
    parts = [Shard(number, 10).among(handed) for number in range(1, 11)]
    assert sorted(item.student for part in parts for item in part) == sorted(crowd)
    assert all(50 < len(part) < 150 for part in parts)
    assert Shard.of_student("ada", 10) == Shard(9, 10), "the same in every version"
    assert all(map(in_shard, (1, 2, 3))), "or the tests here show less"


@pytest.mark.parametrize("written", ["0/3", "4/3", "1", "a/b", "-1/3", "1/0"])
def test_what_is_no_part_is_refused(classroom: Path, written: str) -> None:
    done = grade(classroom, f"--shard={written}", code=2)
    assert "write the third of ten parts as 3/10" in done.stderr


def test_without_a_key_no_shard_begins(main: Path) -> None:
    (main / ".gradeprop" / "course.key").unlink()
    done = grade(main, "--shard", "1/3", code=2)
    assert "gradeprop grade a01_slopes --student ada" in done.stderr
    assert not (main / ".gradeprop" / "course.key").exists()


def test_shards_open_no_gradebook_and_grade_each_student_once(sharded: Path) -> None:
    assert not (sharded / "gradebook.db").exists()
    assert len(list((sharded / "results" / NAME).glob("*.json"))) == len(STUDENTS)


def test_shards_in_one_folder_and_merged_are_the_class_graded_at_once(
    shared: Path, at_once: Path
) -> None:
    done = merge(shared)
    assert f"{len(STUDENTS)} results put into the gradebook" in done.stderr
    assert "6 of 6 handed in were merged\n" in done.stdout
    assert "missing factor two" in done.stdout
    assert files(shared) == files(at_once)
    assert rows(shared) == rows(at_once)
    before = (files(shared), rows(shared))
    again = merge(shared)
    assert f"0 results put into the gradebook; {len(STUDENTS)} had been before" in again.stderr
    assert again.stdout == done.stdout
    assert (files(shared), rows(shared)) == before
    assert "6 of 6 unchanged" in grade(shared).stderr
    pages = gradeprop("feedback", NAME, cwd=shared)
    assert pages.returncode == 0, pages.stderr
    assert len(list((shared / "feedback").rglob("*.html"))) == len(STUDENTS)


def test_shards_of_copies_and_merged_are_the_class_graded_at_once(
    main: Path, at_once: Path, tmp_path: Path
) -> None:
    copies = []
    for number in range(1, COUNT + 1):
        copies.append(Path(shutil.copytree(main, tmp_path / f"copy{number}")))
        grade(copies[-1], "--shard", f"{number}/{COUNT}")
    merge(main, *copies)
    assert files(main) == files(at_once)
    assert rows(main) == rows(at_once)
    before = (files(main), rows(main))
    assert "0 results put" in merge(main, *copies, *copies, main).stderr
    assert (files(main), rows(main)) == before


def test_a_missing_shard_is_told_with_the_command_and_the_others_count(shared: Path) -> None:
    lacking = Shard.of_student("ada", COUNT)
    gone = in_shard(lacking.number)
    for student in gone:
        (
            shared / "results" / NAME / f"{student.replace(' ', '%20').replace('&', '%26')}.json"
        ).unlink(missing_ok=True)
    absent = [
        item
        for item in gone
        if item
        not in {result["student"] for result in files(shared).values() if isinstance(result, dict)}
    ]
    assert "ada" in absent
    done = merge(shared, "--json", code=2)
    assert json.loads(done.stdout)["missing"] == absent
    assert "Handed in, but in no shard: ada" in done.stderr
    merged = f"{len(STUDENTS) - len(absent)} of {len(STUDENTS)} handed in were merged\n"
    assert merged in merge(shared, code=2).stdout
    assert f"gradeprop grade a01_slopes --shard {lacking} " in done.stderr
    assert len(json.loads(done.stdout)["results"]) == len(STUDENTS) - len(absent)
    grade(shared, "--shard", str(lacking))
    assert f"{len(absent)} result" in merge(shared).stderr


def test_a_shard_says_that_it_is_one_and_why_it_grades_again_what_was_graded(main: Path) -> None:
    mine = in_shard(2)
    grade(main)
    done = grade(main, "--shard", f"2/{COUNT}")
    assert f"shard 2/{COUNT}: {len(mine)} of {len(STUDENTS)} handed in\n" in done.stdout
    assert f"To be graded again: {len(mine)} result" in done.stderr
    again = grade(main, "--shard", f"2/{COUNT}")
    assert f"{len(mine)} of {len(mine)} unchanged" in again.stderr
    assert "To be graded again" not in again.stderr


def test_a_shard_that_was_stopped_between_two_files_grades_again(shared: Path) -> None:
    """As one that was killed after the notebook and before the result, and in its last note."""
    shard = Shard.of_student("ada", COUNT)
    notebook = shared / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    whole = notebook.read_bytes()
    notebook.write_bytes(whole + b"\n")
    notes = shared / "results" / NAME / ".shards" / f"{shard.number}-of-{COUNT}.jsonl"
    notes.write_bytes(notes.read_bytes() + b'{"student": "cut o')
    done = merge(shared, code=2)
    assert "ada: its notebook in autograded/ is missing or of another run" in done.stderr
    again = grade(shared, "--shard", str(shard))
    assert (
        f"{len(in_shard(shard.number)) - 1} of {len(in_shard(shard.number))} unchanged"
        in again.stderr
    )
    assert notebook.read_bytes() == whole
    assert b"cut o" not in notes.read_bytes()
    merge(shared)
