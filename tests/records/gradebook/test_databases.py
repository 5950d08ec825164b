"""Several writers at once, on SQLite and on a PostgreSQL server of our own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from gradeprop.records.gradebook.writer import GradebookWriter
from records.graded_class import (
    ASSIGNMENT,
    PROSE,
    hand_in,
    ran,
    record_now,
    result_for,
    small_course,
    small_release,
)


def test_several_writers_of_one_file_wait_for_each_other(tmp_path: Path) -> None:
    _write_at_once(tmp_path, None)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL database in a server that lives as long as these tests."""
    pytest.importorskip("psycopg")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("Debian's postgresql is not installed")
    place = Path(tempfile.mkdtemp(prefix="gradeprop-postgres-"))
    # The server refuses to run as root.
    as_user = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(place, "nobody")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_user, str(programs[-1].parent / program), "-D", str(place / "data"), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )

    run("initdb", "-A", "trust", "-U", "grader", "-E", "UTF8", "--no-sync")
    run(
        "pg_ctl",
        "-w",
        "-o",
        f"-p {port} -k {place} -c fsync=off",
        "-l",
        str(place / "log"),
        "start",
    )
    try:
        yield f"postgresql+psycopg://grader@localhost:{port}/postgres"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(place)


@pytest.mark.slow
def test_postgres_holds_the_same_gradebook(postgres: str, tmp_path: Path) -> None:
    _write_at_once(tmp_path, postgres)
    course = small_course(tmp_path)
    release = small_release(course)
    folder = hand_in(tmp_path, release, "s1", at="2026-03-02 10:00:00 UTC")
    with Gradebook(postgres, "minimal") as gradebook:
        grade = gradebook.find_grade(PROSE, ASSIGNMENT, ASSIGNMENT, "s1")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    with GradebookWriter(course, release, postgres) as writer:
        for student in ("s1", "n" * 200, "o'x <é>"):
            record_now(writer, result_for(student, ran(release, {})), folder)
            assert writer.recorded([student])
    with Gradebook(postgres, "minimal") as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, "s1").score == 5.5
        assert not gradebook.find_grade(PROSE, ASSIGNMENT, ASSIGNMENT, "s1").needs_manual_grade


def _write_at_once(root: Path, url: str | None) -> None:
    course = small_course(root)
    release = small_release(course)
    folder = hand_in(root, release, "x")
    cells = ran(release, {})

    def write(_: int) -> None:
        with GradebookWriter(course, release, url) as writer:
            for number in range(5):
                record_now(writer, result_for(f"s{number}", cells), folder)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with GradebookWriter(course, release, url) as writer:
        everybody = {f"s{number}" for number in range(5)}
        assert writer.recorded(everybody) == everybody
