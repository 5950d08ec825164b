"""Which level of isolation a container without rights gives, as far as `unshare` can imitate one:
with parts of ``/proc`` hidden, as container runtimes do by default, and without."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gradeprop.session.isolation.survey import working

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only"),
    pytest.mark.slow,
]

SCRIPT = Path(__file__).parent / "contained.sh"
SOURCE = Path(__file__).parents[3] / "src"
# Refuses what docker's own filter does to whoever has no rights, then becomes what follows.
DOCKERS_FILTER = """
import errno, os, sys
import pyseccomp as sc
rules = sc.SyscallFilter(sc.ALLOW)
for name in ("unshare", "mount", "umount2", "pivot_root", "setns"):
    rules.add_rule(sc.ERRNO(errno.EPERM), name)
rules.add_rule(sc.ERRNO(errno.EPERM), "clone", sc.Arg(0, sc.MASKED_EQ, 0x10000000, 0x10000000))
rules.add_rule(sc.ERRNO(errno.ENOSYS), "clone3")
rules.load()
os.execv(sys.argv[1], sys.argv[1:])
"""


def lines(command: list[str]) -> dict[str, Any]:
    """What `gradeprop doctor` says there, by topic."""
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77:
        pytest.skip(f"no container can be imitated here: {done.stderr}")
    assert done.stdout, done.stderr
    return {line["topic"].strip(): line for line in json.loads(done.stdout)["lines"]}


def contained(how: str) -> dict[str, Any]:
    if shutil.which("unshare") is None or (problem := working("full")) is not None:
        pytest.skip(f"isolation full does not work here: {problem}")
    apart = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--ipc", "--uts"]
    return lines([*apart, "sh", str(SCRIPT), how, sys.executable])


def test_full_works_without_rights_where_proc_is_all_there() -> None:
    found = contained("open")
    assert found["isolation"]["found"] == "full"
    assert not found["separate user"]["ok"]  # it was not root


def test_where_proc_is_masked_it_is_restricted_and_the_flags_are_named() -> None:
    found = contained("masked")
    assert found["isolation"]["found"] == "restricted"
    assert "Can't mount proc" in found["isolation full"]["found"]
    assert "systempaths=unconfined" in found["isolation full"]["mend"]
    assert "unmask=ALL" in found["isolation full"]["mend"]


def test_where_no_namespace_may_be_made_it_is_restricted_and_the_flags_are_named() -> None:
    pytest.importorskip("pyseccomp")
    if shutil.which("unshare") is None or (problem := working("full")) is not None:
        pytest.skip(f"isolation full does not work here: {problem}")
    python = sys.executable
    nobody_special = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
    doctor = [python, "-m", "gradeprop", "doctor", "--json"]
    found = lines([*nobody_special, python, "-c", DOCKERS_FILTER, *doctor])
    assert found["isolation"]["found"] == "restricted"
    assert not found["user namespaces"]["ok"]
    assert "seccomp=unconfined" in found["user namespaces"]["mend"]
