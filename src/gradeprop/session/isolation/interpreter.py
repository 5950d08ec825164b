"""Where Python's packages and our own code lie, and a Python that knows nothing else."""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Final

__all__ = ["is_below", "own_code", "package_paths", "python_command"]

# Started without site and without the caller's environment: nothing of the grader's leaks in, and
# no sitecustomize, .pth file or PYTHON* variable changes what runs.
_FLAGS: Final = ("-s", "-S", "-B", "-P")
_BOOT: Final = (
    "import json, sys; sys.path += json.loads(sys.argv.pop(1)); "
    "from gradeprop.session.{module} import main; main()"
)


def package_paths() -> list[Path]:
    """The folders that the warm process imports from besides Python's own library."""
    found = [Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")]
    for entry in map(Path, sys.path):
        if entry.name in ("site-packages", "dist-packages"):
            found.append(entry)
    resolved = [path.resolve() for path in found]
    return [path for path in dict.fromkeys(resolved) if path.is_dir()]


def own_code() -> Path:
    """The folder of this package."""
    return Path(__file__).resolve().parents[2]


def python_command(python: str, module: str, imports: Sequence[str], *arguments: str) -> list[str]:
    """A command that runs ``gradeprop.session.<module>.main``.

    Args:
        python: the interpreter.
        imports: where it imports from besides its own library.
        arguments: what it finds in ``sys.argv``.
    """
    boot = _BOOT.format(module=module)
    return [python, *_FLAGS, "-c", boot, json.dumps(imports), *arguments]


def is_below(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents
