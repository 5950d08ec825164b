"""What of a shard's results can count here, and what is told of the others."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import HALVED, answered, gradeprop
from cli.shards import (
    COUNT,
    NAME,
    STUDENTS,
    class_in,
    grade,
    graded_in_shards,
    in_shard,
    merge,
    rewritten,
)
from gradeprop.own_code import code_digest
from gradeprop.records import merging
from gradeprop.records.shards.shard import Shard


@pytest.fixture(scope="module")
def classroom(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Handed in, with a key, and not graded."""
    return class_in(Path(shutil.copytree(template, tmp_path_factory.mktemp("class") / "course")))


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


def other_course(root: Path) -> None:
    path = root / "exercises" / NAME / "square_derivative.yaml"
    path.write_text(path.read_text().replace("lost?", "lost on the way?"))


def other_shards(root: Path) -> None:
    """As where it was graded without ``--shard``, or the notes were not copied."""
    shutil.rmtree(root / "results" / NAME / ".shards")


def other_release(root: Path) -> None:
    path = root / "results" / NAME / ".shards"
    for file in path.iterdir():
        file.write_text(re.sub(r'"release": "\w', '"release": "x', file.read_text()))


def other_hand_in(root: Path) -> None:
    path = root / "submitted" / "ada" / NAME / f"{NAME}.ipynb"
    path.write_bytes(answered(root, HALVED))


def other_key(root: Path) -> None:
    (root / ".gradeprop" / "course.key").write_text("a5" * 32)


def other_time(root: Path) -> None:
    (root / "submitted" / "ada" / NAME / "timestamp.txt").write_text("yesterday")


def other_version(root: Path) -> None:
    path = root / "results" / NAME / "ada.json"
    path.write_text(path.read_text().replace('"gradeprop": "', '"gradeprop": "9'))


def other_code(root: Path) -> None:
    """As where one of the machines has an earlier commit of the same version."""
    shard = Shard.of_student("ada", COUNT)
    path = root / "results" / NAME / ".shards" / f"{shard.number}-of-{COUNT}.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    assert code_digest() in "".join(lines)
    path.write_text(
        "".join(
            line.replace(code_digest(), "0" * 64) if '"ada"' in line else line for line in lines
        )
    )


def other_student(root: Path) -> None:
    (root / "results" / NAME / "ada.json").write_bytes(
        (root / "results" / NAME / "eve.json").read_bytes()
    )


def nothing_readable(root: Path) -> None:
    (root / "results" / NAME / "ada.json").write_text("{}")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (other_course, "it was graded with other course files than are here; grade its shard"),
        (
            other_shards,
            "no shard has noted that it graded it, in results/*/.shards; grade its shard",
        ),
        (other_release, "it was graded against another release; grade its shard again"),
        (other_hand_in, "another notebook is handed in here than was graded"),
        (other_key, "it was graded with another course key; grade its shard again"),
        (other_time, "the time of handing in is another one here"),
        (other_version, "install the same one everywhere"),
        (other_code, "than the one here: their files differ; install the same one everywhere"),
        (other_student, "it is a result of “eve”"),
        (nothing_readable, "it cannot be read"),
    ],
)
def test_what_does_not_fit_is_not_merged_and_told_by_name(
    shared: Path, changed: Any, why: str
) -> None:
    changed(shared)
    done = merge(shared, "--json", code=2)
    (told,) = [item for item in json.loads(done.stdout)["not_merged"] if item["student"] == "ada"]
    assert why in told["why"]
    assert "Not merged, from " in done.stderr
    with sqlite3.connect(shared / "gradebook.db") as database:
        students = {
            row[0] for row in database.execute("select student_id from submitted_assignment")
        }
    assert "ada" not in students


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (
            other_course,
            "copy course.yaml, voided.yaml, exercises/, graders/ and solutions/ from here",
        ),
        (other_key, "copy .gradeprop/course.key from here to there, then grade its shard again"),
        (other_shards, "in results/*/.shards; copy autograded/ and results/ as a whole, with"),
    ],
)
def test_of_a_copy_it_is_told_what_to_copy(
    main: Path, shared: Path, changed: Any, why: str
) -> None:
    if changed is other_shards:
        changed(shared)
    else:
        changed(main)
    done = merge(main, shared, "--json", code=2)
    assert (
        why
        in {item["student"]: item["why"] for item in json.loads(done.stdout)["not_merged"]}["ada"]
    )


def test_of_two_results_the_one_for_what_is_handed_in_now_counts(
    main: Path, tmp_path: Path
) -> None:
    old = Path(shutil.copytree(main, tmp_path / "old"))
    other_hand_in(old)
    new = Path(shutil.copytree(main, tmp_path / "new"))
    shard = str(Shard.of_student("ada", COUNT))
    for copy in (old, new):
        grade(copy, "--shard", shard)
    done = merge(main, old, new, "--json", code=2)
    (ada,) = [item for item in json.loads(done.stdout)["results"] if item["student"] == "ada"]
    assert ada == json.loads((new / "results" / NAME / "ada.json").read_bytes())


