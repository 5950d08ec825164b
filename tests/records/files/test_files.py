"""Files are written whole or not at all, and nothing already there is lost."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeprop.errors import StorageError
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExerciseResult,
    PartResult,
    SubmissionResult,
    Timing,
)
from gradeprop.records.files.atomic import write_atomically
from gradeprop.records.files.key import course_key
from gradeprop.records.files.results import (
    check_writable,
    read_result,
    read_results,
    result_path,
    write_result,
)

AS_NOBODY = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to act as another user")


def result_of(student: Any) -> Any:
    check = CheckVerdict("right", "cpu", True, "passed", 1.0, 1.0)
    part = PartResult("code", "code", 1.0, 1.0, "passed", None, (check,))
    exercise = ExerciseResult("square", 1.0, 1.0, (part,))
    return SubmissionResult(
        student,
        "a01",
        "graded",
        None,
        1.0,
        1.0,
        1.0,
        (exercise,),
        "full",
        "cpu",
        "00",
        Timing(0.12345678),
    )


def test_a_written_file_has_exactly_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "file"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert [item.name for item in path.parent.iterdir()] == ["file"]


def run_limited(path: Any, code: Any) -> Any:
    """Run code in a process whose files may not grow beyond 1,000 bytes: writing fails half-way."""
    limited = """
        import resource, signal, sys
        from pathlib import Path
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    """
    program = textwrap.dedent(limited) + textwrap.dedent(code)
    return subprocess.run(
        [sys.executable, "-B", "-c", program, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_disk_that_is_full_half_way_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text("old")
    done = run_limited(
        path,
        """
        from gradeprop.errors import StorageError
        from gradeprop.records.files.atomic import write_atomically
        try:
            write_atomically(Path(sys.argv[1]), b"x" * 5000)
        except StorageError as error:
            print(error)
            sys.exit(error.exit_code)
        """,
    )
    assert done.returncode == 3, done.stderr
    assert "result.json: cannot write this file" in done.stdout
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["result.json"]


def test_what_a_killed_run_left_half_written_goes_and_what_is_being_written_stays(
    tmp_path: Path,
) -> None:
    folders = [tmp_path / "results" / "a01", tmp_path / "autograded" / "ada" / "a01"]
    for folder in folders:
        folder.mkdir(parents=True)
        for name, age in ((".writing-old", 2 * 86_400), (".writing-new", 60), ("kept", 1e9)):
            (folder / name).touch()
            os.utime(folder / name, (time.time() - age,) * 2)
    check_writable(tmp_path, "a01")
    for folder in folders:
        assert sorted(path.name for path in folder.iterdir()) == [".writing-new", "kept"]


@AS_NOBODY
def test_a_read_only_folder_is_told_with_its_place_and_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    folder.chmod(0o555)
    child = os.fork()
    if child == 0:
        os.seteuid(65534)
        try:
            write_atomically(folder / "x.json", b"1")
        except StorageError as error:
            os._exit(0 if "make the folder writable" in str(error) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_result_comes_back_as_it_was(tmp_path: Path) -> None:
    path = write_result(tmp_path, result_of("ada"))
    back = read_result(tmp_path, "a01", "ada")
    assert back is not None
    assert back.exercises == result_of("ada").exercises
    assert json.loads(path.read_text())["timing"]["total_s"] == 0.1235
    assert "cells" not in json.loads(path.read_text())


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"schema": 2}', b'{"schema": 1}', b"\xff\xfe"]
)
def test_a_damaged_result_counts_as_none(tmp_path: Path, content: bytes) -> None:
    path = result_path(tmp_path, "a01", "ada")
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert read_result(tmp_path, "a01", "ada") is None


@pytest.mark.parametrize("wrong", [{"versions": 3}, {"versions": None}, {"status": 3}])
def test_so_does_one_with_values_of_other_types(tmp_path: Path, wrong: dict[str, Any]) -> None:
    path = write_result(tmp_path, result_of("ada"))
    path.write_text(json.dumps({**json.loads(path.read_text()), **wrong}))
    assert read_result(tmp_path, "a01", "ada") is None
    assert read_results(tmp_path, "a01") == ([], [path])


names = st.text(min_size=1, max_size=20).filter(lambda text: "/" not in text and "\0" not in text)


@given(names, names)
def test_two_students_never_share_a_file(
    tmp_path_factory: pytest.TempPathFactory, first: Any, second: Any
) -> None:
    try:
        paths = {result_path(tmp_path_factory.getbasetemp(), "a", name) for name in (first, second)}
    except UnicodeEncodeError:  # a lone surrogate that no file system could have given us
        return
    assert len(paths) == len({first, second})
    assert all(path.parent.name == "a" for path in paths)


@pytest.mark.parametrize(
    "student", ["../../etc/passwd".replace("/", "%2F"), "..", ".", "-rf", 'O\'Neill "x"', "Zoë 李"]
)
def test_an_odd_student_id_keeps_its_name_in_the_result(tmp_path: Path, student: Any) -> None:
    path = write_result(tmp_path, result_of(student))
    assert path.parent == tmp_path / "results" / "a01"
    assert json.loads(path.read_text(encoding="utf-8"))["student"] == student


def test_a_folder_name_that_is_no_unicode_still_gives_valid_json(tmp_path: Path) -> None:
    student = os.fsdecode(b"caf\xe9")
    path = write_result(tmp_path, result_of(student))
    assert path.name == "caf%E9.json"
    assert json.loads(path.read_bytes().decode("utf-8"))["student"] == student
    assert read_result(tmp_path, "a01", student).student == student


def test_the_course_key_is_made_once_private_and_ignored_by_git(tmp_path: Path) -> None:
    key = course_key(tmp_path)
    assert len(key) == 32
    assert course_key(tmp_path) == key
    path = tmp_path / ".gradeprop" / "course.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (tmp_path / ".gradeprop" / ".gitignore").read_text() == "*\n"


def test_keys_of_two_courses_differ(tmp_path: Path) -> None:
    assert course_key(tmp_path / "a") != course_key(tmp_path / "b")


def test_many_first_uses_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: course_key(tmp_path), range(8)))
    assert len(keys) == 1


@pytest.mark.parametrize("content", ["", "not hex", "abcd"])
def test_a_damaged_course_key_is_not_silently_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / ".gradeprop").mkdir()
    (tmp_path / ".gradeprop" / "course.key").write_text(content)
    with pytest.raises(StorageError, match="not a course key"):
        course_key(tmp_path)
