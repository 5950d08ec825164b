"""How the warm process is started: its command, environment and paths. Trusted side."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import gradeprop

__all__ = ["environment", "package_paths", "start_plain"]

# Started without site and without the caller's environment: nothing of the grader's leaks in, and no
# sitecustomize, .pth file or PYTHON* variable changes what runs.
_PYTHON = ("-s", "-S", "-B", "-P")
_BOOT = (
    "import json, sys; sys.path += json.loads(sys.argv.pop(1)); "
    "from gradeprop.session.worker import main; main()"
)


def package_paths() -> list[Path]:
    """The folders that the warm process imports from besides Python's own library."""
    found = [Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")]
    found += [Path(entry) for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    found.append(Path(gradeprop.__file__).resolve().parent.parent)
    return [path for path in dict.fromkeys(found) if path.is_dir()]


def environment(home: str, *, gpu: bool) -> dict[str, str]:
    """All environment variables of the warm process."""
    variables = {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        # More than one OpenMP thread before a fork hangs the children.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "IPYTHONDIR": f"{home}/ipython",
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
        "PAGER": "cat",
        "TERM": "dumb",
    }
    if not gpu:
        variables["CUDA_VISIBLE_DEVICES"] = ""
    return variables


def start_plain(
    control: int, config: dict[str, Any], *, home: str, log: IO[bytes], gpu: bool
) -> subprocess.Popen[bytes]:
    """Start the warm process as the same user, without isolation."""
    return subprocess.Popen(
        python_command(Path(sys.executable), package_paths(), control, config),
        env=environment(home, gpu=gpu),
        cwd=home,
        pass_fds=[control],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )


def python_command(python: Path, paths: Sequence[Path], control: int, config: dict[str, Any]) -> list[str]:
    """The command that runs the warm process in ``python``."""
    places = json.dumps([str(path) for path in paths])
    return [str(python), *_PYTHON, "-c", _BOOT, places, str(control), json.dumps(config)]
