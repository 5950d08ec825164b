"""The lowest versions are tested as pyproject.toml allows them, each of them."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def test_every_package_has_a_lowest_version_that_is_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["grade"], *extras["dask"]]
    lines.remove("gradeprop[grade]")
    pins = runpy.run_path(str(ROOT / "scripts" / "lowest_pins.py"))["lowest"]()
    assert len(pins) == len(lines)
    for line in map(Requirement, lines):
        assert line.specifier.contains(pins[line.name])
        (only,) = line.specifier
        assert only.version == pins[line.name]
