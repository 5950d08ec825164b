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
DOCTOR = [sys.executable, "-m", "gradeprop", "doctor", "--json"]
# What podman's own filter refuses to whoever has no rights, and what docker's does.
PODMAN_REFUSES = "sethostname setdomainname"
DOCKER_REFUSES = "sethostname setdomainname setns unshare mount umount2 pivot_root clone clone3"
# Refuses the calls that it is told, then becomes what follows.
FILTERED = """
import errno, os, sys
import pyseccomp as sc
rules = sc.SyscallFilter(sc.ALLOW)
new_user_namespace = sc.Arg(0, sc.MASKED_EQ, 0x10000000, 0x10000000)
for name in sys.argv[1].split():
    error = errno.ENOSYS if name == "clone3" else errno.EPERM
    rules.add_rule(sc.ERRNO(error), name, *([new_user_namespace] if name == "clone" else []))
rules.load()
os.execv(sys.argv[2], sys.argv[2:])
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


def filtered(refused: str) -> list[str]:
    """A command that asks `gradeprop doctor` where these system calls are refused."""
    pytest.importorskip("pyseccomp")
    return [sys.executable, "-c", FILTERED, refused, *DOCTOR]


def contained(how: str, command: list[str] = DOCTOR) -> dict[str, Any]:
    if shutil.which("unshare") is None or (problem := working("full")) is not None:
        pytest.skip(f"isolation full does not work here: {problem}")
    apart = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--ipc", "--uts"]
    return lines([*apart, "sh", str(SCRIPT), how, *command])


def test_full_works_without_rights_where_proc_is_all_there() -> None:
    found = contained("open")
    assert found["isolation"]["found"] == "full"
    assert not found["separate user"]["ok"]  # it was not root


def test_full_works_where_podmans_filter_refuses_the_sandbox_a_name() -> None:
    assert contained("open", filtered(PODMAN_REFUSES))["isolation"]["found"] == "full"


def test_where_proc_is_masked_it_is_restricted_and_the_flags_are_named() -> None:
    found = contained("masked")
    assert found["isolation"]["found"] == "restricted"
    assert "Can't mount proc" in found["isolation full"]["found"]
    assert "systempaths=unconfined" in found["isolation full"]["mend"]
    assert "unmask=ALL" in found["isolation full"]["mend"]


def test_where_no_namespace_may_be_made_it_is_restricted_and_the_flags_are_named() -> None:
    if shutil.which("unshare") is None or (problem := working("full")) is not None:
        pytest.skip(f"isolation full does not work here: {problem}")
    nobody_special = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
    found = lines([*nobody_special, *filtered(DOCKER_REFUSES)])
    assert found["isolation"]["found"] == "restricted"
    assert not found["user namespaces"]["ok"]
    assert "seccomp=unconfined" in found["user namespaces"]["mend"]
