"""Print a pip constraint for each package that pyproject.toml names: its lowest version."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
_LINE = re.compile(r"([A-Za-z0-9_.-]+)(?:\[\w+\])?>=([\w.]+)")


def lowest() -> dict[str, str]:
    """Package → lowest version, of what students and instructors need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["grade"], *extras["dask"]]
    return {match[1]: match[2] for line in lines if (match := _LINE.match(line))}


if __name__ == "__main__":
    for name, version in lowest().items():
        print(f"{name}=={version}")
