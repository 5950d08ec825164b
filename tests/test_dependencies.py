"""pyproject.toml lists what the package imports, and nothing else."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

from gradeprop.cli.installed import FOR_CANVAS, FOR_INSTRUCTORS, FOR_STUDENTS

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CALLED = {
    "yaml": "pyyaml",
    "IPython": "ipython",
    "pydantic_core": "pydantic",
    "PIL": "pillow",
    "markdown_it": "markdown-it-py",
    "textual_serve": "textual-serve",
}
# matplotlib and ipykernel are imported by name, into the sandbox.
BY_NAME = {"matplotlib", "ipykernel"}
# Where it is installed, a token may lie in it.
BY_CHOICE = {"keyring"}


def listed(lines: list[str]) -> set[str]:
    return {re.split(r"[>=;\[ ]", line)[0].lower() for line in lines}


def imported() -> set[str]:
    names: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {item.name.partition(".")[0] for item in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return {CALLED.get(name, name) for name in names - sys.stdlib_module_names - {"gradeprop"}}


def test_what_is_imported_is_listed_and_the_other_way_round() -> None:
    everybody = listed(PROJECT["dependencies"])
    grade = listed(PROJECT["optional-dependencies"]["grade"])
    extras = [
        listed(PROJECT["optional-dependencies"][name]) - {"gradeprop"}
        for name in ("dask", "canvas", "web")
    ]
    known = [everybody, grade, *extras]
    assert set().union(*known) == (imported() - BY_CHOICE) | BY_NAME
    assert sum(map(len, known)) == len(set().union(*known))


def test_what_the_command_looks_for_is_what_is_listed() -> None:
    assert listed(PROJECT["optional-dependencies"]["grade"]) == {*FOR_INSTRUCTORS, "pyseccomp"}
    assert listed(PROJECT["optional-dependencies"]["canvas"]) == {*FOR_CANVAS, "gradeprop"}
    assert set(FOR_STUDENTS) == listed(PROJECT["dependencies"]) - {"typer", "rich"}
