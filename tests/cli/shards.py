"""A class of six, to be graded in three shards, for tests of shards and of merging."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cli.conftest import HALVED, SOLVED, answered, gradeprop, hand_in
from gradeprop.records.gradebook.entry import digest
from gradeprop.records.shards.notes import result_digest
from gradeprop.records.shards.shard import Shard

NAME = "a01_slopes"
NONE = ("--isolation", "none")
STUDENTS = ["ada", "bob & co", "cy", "dora", "eve", "finn \udcff"]
COUNT = 3


def grade(root: Path, *options: str, code: int = 0) -> Any:
    done = gradeprop("grade", NAME, *NONE, *options, cwd=root)
    assert done.returncode == code, done.stderr
    return done


def merge(root: Path, *options: Any, code: int = 0) -> Any:
    done = gradeprop("merge", NAME, *NONE, *options, cwd=root)
    assert done.returncode == code, done.stderr
    return done


def in_shard(number: int) -> list[str]:
    return [item for item in STUDENTS if Shard.of_student(item, COUNT).number == number]


def class_in(root: Path) -> Path:
    """Hand in, into a built course, and make a key; grade nothing."""
    for student in STUDENTS:
        answers = HALVED if student == "dora" else SOLVED
        path = hand_in(root, student, b"{" if student == "cy" else answered(root, answers))
        (path.parent / "timestamp.txt").write_text("2026-03-02 10:00:00 UTC")
    key = root / ".gradeprop" / "course.key"
    key.parent.mkdir(exist_ok=True)
    key.write_text("5a" * 32)
    return root


def graded_in_shards(root: Path) -> Path:
    for number in range(1, COUNT + 1):
        grade(root, "--shard", f"{number}/{COUNT}")
    return root


def rewritten(root: Path, path: Path, text: str, notebook: Path | None = None) -> None:
    """Write another result, and another notebook in autograded/, and their digests into the note,
    as a shard that grades again."""
    changes = {result_digest(path.read_bytes()): result_digest(text.encode())}
    if notebook is not None:
        changes[digest(notebook.read_bytes())] = digest(notebook.read_bytes() + b"\n")
        notebook.write_bytes(notebook.read_bytes() + b"\n")
    path.write_text(text)
    for file in (root / "results" / NAME / ".shards").iterdir():
        lines = file.read_text().splitlines(keepends=True)
        for number, line in enumerate(lines):
            if json.loads(line)["student"] == path.stem:
                for before, now in changes.items():
                    assert before in line
                    line = line.replace(before, now)
                lines[number] = line
        file.write_text("".join(lines))
