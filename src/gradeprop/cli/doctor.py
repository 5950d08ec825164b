"""``gradeprop doctor``: what this machine offers, and the commands that mend what is missing."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from gradeprop import __version__
from gradeprop.cli import screen
from gradeprop.errors import MissingFacility

_PACKAGES = {
    "torch": "pip install torch",
    "ipython": "pip install ipython",
    "pytest": "pip install 'gradeprop[grade]'",
    "pyyaml": "pip install 'gradeprop[grade]'",
    "pydantic": "pip install 'gradeprop[grade]'",
    "nbgrader": "pip install 'gradeprop[grade]'",
    "jupyter": "pip install 'gradeprop[grade]'",
}
_STUDENT = ("torch", "ipython")


@dataclass(frozen=True)
class Line:
    """One thing looked at. ``found`` says what there is; ``why`` and ``mend`` what to do when not
    ``ok``."""

    topic: str
    ok: bool
    found: str
    why: str = ""
    mend: str = ""


def run(*, as_json: bool) -> int:
    """Survey and print; return the exit code: 3 if something that grading needs is missing, else
    0."""
    lines = [_python(), *_packages(), *_devices(), *_isolation()]
    if as_json:
        screen.print_json({"gradeprop": __version__, "lines": [vars(line) for line in lines]})
    else:
        _print(lines)
    level_missing = any(line.topic == "isolation" and not line.ok for line in lines)
    package_missing = any(line.topic in _PACKAGES and not line.ok for line in lines)
    return MissingFacility.exit_code if level_missing or package_missing else 0


def _print(lines: list[Line]) -> None:
    out = screen.out()
    out.print(f"gradeprop {__version__}")
    width = max(len(line.topic) for line in lines)
    for line in lines:
        mark = screen.styled("✓" if line.ok else "✗", "green" if line.ok else "red")
        out.print(mark, f"{line.topic:<{width}}  {line.found}", soft_wrap=True)
        if not line.ok:
            for text in (line.why, f"mend it: {line.mend}" if line.mend else ""):
                if text:
                    out.print(" " * (width + 3), text, soft_wrap=True)


def _python() -> Line:
    return Line(
        "python", True, f"{platform.python_version()} on {platform.system()} {platform.release()}"
    )


def _packages() -> list[Line]:
    lines = []
    for name, mend in _PACKAGES.items():
        try:
            lines.append(Line(name, True, version(name)))
        except PackageNotFoundError:
            need = "students need it" if name in _STUDENT else "needed to build and grade"
            lines.append(Line(name, False, "not installed", need, mend))
    return lines


def _devices() -> list[Line]:
    from gradeprop.grading.run.devices import gpu_present, why_no_gpu

    problem = why_no_gpu()
    if problem is not None:
        mend = "see that `nvidia-smi` lists it; install a torch for a CUDA that its driver knows"
        return [Line("cuda", False, "not usable", problem, mend)]
    if gpu_present():
        import torch

        return [Line("cuda", True, torch.cuda.get_device_name(0))]
    # No GPU is no fault: it is listed, not marked as missing.
    return [Line("cuda", True, "no GPU here; grading on the CPU")]


def _isolation() -> list[Line]:
    from gradeprop.session.isolation.survey import survey

    found = survey()
    lines = [
        Line(
            "isolation",
            found.level is not None,
            found.level
            or "none that is safe: grading is refused unless --isolation none is asked for",
        )
    ]
    lines += [
        Line(f"  {layer.name}", layer.present, layer.detail, mend=layer.remedy)
        for layer in found.layers
    ]
    if shutil.which("alembic") is None:
        lines.append(
            Line(
                "alembic",
                False,
                "not on PATH",
                "nbgrader calls it to create a gradebook",
                "activate the virtual environment, or add its bin folder to PATH",
            )
        )
    return lines
