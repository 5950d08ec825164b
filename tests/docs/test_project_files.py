"""The files about the project agree with each other and with the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path, PurePath

import yaml

from gradeprop import __version__

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_one_version_everywhere() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    newest = re.search(r"^## \[(\d[^\]]*)\] - (\S+)$", changelog, re.MULTILINE)
    assert newest
    assert __version__ == newest[1] == str(citation["version"])
    assert citation["date-released"] == newest[2]


def test_the_licence_is_in_the_package() -> None:
    assert (
        PROJECT["project"]["license"]
        == yaml.safe_load((ROOT / "CITATION.cff").read_text())["license"]
    )
    assert all((ROOT / name).is_file() for name in PROJECT["project"]["license-files"])


def test_every_file_beside_the_code_is_in_the_package() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["gradeprop"]
    package = ROOT / "src" / "gradeprop"
    beside = [
        path.relative_to(package)
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    ]
    assert beside
    assert [path for path in beside if not any(_fits(path, each) for each in patterns)] == []


def _fits(path: PurePath, pattern: str) -> bool:
    return path.match(pattern.removeprefix("**/")) and ("**/" in pattern or len(path.parts) == 1)


def _bare(entry: str) -> str:
    """The command of a hook, without what only hooks need."""
    return entry.removesuffix(" --force-exclude").removeprefix("sh -c '").removesuffix("'")


def test_the_hooks_before_a_commit_are_the_linters() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    hooks = [hook["entry"] for repository in config["repos"] for hook in repository["hooks"]]
    linters = re.search(r"^lint:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert linters
    lines = linters[1].replace("$(BIN)", ".venv/bin").replace("$$", "$").splitlines()
    commands = [line.strip() for line in lines]
    assert list(map(_bare, hooks)) == commands
    assert {repository["repo"] for repository in config["repos"]} == {"local"}