def test_two_results_that_differ_for_one_hand_in_are_for_a_person(
    main: Path, tmp_path: Path
) -> None:
    """As with another torch there: none of the two is known to be right, unless one is as here."""
    shard = str(Shard.of_student("ada", COUNT))
    copies = [Path(shutil.copytree(main, tmp_path / name)) for name in ("one", "two")]
    for copy in copies:
        grade(copy, "--shard", shard)
    changed = copies[1] / "results" / NAME / "ada.json"
    result = json.loads(changed.read_bytes())
    part = result["exercises"][0]["parts"][0]
    part["status"], part["score"] = "timeout", 0.0
    text = json.dumps(result)
    rewritten(copies[1], changed, text)
    done = merge(main, *copies, "--json", code=2)
    told = [item for item in json.loads(done.stdout)["not_merged"] if item["student"] == "ada"]
    assert [item["why"].partition(" for this")[0] for item in told] == [
        "there are results with different marks"
    ]
    result["versions"]["input"] = "of another machine"
    rewritten(copies[1], changed, json.dumps(result))
    done = merge(main, *copies, "--json", code=2)
    (ada,) = [item for item in json.loads(done.stdout)["results"] if item["student"] == "ada"]
    assert ada["exercises"][0]["parts"][0]["status"] == "passed"


def test_a_folder_that_is_no_course_with_results_is_refused(main: Path, tmp_path: Path) -> None:
    assert "name the copy of the course" in merge(main, tmp_path, code=2).stderr


def test_who_has_not_handed_in_here_is_told(main: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(main, tmp_path / "copy"))
    grade(copy, "--shard", "1/1")
    shutil.rmtree(main / "submitted" / "dora")
    done = merge(main, copy, code=2)
    assert "dora: there is no hand-in of this student here" in done.stderr
    assert not (main / "results" / NAME / "dora.json").exists()


# A shard that grades again meanwhile.


def test_a_result_that_is_graded_again_while_it_is_read_is_left(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the files read in the wrong order, an old result would go with a new notebook."""
    read = merging.result_from
    path = shared / "results" / NAME / "ada.json"
    old = path.read_text()

    def meanwhile(data: bytes) -> Any:
        result = read(data)
        if result.student == "ada" and path.read_text() == old:
            notebook = shared / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
            again = old.replace('"status": "passed"', '"status": "failed"')
            rewritten(shared, path, again, notebook)
        return result

    monkeypatch.setattr(merging, "result_from", meanwhile)
    done = merge(shared, code=2)
    assert "ada: its notebook in autograded/ is missing or of another run" in done.stderr
    assert path.read_text() != old
    monkeypatch.undo()
    merge(shared)


def test_a_notebook_that_changes_before_it_is_copied_is_left(
    main: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = merging.executed_bytes
    monkeypatch.setattr(merging, "executed_bytes", lambda path: read(path) + b"\n")
    done = merge(main, shared, "--json", code=2)
    told = json.loads(done.stdout)
    assert {item["student"] for item in told["not_merged"]} == {*STUDENTS}
    assert "graded again while it was read; merge once more" in told["not_merged"][0]["why"]
    assert not list((main / "results" / NAME).glob("*.json"))
    monkeypatch.undo()
    merge(main, shared)


# How it was graded.


def test_what_was_graded_without_protection_is_refused_by_name_unless_it_is_asked_for(
    shared: Path,
) -> None:
    done = gradeprop("merge", NAME, "--json", cwd=shared)
    assert done.returncode == 2
    told = json.loads(done.stdout)
    assert told["results"] == []
    assert {item["student"] for item in told["not_merged"]} == {*STUDENTS}
    assert "it was graded with `--isolation none`" in told["not_merged"][0]["why"]
    assert "Graded without any protection (--isolation none): ada, bob" in merge(shared).stderr
    done = gradeprop("merge", NAME, cwd=shared)
    assert done.returncode == 0, "what is in the gradebook is not asked about again"


def test_what_was_graded_on_other_devices_than_the_course_names_is_told(shared: Path) -> None:
    path = shared / "results" / NAME / "ada.json"
    assert '"device": "cpu"' in path.read_text()
    rewritten(shared, path, path.read_text().replace('"device": "cpu"', '"device": "cuda"'))
    done = merge(shared)
    assert "Graded on other devices than course.yaml names: ada\n" in done.stderr


def test_what_another_gradeprop_has_graded_its_shard_grades_again(shared: Path) -> None:
    other_code(shared)
    shard = Shard.of_student("ada", COUNT)
    number = len(in_shard(shard.number))
    again = grade(shared, "--shard", str(shard))
    assert f"{number - 1} of {number} unchanged" in again.stderr
    merge(shared)
