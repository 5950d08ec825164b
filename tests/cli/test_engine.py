"""Where a class is graded: the options, course.yaml, and what is said where they do not fit."""

from __future__ import annotations

import importlib.util
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import HALVED, answered, gradeprop, hand_in, result_of
from gradeprop.cli.engine import devices_for, starting
from gradeprop.course.load import load_course
from gradeprop.errors import MissingFacility, UsageError
from gradeprop.grading.run.pool import graders
from grading.run.cluster.conftest import Cluster, free_port

SCHEDULER = "tcp://127.0.0.1:8786"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--engine", "dask"), "needs the address of its scheduler; add --scheduler tcp://"),
        (("--scheduler", SCHEDULER), "--scheduler is for --engine dask"),
        (("--engine", "local", "--scheduler", SCHEDULER), "--scheduler is for --engine dask"),
        (("--engine", "dask", "--scheduler", SCHEDULER, "--workers", "2"), "--workers is for --engine local"),
        (("--engine", "dask", "--scheduler", "tcp://10.0.0.1:8786"), "openssl req -x509"),
        (("--engine", "celery"), "is not one of"),
    ],
)  # fmt: skip
def test_what_does_not_fit_exits_with_2_and_says_how(
    built: Any, arguments: tuple[str, ...], said: str
) -> None:
    hand_in(built, "ada", answered(built, HALVED))
    done = gradeprop("grade", "a01_slopes", *arguments, cwd=built)
    assert done.returncode == 2, done.stderr
    assert said in " ".join(done.stderr.split())
    assert not (built / "results" / "a01_slopes" / "ada.json").exists()


def test_a_scheduler_that_is_not_there_exits_with_3(built: Any) -> None:
    hand_in(built, "ada", answered(built, HALVED))
    address = f"tcp://127.0.0.1:{free_port()}"
    done = gradeprop("grade", "a01_slopes", "--engine", "dask", "--scheduler", address, cwd=built)
    assert done.returncode == 3, done.stderr
    assert f"no Dask scheduler answers at {address}" in " ".join(done.stderr.split())


def test_the_command_line_stands_before_the_course(course: Any) -> None:
    text = (course / "course.yaml").read_text()
    (course / "course.yaml").write_text(f"{text}\nengine: dask\nscheduler: {SCHEDULER}\n")
    spec = load_course(course).spec
    assert starting("local", None, None, spec) is graders
    assert starting(None, None, None, spec) is not graders


@pytest.mark.parametrize(
    ("scheduler", "error", "said"),
    [
        ("tcp://10.0.0.1:1", UsageError, "openssl"),
        ("nonsense", UsageError, "is no address of a Dask scheduler"),
        ("tls://scheduler.example.org:8786", MissingFacility, "names no certificates"),
    ],
)
def test_the_address_is_checked_before_it_is_known_whether_anything_is_due(
    course: Any, scheduler: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        starting("dask", scheduler, None, load_course(course).spec)


def test_a_gpu_of_the_workers_is_used_where_it_is_asked_for_by_name(course: Any) -> None:
    start = starting("dask", SCHEDULER, None, load_course(course).spec)
    assert devices_for(start, "cuda", ("cpu",)) == ("cpu", "cuda")
    assert devices_for(start, "auto", ("cpu", "cuda")) == ("cpu",)
    assert devices_for(graders, "auto", ("cpu",)) == ("cpu",)


def test_where_dask_is_not_installed_the_command_that_installs_it_is_told(
    course: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = load_course(course).spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingFacility, match=r"pip install 'gradeprop\[dask\]'"):
        starting("dask", SCHEDULER, None, spec)


@pytest.mark.slow
def test_a_class_is_graded_by_workers_and_kept_here(built: Any, tmp_path: Path) -> None:
    for student in ("ada", "grace"):
        hand_in(built, student, answered(built, HALVED))
    folder = tmp_path / "cluster"
    folder.mkdir()
    with closing(Cluster(folder)) as cluster:
        cluster.start_worker()
        options = ("--engine", "dask", "--scheduler", cluster.address)
        done = gradeprop("grade", "a01_slopes", *options, "--isolation", "none", cwd=built)
        assert done.returncode == 0, done.stderr
        there = result_of(built, "ada")
    assert (built / "gradebook.db").exists()
    # Nothing is due any more, so that nobody is asked.
    again = gradeprop("grade", "a01_slopes", *options, "--isolation", "none", cwd=built)
    assert again.returncode == 0, again.stderr
    assert "2 of 2 unchanged" in again.stderr
    gradeprop("grade", "a01_slopes", "--isolation", "none", "--force", cwd=built)
    here = result_of(built, "ada")
    del here["timing"], there["timing"]
    assert here == there
