"""What becomes of a submission that is given up, and whose seed it gets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course.minimal import write_course
from gradeprop.errors import GraderFault
from gradeprop.grading.checks.seeds import group_seed, student_seed
from gradeprop.grading.run import pool as pool_module
from gradeprop.grading.run.fallen import fault_result
from gradeprop.grading.run.paper import Setting, Submission
from gradeprop.grading.run.plan import Plan
from gradeprop.grading.run.pool import _Pool, _Worker
from gradeprop.grading.run.watched import Fallen
from grading.conftest import KEY, Classroom


@pytest.fixture
def plan(tmp_path: Path, sandbox: Any) -> Plan:
    room = Classroom(write_course(tmp_path), sandbox)
    return Plan(room.course, "a01_slopes", room.release, KEY, ("cpu",), "auto")


def test_a_group_that_is_given_up_keeps_its_seed_and_name(plan: Plan) -> None:
    seed = group_seed(KEY, "pair")
    result = fault_result(plan, Submission("ada", b"", seed=seed, group="pair"), "died", "full")
    assert (result.seed, result.group, result.isolation) == (seed.hex(), "pair", "full")
    alone = fault_result(plan, Submission("ada", b""), "died", "none")
    assert (alone.seed, alone.group) == (student_seed(KEY, "ada").hex(), None)


def test_the_pool_tells_the_level_that_held_where_auto_was_asked_for(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Pool, "_start", lambda _: None)
    monkeypatch.setattr(pool_module, "chosen_level", {"auto": "restricted"}.__getitem__)
    kept: list[Any] = []
    pool = _Pool(plan.facilities, 1, forks=False)
    pool._plan, pool._on_result = plan, kept.append
    pool._submissions = [lambda: Submission("ada", b"", seed=b"g" * 32, group="pair")]
    for _ in range(2):
        assert not kept
        worker = _Worker(None, {"ada": 0}, ["ada"], ready=True)  # type: ignore[arg-type]
        pool._workers.append(worker)
        pool._bury(worker, Fallen(None, "SIGKILL", ""))
    (result,) = kept
    assert (result.status, result.isolation, result.group) == ("error", "restricted", "pair")
    assert result.seed == (b"g" * 32).hex()


def test_no_seed_is_ever_made_of_an_empty_key(plan: Plan, sandbox: Any) -> None:
    with pytest.raises(GraderFault, match="ada came without a seed, and no course key is here"):
        Submission("ada", b"").seed_by(b"")
    assert Submission("ada", b"", seed=b"s").seed_by(b"") == b"s"
    setting = replace(plan, course_key=b"").setting({"cpu": sandbox})
    with pytest.raises(GraderFault, match="neither the course key"):
        _ = setting.pool_key
    elsewhere: Setting = plan.sent_elsewhere().setting({"cpu": sandbox})
    assert elsewhere.pool_key == plan.setting({"cpu": sandbox}).pool_key
