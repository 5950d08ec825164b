"""Made by gradeprop. Classroom 50's runner starts this for each submission, in the student's
checkout, and reads the result.json that it leaves there.

Nothing but Python's own library is imported: gradeprop lies beside this file and runs in a Python
that has what requirements.txt names, this one or one that is made for it. Exit code 0: there is a
result. Anything else is the grader's own fault, and Classroom 50 then gives no score."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"


def main() -> int:
    """Grade the submission in the current folder."""
    if sys.version_info < (3, 11):  # noqa: UP036 (the runner chooses the Python)
        print("::error::gradeprop needs Python 3.11 or newer: set runtime.python", file=sys.stderr)
        return 1
    told = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))
    course = Path(told["course"]) if told["course"] else HERE / "course"
    command = [python(), "-P", "-m", "gradeprop.records.classroom50.run"]
    done = subprocess.run(
        [*command, str(course), told["assignment"], str(Path.cwd())],
        cwd=HERE,
        env={
            **os.environ,
            "PYTHONPATH": str(HERE / "engine"),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        check=False,
    )
    return done.returncode


def python() -> str:
    """A Python that has all that is needed: this one, or one that is made now."""
    if all(installed(line) for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines()):
        return sys.executable
    folder = Path(os.environ.get("RUNNER_TEMP") or tempfile.mkdtemp()) / "gradeprop-python"
    venv.create(folder, with_pip=True)
    made = str(folder / "bin" / "python")
    install = [made, "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)]
    subprocess.run(install, cwd=HERE, check=True)
    return made


def installed(line: str) -> bool:
    """Whether a line of requirements.txt is met."""
    name, _, version = line.partition("==")
    if name.startswith("-"):  # an option for pip
        return True
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return not version or found.partition("+")[0] == version


if __name__ == "__main__":
    sys.exit(main())
