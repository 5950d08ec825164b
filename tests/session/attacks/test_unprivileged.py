"""The whole attack suite once more as a user without rights, when the tests run as root (as in
CI)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gradeprop.session.isolation.interpreter import own_code, package_paths
from gradeprop.session.isolation.other_user import can_stage

NOBODY = 65_534
REPOSITORY = Path(__file__).resolve().parents[3]


# What watches the whole machine runs alone.
WATCHING = "test_resources.py"
RUNS = {
    "several at once": ("--numprocesses=auto", "--dist=loadfile", f"--ignore={{suite}}/{WATCHING}",
                        f"--ignore={{suite}}/{Path(__file__).name}", "{suite}"),
    "one after the other": (f"{{suite}}/{WATCHING}",),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.skipif(os.geteuid() != 0, reason="runs as an unprivileged user already")
@pytest.mark.parametrize("run", RUNS)
def test_every_attack_is_contained_without_rights_too(run: str) -> None:
    if not can_stage():
        pytest.skip(
            "root may not mount here, so that another user cannot be shown Python and the tests"
        )
    sources = {"python": Path(sys.base_prefix), "repository": REPOSITORY}
    sources |= {f"{number}/{path.name}": path for number, path in enumerate(package_paths())}
    with tempfile.TemporaryDirectory() as stage, tempfile.TemporaryDirectory() as home:
        Path(stage).chmod(0o755)
        Path(home).chmod(0o777)
        python = f"{stage}/python/bin/python{sys.version_info.major}.{sys.version_info.minor}"
        suite = f"{stage}/repository/tests/session/attacks"
        imports = [f"{stage}/{target}" for target in sources if target[0].isdigit()]
        plan = {
            "groups": [],
            "stage": stage,
            "sources": [str(path) for path in sources.values()],
            "targets": list(sources),
            "uid": NOBODY,
            "command": [
                *(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=300"),
                *("-c", f"{stage}/repository/pyproject.toml"),
                *(argument.format(suite=suite) for argument in RUNS[run]),
            ],
            "environment": {
                "PATH": "/usr/bin:/bin",
                "HOME": home,
                "TMPDIR": home,
                "LANG": "C.UTF-8",
                "LD_LIBRARY_PATH": f"{stage}/python/lib",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": ":".join([f"{stage}/repository/src", *imports]),
                "OMP_NUM_THREADS": "1",
            },
        }
        boot = (
            "import sys; sys.path.append(sys.argv.pop(1)); import "
            "gradeprop.session.isolation.stepdown as s; s.main()"
        )
        command = [sys.executable, "-c", boot, str(own_code().parent), json.dumps(plan)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    summary = done.stdout.strip().splitlines()[-1:]
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "passed" in summary[0]
    # What does not work for this user would be skipped, and prove nothing.
    assert "skipped" not in summary[0], done.stdout[-3000:]
