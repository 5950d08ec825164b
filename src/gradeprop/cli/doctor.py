"""``gradeprop doctor``: what this machine offers, and the commands that mend what is missing."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import Final

from gradeprop import __version__
from gradeprop.cli import screen
from gradeprop.cli.installed import (
    FOR_INSTRUCTORS,
    FOR_STUDENTS,
    INSTALL_DASK,
    INSTALL_GRADE,
    install_torch,
    version_of,
)
from gradeprop.errors import MissingFacility

# Nothing that students have anyway brings these along.
_SIGNS: Final = ("nbgrader", "orjson")


@dataclass(frozen=True)
class Line:
    """One thing looked at: what was ``found``; ``why`` and ``mend``, what is to be known and done;
    ``needed``, whether there is no doing without it."""

    topic: str
    ok: bool
    found: str
    why: str = ""
    mend: str = ""
    needed: bool = False


@dataclass(frozen=True)
class Section:
    """What one group of people needs."""

    title: str
    lines: tuple[Line, ...]


def run(*, as_json: bool) -> int:
    """Survey and print; return the exit code: 3 if something is missing that students need, or
    that grading needs where an instructor's packages are installed, else 0."""
    sections = [_for_students(), _for_instructors()]
    if as_json:
        lines = [line for section in sections for line in section.lines]
        screen.print_json({"gradeprop": __version__, "lines": [vars(line) for line in lines]})
    else:
        _print(sections)
    lacking = [line for section in sections for line in section.lines if line.needed]
    return 0 if all(line.ok for line in lacking) else MissingFacility.exit_code


def _print(sections: list[Section]) -> None:
    out = screen.out()
    out.print(f"gradeprop {__version__}")
    width = max(len(line.topic) for section in sections for line in section.lines)
    for section in sections:
        out.print("")
        out.print(section.title)
        for line in section.lines:
            mark = screen.styled("✓" if line.ok else "✗", "green" if line.ok else "red")
            out.print(mark, f"{line.topic:<{width}}  {line.found}", soft_wrap=True)
            for text in (line.why, f"mend it: {line.mend}" if line.mend else ""):
                if text:
                    out.print(" " * (width + 3), text, soft_wrap=True)


def _for_students() -> Section:
    lines = [_python(), _torch()]
    for name in FOR_STUDENTS:
        if name != "torch":
            lines.append(_package(name, "students need it", f"pip install {name}"))
    return Section("For students: notebooks and `gradeprop check`", tuple(lines))


def _for_instructors() -> Section:
    title = "For instructors: everything else"
    if not any(map(version_of, _SIGNS)):
        line = Line(
            "grading", True, f"not installed; to write exercises and grade: {INSTALL_GRADE}"
        )
        return Section(title, (line,))
    need = "needed to build and grade"
    lines = [_package(name, need, INSTALL_GRADE) for name in FOR_INSTRUCTORS]
    return Section(title, (*lines, _dask(), *_devices(), *_isolation()))


def _package(name: str, need: str, mend: str) -> Line:
    found = version_of(name)
    if found is None:
        return Line(name, False, "not installed", need, mend, needed=True)
    return Line(name, True, found, needed=True)


def _dask() -> Line:
    """Nobody needs it on one machine, so that it is never marked as missing."""
    found = version_of("distributed")
    if found is None:
        return Line("dask", True, f"not installed; to grade on several machines: {INSTALL_DASK}")
    return Line("dask", True, f"{found}: `gradeprop grade --engine dask`")


def _torch() -> Line:
    found = version_of("torch")
    if found is None:
        mend = install_torch()
        return Line("torch", False, "not installed", "students need it", mend, needed=True)
    import torch

    from gradeprop.grading.run.devices import gpu_present

    if torch.version.cuda is None or gpu_present():
        return Line("torch", True, found, needed=True)
    why = (
        "built for CUDA, and there is no GPU: it works, and takes some 5 GB of disk that the build"
        " for CPUs does not; pytorch.org/get-started tells how to install that one"
    )
    return Line("torch", True, found, why, needed=True)


def _python() -> Line:
    return Line(
        "python", True, f"{platform.python_version()} on {platform.system()} {platform.release()}"
    )


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
            needed=True,
        )
    ]
    lines += [
        Line(f"  {layer.name}", layer.present, layer.detail, mend=layer.remedy)
        for layer in found.layers
    ]
    return lines
