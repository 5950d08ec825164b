"""A student needs neither what only instructors have nor what exists on Linux only."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from student.released import course, filled, python, solutions

INSTRUCTORS = [
    "pydantic",
    "yaml",
    "pytest",
    "nbgrader",
    "jinja2",
    "matplotlib",
    "sqlalchemy",
    "hypothesis",
]
LINUX = ["fcntl", "grp", "pwd", "pyseccomp", "resource", "syslog", "termios"]

BLOCK = """
import importlib.abc, os, sys

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"{name} is not for students", name=name)

def refuse(names):
    global refused
    refused = frozenset(names)
    for name in [name for name in sys.modules if name.partition(".")[0] in refused]:
        del sys.modules[name]
    sys.meta_path.insert(0, Refuse())
    # Not to be had on Windows or macOS.
    for name in ("fork", "pidfd_open", "O_TMPFILE", "setsid", "memfd_create"):
        if hasattr(os, name):
            delattr(os, name)
"""


@pytest.mark.parametrize(
    "absent",
    [pytest.param([], marks=pytest.mark.slow), ["gradeprop"]],
    ids=["installed", "carried"],
)
def test_gp_check_needs_torch_alone(absent: list[str]) -> None:
    code = f"""{BLOCK}
import json, torch
refuse({[*absent, *INSTRUCTORS, *LINUX, "rich", "typer", "nbformat", "IPython", "ipykernel"]})
for source in json.loads({cells("a01_slopes")!r}):
    exec(source)
"""
    done = python(code)
    assert done.returncode == 0, done.stderr
    (assignment,) = (item for item in course().assignments if item.id == "a01_slopes")
    checks, progress = done.stdout.split("Where you stand")
    public = sum(check.public for _, check in assignment.checks())
    assert checks.count("✓") == public + 1  # Ready
    assert progress.count("✓") == len(assignment.exercises)
    assert done.stderr == ""


def test_gradeprop_check_needs_only_what_installs_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "lone.ipynb"
    path.write_text(filled("a01_slopes", solutions("a01_slopes")), encoding="utf-8")
    code = f"""{BLOCK}
import torch, IPython.core.interactiveshell  # what they take from Linux is their business
refuse({sorted({*INSTRUCTORS, *LINUX} - {"pydantic"})})  # typer reads its options with pydantic
from gradeprop.cli.main import main
sys.argv = ["gradeprop", "check", {str(path)!r}]
main()
"""
    done = python(code)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split("Where you stand")[1].split())
    told = re.search(
        r"(\S+) of (\S+) points are sure; (\S+) more are .* (\S+) points are for", said
    )
    assert told is not None
    assert float(told[1]) + float(told[3]) + float(told[4]) == float(told[2])


@pytest.mark.parametrize("module", ["gradeprop", "gradeprop.errors", "gradeprop.session.interface"])
def test_importing_costs_nothing(module: str) -> None:
    code = (
        f"import sys, {module}; print(sorted({{'torch', 'IPython', 'pydantic'}} & "
        f"sys.modules.keys()))"
    )
    assert python(code).stdout.strip() == "[]"


def cells(assignment: Any) -> Any:
    """Sources of a solved notebook's code cells, as JSON."""
    notebook = json.loads(filled(assignment, solutions(assignment)))
    return json.dumps(
        ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    )
